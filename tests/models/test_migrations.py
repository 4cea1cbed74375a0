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
from hub.models.consent import Consent, ConsentEvent, ConsentState, Scope
from hub.models.log import LogChain
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
