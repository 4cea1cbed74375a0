"""What a place asked for together with an enquiry needs: which wished date was full when it was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enquiries", sa.Column("full_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("enquiries", "full_at")
