"""What a search for a person remembers, the shortlist, the next free date; a series may take a busy room."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=8), nullable=False),
        sa.Column("radius_km", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("women_only", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_preferences_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_preferences_participant_id")),
    )
    op.create_table(
        "shortlist_items",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_shortlist_items_offer_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_shortlist_items_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_items")),
        sa.UniqueConstraint("participant_id", "offer_id", name=op.f("uq_shortlist_items_participant_id_offer_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shortlist_items_public_id")),
    )
    with op.batch_alter_table("shortlist_items") as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlist_items_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortlist_items_participant_id"), ["participant_id"], unique=False)

    with op.batch_alter_table("offers") as batch_op:
        batch_op.add_column(sa.Column("next_free_at", sa.DateTime(timezone=True), nullable=True))  # the worker fills it
        batch_op.create_index(batch_op.f("ix_offers_state_next_free_at"), ["state", "next_free_at"], unique=False)

    with op.batch_alter_table("series") as table:
        table.add_column(sa.Column("despite_busy", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE series SET despite_busy = true")  # their partners were told on each date, and published


def downgrade() -> None:
    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_index(batch_op.f("ix_offers_state_next_free_at"))
        batch_op.drop_column("next_free_at")
    op.drop_table("shortlist_items")
    op.drop_table("preferences")
    with op.batch_alter_table("series") as table:
        table.drop_column("despite_busy")
