"""Searches by folded words, unmet demand, imported tables, partners' own calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("aim", sa.String(length=24), nullable=False),
        sa.Column("district", sa.String(length=5), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demands")),
        sa.UniqueConstraint("on", "aim", "district", name=op.f("uq_demands_on_aim_district")),
    )
    op.create_table(
        "demand_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("aim", sa.String(length=24), nullable=False),
        sa.Column("district", sa.String(length=5), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_demand_requests_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_requests")),
    )
    with op.batch_alter_table("demand_requests") as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_requests_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_demand_requests_district_aim_asked_at"), ["district", "aim", "asked_at"], unique=False
        )

    op.create_table(
        "table_imports",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_table_imports_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_table_imports_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_table_imports_public_id")),
    )
    with op.batch_alter_table("table_imports") as batch_op:
        batch_op.create_index(batch_op.f("ix_table_imports_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_table_imports_user_id"), ["user_id"], unique=False)

    op.create_table(
        "table_mappings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("headings_digest", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_table_mappings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_mappings")),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "headings_digest",
            name=op.f("uq_table_mappings_organisation_id_kind_headings_digest"),
        ),
    )
    with op.batch_alter_table("table_mappings") as batch_op:
        batch_op.create_index(batch_op.f("ix_table_mappings_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "calendar_sources",
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("preview", sa.Text(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_calendar_sources_offer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_calendar_sources_organisation_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_calendar_sources_room_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_sources_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_sources")),
        sa.UniqueConstraint("public_id", name=op.f("uq_calendar_sources_public_id")),
    )
    with op.batch_alter_table("calendar_sources") as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_sources_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_sources_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_sources_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_sources_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_sources_user_id"), ["user_id"], unique=False)

    op.create_table(
        "offer_trigrams",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("trigram", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_trigrams_offer_id")),
        sa.PrimaryKeyConstraint("offer_id", "word", "trigram", name=op.f("pk_offer_trigrams")),
    )
    with op.batch_alter_table("offer_trigrams") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offer_trigrams_trigram_word_offer_id"), ["trigram", "word", "offer_id"], unique=False
        )

    op.create_table(
        "busy_times",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["calendar_sources.id"], name=op.f("fk_busy_times_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_times")),
    )
    with op.batch_alter_table("busy_times") as batch_op:
        batch_op.create_index(batch_op.f("ix_busy_times_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_busy_times_source_id_starts_at"), ["source_id", "starts_at"], unique=False)

    op.create_table(
        "source_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_source_dates_slot_id")),
        sa.ForeignKeyConstraint(["source_id"], ["calendar_sources.id"], name=op.f("fk_source_dates_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_dates")),
        sa.UniqueConstraint("source_id", "key_digest", name=op.f("uq_source_dates_source_id_key_digest")),
    )
    with op.batch_alter_table("source_dates") as batch_op:
        batch_op.create_index(batch_op.f("ix_source_dates_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_source_dates_source_id"), ["source_id"], unique=False)

    with op.batch_alter_table("offers") as batch_op:
        batch_op.add_column(sa.Column("external_id", sa.String(length=64), nullable=True))
        batch_op.drop_column("folded_summary")  # offer_trigrams hold all words; the worker fills them
        batch_op.drop_column("folded_title")
        batch_op.create_unique_constraint(
            batch_op.f("uq_offers_organisation_id_external_id"), ["organisation_id", "external_id"]
        )

    with op.batch_alter_table("slots") as batch_op:
        batch_op.add_column(sa.Column("external_id", sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_slots_offer_id_external_id"), ["offer_id", "external_id"])


def downgrade() -> None:
    with op.batch_alter_table("slots") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_slots_offer_id_external_id"), type_="unique")
        batch_op.drop_column("external_id")

    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_offers_organisation_id_external_id"), type_="unique")
        batch_op.add_column(sa.Column("folded_title", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("folded_summary", sa.Text(), nullable=False, server_default=""))
        batch_op.drop_column("external_id")

    with op.batch_alter_table("source_dates") as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_dates_source_id"))
        batch_op.drop_index(batch_op.f("ix_source_dates_slot_id"))

    op.drop_table("source_dates")
    with op.batch_alter_table("busy_times") as batch_op:
        batch_op.drop_index(batch_op.f("ix_busy_times_source_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_busy_times_source_id"))

    op.drop_table("busy_times")
    with op.batch_alter_table("offer_trigrams") as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_trigrams_trigram_word_offer_id"))

    op.drop_table("offer_trigrams")
    with op.batch_alter_table("calendar_sources") as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_sources_user_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_sources_room_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_sources_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_sources_offer_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_sources_next_at"))

    op.drop_table("calendar_sources")
    with op.batch_alter_table("table_mappings") as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_mappings_organisation_id"))

    op.drop_table("table_mappings")
    with op.batch_alter_table("table_imports") as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_imports_user_id"))
        batch_op.drop_index(batch_op.f("ix_table_imports_organisation_id"))

    op.drop_table("table_imports")
    with op.batch_alter_table("demand_requests") as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_requests_district_aim_asked_at"))
        batch_op.drop_index(batch_op.f("ix_demand_requests_organisation_id"))

    op.drop_table("demand_requests")
    op.drop_table("demands")
