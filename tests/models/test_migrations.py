"""Migrations: up, down, up again, and in agreement with the models, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub import crypto, migrating
from hub.actions import log
from hub.db import Database
from hub.models import Base
from hub.models.consent import Consent, ConsentEvent, ConsentState, Release, ReleaseEvent, Scope
from hub.models.log import LogChain
from hub.queries.receipts import snapshot
from tests.feedback import ask_release
from tests.world import KEYS, World


def nothing(_url: str) -> None:
    """Leave the database empty."""


@pytest.fixture
def empty(fresh_database: Callable[[Callable[[str], object]], str]) -> Database:
    crypto.install(KEYS.ring)
    return Database(fresh_database(nothing))


def test_up_down_and_up_again(empty: Database) -> None:
    migrating.upgrade(empty)
    assert migrating.current(empty) == migrating.head()
    migrating.downgrade(empty, "base")
    assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}
    migrating.upgrade(empty)
    assert set(Base.metadata.tables) <= set(inspect(empty.engine).get_table_names())
    empty.close()


def test_rows_survive_down_and_up_again(world: World) -> None:
    with world.database.reading() as session:
        before = {name: session.scalar(select(func.count()).select_from(t)) for name, t in Base.metadata.tables.items()}
    migrating.downgrade(world.database, "0002")
    migrating.upgrade(world.database)
    migrating.differences(world.database)
    with world.database.reading() as session:
        after = {name: session.scalar(select(func.count()).select_from(t)) for name, t in Base.metadata.tables.items()}
        enforced = session.scalar(text("PRAGMA foreign_keys")) if session.bind.dialect.name == "sqlite" else 1  # type: ignore[union-attr]
    assert before == after
    assert sum(count or 0 for count in before.values()) > 30
    assert enforced == 1


def test_models_and_migrations_agree(world: World) -> None:
    migrating.differences(world.database)


ONLY_ADDED = {
    "log_entries": "id",
    "log_subjects": "log_id",
    "log_chain": "number",
    "disclosures": "id",
    "consent_events": "id",
    "release_events": "id",
}


def add_one_row_each(session: Session, world: World) -> None:
    person = world.cast.tarik
    actor = world.actor("clara")
    entry = log.record(session, actor=actor, action="test", thing=person, about=[person], at=world.at)
    log.disclose(
        session,
        participant_id=person.id,
        organisation_id=world.cast.club.id,
        enquiry_id=None,
        fields=["I1"],
        purpose="test",
        at=world.at,
    )
    consent = Consent(
        participant_id=person.id,
        scope=Scope.FEED,
        notice_version="1",
        notice_locale="de",
        notice_text="x",
        notice_hash="x",
        requested_at=world.at,
        valid_until_on=world.at.date(),
        valid_until=world.at,
    )
    session.add(consent)
    session.flush()
    release = Release(
        participant_id=person.id,
        organisation_id=world.cast.clinic.id,
        towards_id=person.jobcenter_id,
        reference="x",
        purpose="x",
        notice_version="1",
        notice_locale="de",
        notice_text="x",
        notice_hash="x",
        requested_at=world.at,
        valid_until_on=world.at.date(),
        valid_until=world.at,
    )
    session.add(release)
    session.flush()
    session.add(ReleaseEvent(release_id=release.id, state=ConsentState.GIVEN, at=world.at, expressed_by="participant"))
    session.add(LogChain(number=1, log_id=entry.id, digest="x", chained_at=world.at))
    session.add(ConsentEvent(consent_id=consent.id, state=ConsentState.GIVEN, at=world.at, expressed_by="participant"))


@pytest.mark.parametrize("table", ONLY_ADDED)
@pytest.mark.parametrize("verb", ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}"])
def test_what_is_only_added_can_be_neither_changed_nor_removed(world: World, table: str, verb: str) -> None:
    with world.database.transaction() as session:
        add_one_row_each(session, world)
    statement = text(verb.format(table=table, key=ONLY_ADDED[table]))
    with world.database.engine.begin() as connection, pytest.raises(DBAPIError, match="only added"):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [("notice_hash", "y"), ("notice_version", "2"), ("notice_locale", "en"), ("controller", '{"name": "y"}')],
)
def test_which_words_a_person_read_never_changes(world: World, column: str, value: str) -> None:
    migrating.downgrade(world.database, "0005")
    migrating.upgrade(world.database)
    with world.database.transaction() as session:
        add_one_row_each(session, world)
    with world.database.engine.begin() as connection, pytest.raises(DBAPIError, match="the words of consents stay"):
        connection.execute(text(f"UPDATE consents SET {column} = :value"), {"value": value})


@pytest.mark.parametrize("column", ["notice_hash", "notice_version", "notice_locale"])
def test_nor_do_those_of_a_release(world: World, column: str) -> None:
    release = ask_release(world)
    with world.database.engine.begin() as connection, pytest.raises(DBAPIError, match="the words of releases stay"):
        connection.execute(text(f"UPDATE releases SET {column} = 'y' WHERE id = {release.id}"))


def test_a_consent_still_moves_and_is_sealed_anew(world: World) -> None:
    with world.database.transaction() as session:
        add_one_row_each(session, world)
    with world.database.engine.begin() as connection:
        changed = "UPDATE consents SET state = 'given', notice_text = 'sealed anew', notice_hash = notice_hash"
        assert connection.execute(text(changed)).rowcount == 1


def test_older_consents_learn_who_answers_for_them(world: World) -> None:
    with world.database.transaction() as session:
        add_one_row_each(session, world)
    migrating.downgrade(world.database, "0005")
    migrating.upgrade(world.database)
    with world.database.reading() as session:
        kept = session.scalars(select(Consent)).one().controller
    assert kept == snapshot(world.cast.jc_meissen)
