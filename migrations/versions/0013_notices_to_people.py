"""Notices to people: who is told what, by which way, exactly once."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notices") as batch:
        batch.add_column(sa.Column("key", sa.String(length=80), nullable=True))
        batch.add_column(sa.Column("purpose", sa.String(length=12), nullable=False, server_default=""))
        batch.add_column(sa.Column("sheet_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_notices_sheet_id", "consent_sheets", ["sheet_id"], ["id"])
        batch.create_index("uq_notices_key", ["key"], unique=True)
        batch.create_index("ix_notices_sheet_id", ["sheet_id"])


def downgrade() -> None:
    with op.batch_alter_table("notices") as batch:
        batch.drop_index("ix_notices_sheet_id")
        batch.drop_index("uq_notices_key")
        batch.drop_constraint("fk_notices_sheet_id", type_="foreignkey")
        for column in ("sheet_id", "purpose", "key"):
            batch.drop_column(column)
