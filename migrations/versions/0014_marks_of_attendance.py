"""Who marked an attendance and when; a link for one date."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ABOUT_ONE_THING = (
    "CASE WHEN enquiry_id IS NULL THEN 0 ELSE 1 END + CASE WHEN offer_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN prior_question_id IS NULL THEN 0 ELSE 1 END + CASE WHEN slot_id IS NULL THEN 0 ELSE 1 END = 1"
)
BEFORE = (
    "CASE WHEN enquiry_id IS NULL THEN 0 ELSE 1 END + CASE WHEN offer_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN prior_question_id IS NULL THEN 0 ELSE 1 END = 1"
)


def upgrade() -> None:
    op.add_column("bookings", sa.Column("marked_by", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("bookings", sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True))
    # Until now only the partner's own staff wrote it down.
    op.execute(
        "UPDATE bookings SET marked_by = 'partner', marked_at = changed_at "
        "WHERE state IN ('attended', 'not_taken_place', 'not_there')"
    )
    with op.batch_alter_table("links") as batch:
        batch.add_column(sa.Column("slot_id", sa.Integer()))
        batch.create_foreign_key("fk_links_slot_id", "slots", ["slot_id"], ["id"])
        batch.create_index("ix_links_slot_id", ["slot_id"])
    _about_one_thing(ABOUT_ONE_THING)


def downgrade() -> None:
    op.execute("DELETE FROM links WHERE slot_id IS NOT NULL")
    _about_one_thing(BEFORE)
    with op.batch_alter_table("links") as batch:
        batch.drop_index("ix_links_slot_id")
        batch.drop_constraint("fk_links_slot_id", type_="foreignkey")
        batch.drop_column("slot_id")
    op.drop_column("bookings", "marked_at")
    op.drop_column("bookings", "marked_by")


def _about_one_thing(rule: str) -> None:
    with op.batch_alter_table("links") as table:
        table.drop_constraint(op.f("ck_links_about_one_thing"), type_="check")
        table.create_check_constraint(op.f("ck_links_about_one_thing"), rule)
