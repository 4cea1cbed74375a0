"""The last reminder that a release ends, as consents have it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("releases", sa.Column("reminded_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("releases", "reminded_days")
