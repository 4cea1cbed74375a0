"""When a partner wants its news, what one mail tells together, and which calendar mails left."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("news", sa.String(24), nullable=False, server_default="daily"))
    op.add_column("users", sa.Column("calendar_mails", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notices") as batch:
        batch.add_column(sa.Column("sent_with_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_notices_sent_with_id", "notices", ["sent_with_id"], ["id"])
        batch.create_index("ix_notices_sent_with_id", ["sent_with_id"])
    op.create_table(
        "calendar_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_mails_user_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_calendar_mails_booking_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_calendar_mails_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_mails")),
        sa.UniqueConstraint("user_id", "booking_id", name=op.f("uq_calendar_mails_user_id_booking_id")),
    )
    for column in ("user_id", "booking_id", "notice_id"):
        op.create_index(op.f(f"ix_calendar_mails_{column}"), "calendar_mails", [column])


def downgrade() -> None:
    op.drop_table("calendar_mails")
    with op.batch_alter_table("notices") as batch:
        batch.drop_index("ix_notices_sent_with_id")
        batch.drop_constraint("fk_notices_sent_with_id", type_="foreignkey")
        batch.drop_column("sent_with_id")
    op.drop_column("users", "calendar_mails")
    op.drop_column("organisations", "news")
