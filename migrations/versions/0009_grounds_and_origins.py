"""Statutory grounds beside consents, where a fact about a person comes from, and inspections by two auditors."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspections",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_inspections_participant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_inspections_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_inspections_decided_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_inspections_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspections_public_id")),
    )
    for name in ("participant_id", "proposed_by_id", "decided_by_id", "organisation_id"):
        op.create_index(f"ix_inspections_{name}", "inspections", [name])
    _add_grounds()
    with op.batch_alter_table("enquiries") as table:
        table.add_column(sa.Column("transmission_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_enquiries_transmission_id", "transmissions", ["transmission_id"], ["id"])
        table.create_index("ix_enquiries_transmission_id", ["transmission_id"])
    op.add_column("participants", sa.Column("clinical_needs", sa.Text(), nullable=True))


def _add_grounds() -> None:
    op.create_table(
        "admitted_grounds",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("admitted_by_id", sa.Integer(), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_admitted_grounds_programme_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_admitted_grounds_organisation_id")
        ),
        sa.ForeignKeyConstraint(["admitted_by_id"], ["users.id"], name=op.f("fk_admitted_grounds_admitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admitted_grounds")),
        sa.UniqueConstraint("public_id", name=op.f("uq_admitted_grounds_public_id")),
    )
    for name in ("programme_id", "organisation_id", "admitted_by_id"):
        op.create_index(f"ix_admitted_grounds_{name}", "admitted_grounds", [name])
    op.create_index(
        "uq_admitted_grounds_running",
        "admitted_grounds",
        ["programme_id", "organisation_id", "ground"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "transmissions",
        sa.Column("admitted_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=24), nullable=False),
        sa.Column("chosen_by_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["admitted_id"], ["admitted_grounds.id"], name=op.f("fk_transmissions_admitted_id")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["users.id"], name=op.f("fk_transmissions_chosen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transmissions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_transmissions_public_id")),
    )
    for name in ("admitted_id", "chosen_by_id"):
        op.create_index(f"ix_transmissions_{name}", "transmissions", [name])


def downgrade() -> None:
    op.drop_column("participants", "clinical_needs")
    with op.batch_alter_table("enquiries") as table:
        table.drop_index("ix_enquiries_transmission_id")
        table.drop_constraint("fk_enquiries_transmission_id", type_="foreignkey")
        table.drop_column("transmission_id")
    op.drop_table("transmissions")
    op.drop_table("admitted_grounds")
    op.drop_table("inspections")
