"""Rounds: several partners asked without a name under one consent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEYS = {
    "participant_id": "participants",
    "referral_id": "referrals",
    "consent_id": "consents",
    "held_enquiry_id": "enquiries",
    "created_by_id": "users",
}


def upgrade() -> None:
    """Add the rounds, and to enquiries which of them they belong to."""
    op.create_table(
        "rounds",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("held_enquiry_id", sa.Integer(), nullable=True),
        sa.Column("hold_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_rounds_{column}"))
            for column, table in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rounds_public_id")),
    )
    for column in KEYS:
        op.create_index(op.f(f"ix_rounds_{column}"), "rounds", [column])
    with op.batch_alter_table("enquiries") as table:
        table.add_column(sa.Column("round_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_enquiries_round_id", "rounds", ["round_id"], ["id"])
        table.create_index("ix_enquiries_round_id", ["round_id"])


def downgrade() -> None:
    """Take both away; drafts and what partners were asked stay as enquiries without a round."""
    with op.batch_alter_table("enquiries") as table:
        table.drop_index("ix_enquiries_round_id")
        table.drop_constraint("fk_enquiries_round_id", type_="foreignkey")
        table.drop_column("round_id")
    op.drop_table("rounds")
