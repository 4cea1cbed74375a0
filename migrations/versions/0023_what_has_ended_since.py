"""The deletion journal finds what has ended, or was excluded, along an index, and never reads a whole table for it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ENDS = {
    "consents": "ended_at",
    "exclusions": "ended_at",
    "subscriptions": "ended_at",
    "cards": "blocked_at",
    "memberships": "ended_at",
    "users": "disabled_at",
    "invitations": "withdrawn_at",
}


def upgrade() -> None:
    for table, column in ENDS.items():
        over = sa.text(f"{column} IS NOT NULL")
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], sqlite_where=over, postgresql_where=over)
    op.create_index(op.f("ix_enquiries_state_ended_at"), "enquiries", ["state", "ended_at"])
    op.create_index(op.f("ix_exclusions_created_at"), "exclusions", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_exclusions_created_at"), table_name="exclusions")
    op.drop_index(op.f("ix_enquiries_state_ended_at"), table_name="enquiries")
    for table, column in reversed(ENDS.items()):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
