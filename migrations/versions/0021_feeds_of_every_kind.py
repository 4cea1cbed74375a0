"""Feeds of an offer, a room, a house or a network; reminders in feeds, asking whether one is needed; numbered slips."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

THINGS = {"offer_id": "offers", "room_id": "rooms", "location_id": "locations", "programme_id": "programmes"}
FORMER = ("participant", "coach", "organisation")
ONE_OWNER_BEFORE = (
    "(participant_id IS NOT NULL AND kind = 'participant') OR (user_id IS NOT NULL AND kind <> 'participant')"
)
ONE_OWNER = (
    "CASE WHEN kind = 'participant' THEN participant_id IS NOT NULL"
    " WHEN kind IN ('house', 'programme', 'public_offer') THEN user_id IS NULL AND participant_id IS NULL"
    " ELSE user_id IS NOT NULL END"
)
ONE_THING = (
    "CASE WHEN kind IN ('offer', 'public_offer') THEN offer_id IS NOT NULL WHEN kind = 'room' THEN room_id IS NOT NULL"
    " WHEN kind = 'house' THEN location_id IS NOT NULL WHEN kind = 'programme' THEN programme_id IS NOT NULL"
    " ELSE true END"
)


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as batch:
        batch.add_column(sa.Column("alarms", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("kept_on", sa.Date(), nullable=True))
        for name, table in THINGS.items():
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(f"fk_subscriptions_{name}", table, [name], ["id"])
            batch.create_index(f"ix_subscriptions_{name}", [name])
        batch.drop_constraint(op.f("ck_subscriptions_one_owner"), type_="check")
        batch.create_check_constraint(op.f("ck_subscriptions_one_owner"), ONE_OWNER)
        batch.create_check_constraint(op.f("ck_subscriptions_one_thing"), ONE_THING)
    op.create_table(
        "slips",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.String(length=24), nullable=False),
        sa.Column("titles", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_slips_participant_id")),
        sa.ForeignKeyConstraint(["printed_by_id"], ["users.id"], name=op.f("fk_slips_printed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("participant_id", "number", name=op.f("uq_slips_participant_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_slips_public_id")),
    )
    for name in ("participant_id", "printed_by_id"):
        op.create_index(op.f(f"ix_slips_{name}"), "slips", [name])


def downgrade() -> None:
    op.drop_table("slips")
    subscriptions = sa.table("subscriptions", sa.column("kind"))
    op.execute(sa.delete(subscriptions).where(subscriptions.c.kind.not_in(FORMER)))
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_constraint(op.f("ck_subscriptions_one_thing"), type_="check")
        batch.drop_constraint(op.f("ck_subscriptions_one_owner"), type_="check")
        batch.create_check_constraint(op.f("ck_subscriptions_one_owner"), ONE_OWNER_BEFORE)
        for name in THINGS:
            batch.drop_index(f"ix_subscriptions_{name}")
            batch.drop_constraint(f"fk_subscriptions_{name}", type_="foreignkey")
        for name in (*THINGS, "alarms", "asked_at", "kept_on"):
            batch.drop_column(name)
