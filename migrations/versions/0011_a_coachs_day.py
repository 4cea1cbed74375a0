"""What a coach plans a day with: buffers, journeys, the town of an appointment, dates moved by others."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("moved_from_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("municipality_code", sa.String(8), nullable=True))
    op.add_column("users", sa.Column("buffer_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("day_starts", sa.String(5), nullable=False, server_default="08:00"))
    op.add_column("users", sa.Column("day_ends", sa.String(5), nullable=False, server_default="17:00"))
    op.add_column("users", sa.Column("journeys", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for column in ("journeys", "day_ends", "day_starts", "buffer_minutes"):
        op.drop_column("users", column)
    for column in ("municipality_code", "moved_from_at"):
        op.drop_column("bookings", column)
