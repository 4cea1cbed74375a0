"""Indexes by state and instant hold only rows that have the instant; calls and letters have an index of their own.

SQLite, which has counted nothing, took an index by state for whatever asks for a state, and read half of a table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DUE = (
    ("bookings", "expires_at"),
    ("enquiries", "hear_by_at"),
    ("enquiries", "ended_at"),
    ("prior_questions", "hear_by_at"),
)


def upgrade() -> None:
    for table, column in DUE:
        over = sa.text(f"{column} IS NOT NULL")
        name = op.f(f"ix_{table}_state_{column}")
        op.drop_index(name, table_name=table)
        op.create_index(name, table, ["state", column], sqlite_where=over, postgresql_where=over)
    op.create_index(op.f("ix_notices_channel_state_sent_at"), "notices", ["channel", "state", "sent_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notices_channel_state_sent_at"), table_name="notices")
    for table, column in reversed(DUE):
        name = op.f(f"ix_{table}_state_{column}")
        op.drop_index(name, table_name=table)
        op.create_index(name, table, ["state", column])
