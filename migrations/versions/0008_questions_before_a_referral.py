"""Questions to a partner before a referral, about nobody in particular."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "prior_questions"
REFERENCES = {
    "offer_id": "offers",
    "organisation_id": "organisations",
    "asked_by_id": "users",
    "jobcenter_id": "organisations",
    "answered_by_id": "users",
}
INDEXES = (["offer_id", "jobcenter_id", "state"], ["organisation_id", "state"], ["state", "hear_by_at"])
ABOUT_ONE_THING = (
    "CASE WHEN enquiry_id IS NULL THEN 0 ELSE 1 END + CASE WHEN offer_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN prior_question_id IS NULL THEN 0 ELSE 1 END = 1"
)
BEFORE = "(enquiry_id IS NULL) <> (offer_id IS NULL)"


def upgrade() -> None:
    op.create_table(
        NAME,
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("jobcenter_id", sa.Integer(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("answer", sa.String(length=24), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_by_link", sa.Boolean(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("hear_by_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{NAME}_{column}"))
            for column, table in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{NAME}")),
        sa.UniqueConstraint("reference", name=op.f(f"uq_{NAME}_reference")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{NAME}_public_id")),
    )
    for columns in (*([column] for column in REFERENCES), *INDEXES):
        op.create_index(f"ix_{NAME}_{'_'.join(columns)}", NAME, columns)
    for table in ("notices", "links"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("prior_question_id", sa.Integer()))
            batch.create_foreign_key(f"fk_{table}_prior_question_id", NAME, ["prior_question_id"], ["id"])
            batch.create_index(f"ix_{table}_prior_question_id", ["prior_question_id"])
    _about_one_thing(ABOUT_ONE_THING)


def downgrade() -> None:
    op.execute("DELETE FROM links WHERE prior_question_id IS NOT NULL")
    op.execute("DELETE FROM notices WHERE prior_question_id IS NOT NULL")
    _about_one_thing(BEFORE)
    for table in ("links", "notices"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_prior_question_id")
            batch.drop_constraint(f"fk_{table}_prior_question_id", type_="foreignkey")
            batch.drop_column("prior_question_id")
    op.drop_table(NAME)


def _about_one_thing(rule: str) -> None:
    with op.batch_alter_table("links") as table:
        table.drop_constraint(op.f("ck_links_about_one_thing"), type_="check")
        table.create_check_constraint(op.f("ck_links_about_one_thing"), rule)
