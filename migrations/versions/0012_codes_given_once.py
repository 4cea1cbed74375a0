"""A place code is given once within an offer; a room has time between two dates; an offered place is said twice."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("buffer_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("waitings", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "given_codes",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_given_codes_offer_id")),
        sa.PrimaryKeyConstraint("offer_id", "code", name=op.f("pk_given_codes")),
    )
    op.execute(
        "INSERT INTO given_codes (offer_id, code) SELECT DISTINCT slots.offer_id, bookings.code "
        "FROM bookings JOIN slots ON slots.id = bookings.slot_id WHERE bookings.code IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("given_codes")
    op.drop_column("waitings", "reminded_at")
    op.drop_column("rooms", "buffer_minutes")
