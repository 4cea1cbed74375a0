"""When the invariants were last checked, and what they found."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_runs",
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("broken", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_runs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_check_runs_public_id")),
    )
    op.create_index(op.f("ix_check_runs_ran_at"), "check_runs", ["ran_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_check_runs_ran_at"), table_name="check_runs")
    op.drop_table("check_runs")
