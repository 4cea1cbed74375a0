"""Who has arrived, and one place a partner gives back."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("cancelled_why", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    for column in ("cancelled_why", "arrived_at"):
        op.drop_column("bookings", column)
