"""Barriers that somebody tells of, without a login."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barriers",
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer_to", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_barriers_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barriers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_barriers_public_id")),
    )
    for name in ("settled_by_id", "told_at"):
        op.create_index(op.f(f"ix_barriers_{name}"), "barriers", [name])


def downgrade() -> None:
    for name in ("told_at", "settled_by_id"):
        op.drop_index(op.f(f"ix_barriers_{name}"), table_name="barriers")
    op.drop_table("barriers")
