"""What a stored calendar needs to be answered fast and to be true after a backup is put back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STORED = ("body", "parts", "packed")


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("packed", sa.LargeBinary(), nullable=True))
    op.add_column("subscriptions", sa.Column("fetched_modified_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "restorations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restorations")),
    )
    _keep_as("EXTERNAL", STORED)


def downgrade() -> None:
    _keep_as("EXTENDED", STORED[:2])
    op.drop_table("restorations")
    op.drop_column("subscriptions", "fetched_modified_at")
    op.drop_column("subscriptions", "packed")


def _keep_as(storage: str, columns: tuple[str, ...]) -> None:
    """PostgreSQL compresses large values unless told; these are read all day, and one of them is compressed already."""
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.execute(f"ALTER TABLE subscriptions ALTER {column} SET STORAGE {storage}")
