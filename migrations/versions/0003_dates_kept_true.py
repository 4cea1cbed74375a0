"""Offers that are reviewed, confirmed and versioned; contingents and courses of series; links about an offer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTITY = "enquiry_id IS NOT NULL OR access IN ('open', 'anonymous', 'own') OR state IN ({states})"
ABOUT_ONE_THING = "(enquiry_id IS NULL) <> (offer_id IS NULL)"
STILL_KEPT = sa.text("kept AND state = 'open'")
ACTIVE = sa.text("state IN ('waiting', 'offered')")


def upgrade() -> None:
    with op.batch_alter_table("offers") as table:
        table.add_column(sa.Column("freshness", sa.String(24), nullable=False, server_default="fresh"))
        table.add_column(sa.Column("freshness_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("review_note", sa.String(300), nullable=False, server_default=""))
        table.add_column(sa.Column("copied_from_id", sa.Integer()))
        table.create_foreign_key("fk_offers_copied_from_id", "offers", ["copied_from_id"], ["id"])
        table.create_index("ix_offers_copied_from_id", ["copied_from_id"])
    op.add_column("programmes", sa.Column("confirm_days", sa.Integer(), nullable=False, server_default="90"))
    with op.batch_alter_table("series") as table:
        table.add_column(sa.Column("school_closed", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("crowding", sa.String(12), nullable=False, server_default=""))
        table.add_column(sa.Column("contingents", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("course_id", sa.Integer()))
        table.create_foreign_key("fk_series_course_id", "courses", ["course_id"], ["id"])
        table.create_index("ix_series_course_id", ["course_id"])
    op.add_column("slots", sa.Column("crowding", sa.String(12), nullable=False, server_default=""))
    op.add_column("slots", sa.Column("session", sa.Integer()))
    op.create_table(
        "offer_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name="fk_offer_versions_offer_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_offer_versions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offer_versions"),
        sa.UniqueConstraint("offer_id", "number", name="uq_offer_versions_offer_id_number"),
    )
    op.create_index("ix_offer_versions_offer_id", "offer_versions", ["offer_id"])
    op.create_index("ix_offer_versions_user_id", "offer_versions", ["user_id"])
    with op.batch_alter_table("notices") as table:
        table.add_column(sa.Column("offer_id", sa.Integer()))
        table.create_foreign_key("fk_notices_offer_id", "offers", ["offer_id"], ["id"])
        table.create_index("ix_notices_offer_id", ["offer_id"])
    with op.batch_alter_table("links") as table:
        table.add_column(sa.Column("offer_id", sa.Integer()))
        table.alter_column("enquiry_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key("fk_links_offer_id", "offers", ["offer_id"], ["id"])
        table.create_index("ix_links_offer_id", ["offer_id"])
        table.create_check_constraint(op.f("ck_links_about_one_thing"), ABOUT_ONE_THING)
    op.create_index("ix_pools_due", "pools", ["release_at"], sqlite_where=STILL_KEPT, postgresql_where=STILL_KEPT)
    columns = ["slot_id", "participant_id"]
    op.create_index(
        "uq_waitings_active", "waitings", columns, unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )
    _identity("'held', 'offered', 'expired'")


def downgrade() -> None:
    op.drop_index("uq_waitings_active", "waitings")
    op.drop_index("ix_pools_due", "pools")
    _identity("'held', 'expired'")
    op.execute("DELETE FROM links WHERE enquiry_id IS NULL")
    with op.batch_alter_table("links") as table:
        table.drop_constraint(op.f("ck_links_about_one_thing"), type_="check")
        table.drop_index("ix_links_offer_id")
        table.drop_constraint("fk_links_offer_id", type_="foreignkey")
        table.alter_column("enquiry_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("offer_id")
    op.execute("DELETE FROM notices WHERE offer_id IS NOT NULL")
    for name, column in (("notices", "offer_id"), ("series", "course_id"), ("offers", "copied_from_id")):
        with op.batch_alter_table(name) as table:
            table.drop_index(f"ix_{name}_{column}")
            table.drop_constraint(f"fk_{name}_{column}", type_="foreignkey")
            table.drop_column(column)
    op.drop_table("offer_versions")
    for name, columns in (
        ("slots", ("session", "crowding")),
        ("series", ("contingents", "crowding", "school_closed")),
        ("programmes", ("confirm_days",)),
        ("offers", ("review_note", "marks", "freshness_at", "freshness")),
    ):
        for column in columns:
            op.drop_column(name, column)


def _identity(states: str) -> None:
    """Say in which states a booking needs no enquiry yet."""
    name = op.f("ck_bookings_identity_by_enquiry")
    with op.batch_alter_table("bookings") as table:
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, IDENTITY.format(states=states))
