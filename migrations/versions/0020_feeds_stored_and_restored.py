"""What a stored calendar needs to be answered fast and to be true after a backup is put back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STORED = ("body", "parts")


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("fetched_modified_at", sa.DateTime(timezone=True), nullable=True))
    # SQLite walks through all bytes before a column to read it, so they stand behind what each request reads. They are
    # made again when a feed is next asked for.
    for column in STORED:
        op.drop_column("subscriptions", column)
    for column in ("packed", *STORED):
        op.add_column("subscriptions", sa.Column(column, sa.LargeBinary(), nullable=True))
    op.execute("UPDATE subscriptions SET fresh_until = NULL")
    if op.get_bind().dialect.name == "postgresql":
        # Compressed by the database they are slow to write and to read, and one of them is compressed already.
        for column in ("packed", *STORED):
            op.execute(f"ALTER TABLE subscriptions ALTER {column} SET STORAGE EXTERNAL")
    op.create_table(
        "restorations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restorations")),
    )


def downgrade() -> None:
    op.drop_table("restorations")
    op.drop_column("subscriptions", "packed")
    op.drop_column("subscriptions", "fetched_modified_at")
    if op.get_bind().dialect.name == "postgresql":
        for column in STORED:
            op.execute(f"ALTER TABLE subscriptions ALTER {column} SET STORAGE EXTENDED")
