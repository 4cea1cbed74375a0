"""Sheets with several consents, what a partner owes after an end, releases from secrecy, exclusions, emergencies."""

import secrets

import sqlalchemy as sa
from alembic import op

from hub import geography

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
WORDS = ("notice_hash", "notice_version", "notice_locale")
KEPT = {"consents": (*WORDS, "controller"), "releases": WORDS}
RELEASE_KEYS = ["participant_id", "organisation_id", "state"]
NEEDED_OF_RELEASES = {
    "towards_id": sa.Integer(),
    "reference": sa.String(length=16),
    "notice_version": sa.String(length=24),
    "notice_locale": sa.String(length=12),
    "form_reason": sa.String(length=24),
    "valid_until_on": sa.Date(),
}
ADDED_TO_RELEASES = (
    "towards_id",
    "reference",
    "notice_version",
    "notice_locale",
    "form_reason",
    "withdrawal_code",
    "withdrawal_digest",
    "requested_by_id",
    "previous_id",
    "valid_until_on",
)


def upgrade() -> None:
    op.create_table(
        "consent_sheets",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("interpreter", sa.String(length=24), nullable=False),
        sa.Column("helper", sa.String(length=24), nullable=False),
        sa.Column("wait_hours", sa.Integer(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form", sa.String(length=24), nullable=True),
        sa.Column("form_reason", sa.String(length=24), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("withdrawal_code", sa.Text(), nullable=True),
        sa.Column("withdrawal_digest", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_consent_sheets_participant_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_consent_sheets_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_sheets")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consent_sheets_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_consent_sheets_reference")),
        sa.UniqueConstraint("withdrawal_digest", name=op.f("uq_consent_sheets_withdrawal_digest")),
    )
    op.create_index("ix_consent_sheets_participant_id", "consent_sheets", ["participant_id"])
    op.create_index("ix_consent_sheets_requested_by_id", "consent_sheets", ["requested_by_id"])
    with op.batch_alter_table("consents") as table:
        table.add_column(sa.Column("sheet_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("sends_from", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key("fk_consents_sheet_id", "consent_sheets", ["sheet_id"], ["id"])
        table.create_index("ix_consents_sheet_id", ["sheet_id"])
    _put_open_questions_on_sheets()
    op.create_table(
        "early_ends",
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_early_ends_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participations.id"], name=op.f("fk_early_ends_participation_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_early_ends_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_ends")),
        sa.UniqueConstraint("public_id", name=op.f("uq_early_ends_public_id")),
    )
    with op.batch_alter_table("early_ends") as batch_op:
        batch_op.create_index(batch_op.f("ix_early_ends_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_early_ends_participation_id"), ["participation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_early_ends_proposed_by_id"), ["proposed_by_id"], unique=False)
        batch_op.create_index(
            "uq_early_ends_proposed",
            ["participation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
    _add_duties()
    _add_emergencies_and_exclusions()
    _complete_releases()
    op.add_column("enquiries", sa.Column("feedback", sa.Text(), nullable=True))
    _keep_controllers()
    _keep_words()  # stays last: rebuilding these tables on SQLite would drop their triggers


def _put_open_questions_on_sheets() -> None:
    """Give each question that still waits for an answer its own sheet; the pages know no question without one."""
    waiting = "scope = 'E2' AND state IN ('requested', 'deferred')"
    connection = op.get_bind()
    for (consent_id,) in connection.execute(sa.text(f"SELECT id FROM consents WHERE {waiting}")).all():  # noqa: S608
        key = {"key": secrets.token_hex(8), "reference": secrets.token_hex(4).upper(), "id": consent_id}
        connection.execute(
            sa.text(
                "INSERT INTO consent_sheets (public_id, version, participant_id, reference, locale, interpreter,"
                " helper, wait_hours, waived, requested_by_id, requested_at, form_reason)"
                " SELECT :key, 1, participant_id, :reference, notice_locale, '', '', 0, false, requested_by_id,"
                " requested_at, '' FROM consents WHERE id = :id"
            ),
            key,
        )
        connection.execute(
            sa.text(
                "UPDATE consents SET sheet_id = (SELECT id FROM consent_sheets WHERE public_id = :key) WHERE id = :id"
            ),
            {"key": key["key"], "id": consent_id},
        )


def _add_duties() -> None:
    op.create_table(
        "duties",
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_duties_answered_by_id")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_duties_enquiry_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_duties_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("public_id", name=op.f("uq_duties_public_id")),
    )
    for name in ("answered_by_id", "enquiry_id", "organisation_id"):
        op.create_index(f"ix_duties_{name}", "duties", [name])
    op.create_index("ix_duties_state_due_at", "duties", ["state", "due_at"])
    op.create_table(
        "incidents",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_incidents_consent_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_incidents_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incidents_public_id")),
    )
    for name in ("consent_id", "opened_by_id"):
        op.create_index(f"ix_incidents_{name}", "incidents", [name])
    op.add_column("consents", sa.Column("reminded_days", sa.Integer(), nullable=True))
    op.add_column("enquiries", sa.Column("position", sa.Integer(), nullable=True))


def _add_emergencies_and_exclusions() -> None:
    op.create_table(
        "emergencies",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_by_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_emergencies_participant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_emergencies_reviewed_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emergencies_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_emergencies_public_id")),
    )
    with op.batch_alter_table("emergencies") as batch_op:
        batch_op.create_index(batch_op.f("ix_emergencies_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_reviewed_by_id"), ["reviewed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_user_id"), ["user_id"], unique=False)
    op.create_table(
        "exclusions",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (user_id IS NULL)", name=op.f("ck_exclusions_organisation_or_user")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_exclusions_organisation_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_exclusions_participant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exclusions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_exclusions_public_id")),
    )
    for name in ("organisation_id", "participant_id", "user_id"):
        op.create_index(f"ix_exclusions_{name}", "exclusions", [name])
    op.add_column("participants", sa.Column("coach_changed_at", sa.DateTime(timezone=True), nullable=True))


def _complete_releases() -> None:
    """Give releases all that a record of its own needs; no page could write one until now, so what there is is bare."""
    with op.batch_alter_table("releases") as table:
        table.add_column(sa.Column("towards_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reference", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("notice_version", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("notice_locale", sa.String(length=12), nullable=True))
        table.add_column(sa.Column("form_reason", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("withdrawal_code", sa.Text(), nullable=True))
        table.add_column(sa.Column("withdrawal_digest", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("requested_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("previous_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("valid_until_on", sa.Date(), nullable=True))
        table.create_foreign_key("fk_releases_towards_id", "organisations", ["towards_id"], ["id"])
        table.create_foreign_key("fk_releases_requested_by_id", "users", ["requested_by_id"], ["id"])
        table.create_foreign_key("fk_releases_previous_id", "releases", ["previous_id"], ["id"])
        table.create_unique_constraint("uq_releases_reference", ["reference"])
        table.create_unique_constraint("uq_releases_withdrawal_digest", ["withdrawal_digest"])
        for name in ("towards_id", "requested_by_id", "previous_id"):
            table.create_index(f"ix_releases_{name}", [name])
        table.create_index("ix_releases_participant_id_organisation_id_state", RELEASE_KEYS)
    _fill_bare_releases()
    with op.batch_alter_table("releases") as table:
        for name, kind in NEEDED_OF_RELEASES.items():
            table.alter_column(name, existing_type=kind, nullable=False)
    op.create_table(
        "release_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expressed_by", sa.String(length=24), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_events_release_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_release_events_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_events")),
    )
    for name in ("release_id", "recorded_by_id"):
        op.create_index(f"ix_release_events_{name}", "release_events", [name])
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER release_events_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON release_events "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER release_events_no_{verb.lower()} BEFORE {verb} ON release_events "
            "BEGIN SELECT RAISE(ABORT, 'rows of release_events are only added'); END"
        )


def _fill_bare_releases() -> None:
    """Say of a release from before, in whatever way it came in, what its own columns already tell."""
    connection = op.get_bind()
    for (key,) in connection.execute(sa.text("SELECT id FROM releases")).all():
        connection.execute(
            sa.text(
                "UPDATE releases SET reference = :reference, notice_version = '', notice_locale = 'de',"
                " form_reason = '', valid_until_on = date(valid_until), towards_id ="
                " (SELECT jobcenter_id FROM participants WHERE participants.id = releases.participant_id)"
                " WHERE id = :id"
            ),
            {"reference": secrets.token_hex(4).upper(), "id": key},
        )


def _shorten_releases() -> None:
    op.drop_table("release_events")
    with op.batch_alter_table("releases") as table:
        table.drop_index("ix_releases_participant_id_organisation_id_state")
        for name in ("towards_id", "requested_by_id", "previous_id"):
            table.drop_index(f"ix_releases_{name}")
            table.drop_constraint(f"fk_releases_{name}", type_="foreignkey")
        table.drop_constraint("uq_releases_reference", type_="unique")
        table.drop_constraint("uq_releases_withdrawal_digest", type_="unique")
        for name in ADDED_TO_RELEASES:
            table.drop_column(name)


def _keep_controllers() -> None:
    """Keep beside each consent who answers for it; for older ones that is the Jobcenter as it stands now."""
    op.add_column("consents", sa.Column("controller", sa.JSON(), nullable=True))
    rows = sa.table("consents", sa.column("participant_id"), sa.column("controller", sa.JSON()))
    persons = sa.table("participants", sa.column("id"), sa.column("jobcenter_id"))
    same = ("name", "phone", "email", "street", "postal_code", "supervisory_authority")
    others = ("id", "kind", "public_id", "municipality_code")
    houses = sa.table("organisations", *map(sa.column, same + others))
    connection = op.get_bind()
    for house in connection.execute(sa.select(houses).where(houses.c.kind == "jobcenter")).mappings().all():
        place = geography.find_municipality(house["municipality_code"])
        facts = {name: house[name] for name in same}
        facts |= {"id": house["public_id"], "town": place.name if place else ""}
        theirs = sa.select(persons.c.id).where(persons.c.jobcenter_id == house["id"])
        connection.execute(rows.update().where(rows.c.participant_id.in_(theirs)).values(controller=facts))
    with op.batch_alter_table("consents") as table:
        table.alter_column("controller", existing_type=sa.JSON(), nullable=False)


def _keep_words() -> None:
    """Refuse to change which words a person read; their text itself is sealed anew when keys change."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION keep_words() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the words of % stay', TG_TABLE_NAME; END $$"
        )
    for table, columns in KEPT.items():
        if sqlite:
            when = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
            op.execute(
                f"CREATE TRIGGER {table}_keep_words BEFORE UPDATE ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, 'the words of {table} stay'); END"
            )
        else:
            when = " OR ".join(f"OLD.{name}::text IS DISTINCT FROM NEW.{name}::text" for name in columns)
            op.execute(
                f"CREATE TRIGGER {table}_keep_words BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({when}) "
                "EXECUTE FUNCTION keep_words()"
            )


def _let_words_go() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_keep_words" if sqlite else f"DROP TRIGGER {table}_keep_words ON {table}")
    if not sqlite:
        op.execute("DROP FUNCTION keep_words()")
    op.drop_column("consents", "controller")


def downgrade() -> None:
    _let_words_go()
    op.drop_column("enquiries", "feedback")
    _shorten_releases()
    op.drop_column("participants", "coach_changed_at")
    op.drop_table("exclusions")
    op.drop_table("emergencies")
    op.drop_column("enquiries", "position")
    op.drop_column("consents", "reminded_days")
    op.drop_table("incidents")
    op.drop_table("duties")
    op.drop_table("early_ends")
    with op.batch_alter_table("consents") as table:
        table.drop_index("ix_consents_sheet_id")
        table.drop_constraint("fk_consents_sheet_id", type_="foreignkey")
        table.drop_column("sends_from")
        table.drop_column("sheet_id")
    op.drop_table("consent_sheets")
