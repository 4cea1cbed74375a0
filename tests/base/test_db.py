"""Transactions and column types, on both databases."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from hub.db import LOOKERS, Database, out_of_reach, passing, retried
from hub.models.login import Attempt
from hub.models.participant import Participant
from tests.crowd import rush
from tests.world import AT, World


def attempt(at: datetime = AT) -> Attempt:
    return Attempt(kind="test", key_digest="0" * 64, at=at)


def test_an_instant_comes_back_aware_and_in_utc(world: World) -> None:
    berlin = AT.astimezone(timezone(timedelta(hours=2)))
    with world.database.transaction() as session:
        session.add(attempt(berlin))
    with world.database.reading() as session:
        found = session.scalars(select(Attempt.at)).one()
    assert found == AT
    assert found.tzinfo is UTC


def test_a_naive_instant_is_refused(world: World) -> None:
    with pytest.raises(StatementError, match="naive"), world.database.transaction() as session:
        session.add(attempt(AT.replace(tzinfo=None)))


def test_a_transaction_is_all_or_nothing(world: World) -> None:
    def half(session: Session) -> None:
        session.add(attempt())
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.do(half)
    with world.database.reading() as session:
        assert session.scalars(select(Attempt)).all() == []


def test_the_database_refuses_writes_while_reading(world: World) -> None:
    with world.database.reading() as session:
        session.add(attempt())
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            session.flush()


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_the_server_prepared_outlives_a_reading(world: World) -> None:
    database = Database(world.url, pool_size=1)
    for _ in range(10):  # the driver prepares what it meets for the sixth time
        with database.reading() as session:
            assert session.scalars(select(Attempt.id)).all() == []
    with database.reading() as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    database.close()
    assert any("FROM attempts" in statement for statement in prepared)


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_server_that_came_back_keeps_no_connection_nobody_knows_of(world: World) -> None:
    named = make_url(world.url).update_query_dict({"application_name": "looks"})
    database = Database(named.render_as_string(hide_password=False))
    find = select(Attempt.key_digest).where(Attempt.kind == bindparam("kind"))

    def ask() -> None:
        for _ in range(20):
            assert database.look(find, kind="test") is None

    ours = text("FROM pg_stat_activity WHERE application_name = 'looks'")
    for _ in range(10):  # what is lost is lost between threads
        rush([ask] * LOOKERS)
        with world.database.reading() as session:
            session.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {ours}"))
        rush([ask] * LOOKERS)
        with world.database.reading() as session:
            open_there = session.scalar(text(f"SELECT count(*) {ours}"))
        assert open_there == database._lookers.pool.checkedin()  # type: ignore[attr-defined]
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_server_that_lets_in_and_never_answers_is_away_in_the_end(world: World) -> None:
    database = Database(world.url)
    find = select(func.pg_terminate_backend(func.pg_backend_pid()).label("gone"))
    with pytest.raises(DisconnectionError) as caught:
        database.look(find)
    assert out_of_reach(caught.value)
    database.close()


def test_readers_see_the_old_state_while_somebody_writes(world: World) -> None:
    with world.database.transaction() as writer:
        writer.add(attempt())
        writer.flush()
        with world.database.reading() as reader:
            assert reader.scalars(select(Attempt)).all() == []


def test_a_dump_shows_nothing_of_a_person(world: World) -> None:
    with world.database.reading() as session:
        rows = session.execute(text("SELECT * FROM participants")).all()
        raw = " ".join(str(value) for row in rows for value in row)
        person = session.get_one(Participant, world.cast.jolanta.id)
    assert person.full_name == "Jolanta Wiśniewska"
    for secret in ("Jolanta", "Wiś", "0151 5550", "interpreter", "step_free"):
        assert secret not in raw.replace(person.call_word, "")


def test_parallel_writers_lose_nothing(world: World) -> None:
    def add() -> None:
        for _ in range(10):
            world.database.run(lambda session: session.add(attempt()))

    threads = [threading.Thread(target=add) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.database.reading() as session:
        assert len(session.scalars(select(Attempt.id)).all()) == 50


def locked() -> OperationalError:
    return OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))


def test_a_passing_conflict_is_tried_three_times_and_no_more() -> None:
    tries: list[int] = []

    def unit() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise locked()
        return "done"

    assert retried(unit) == "done"
    tries.clear()

    def never() -> None:
        tries.append(1)
        raise locked()

    with pytest.raises(OperationalError):
        retried(never)
    assert len(tries) == 3


def test_only_passing_conflicts_are_tried_again() -> None:
    assert passing(locked())
    assert not passing(OperationalError("SELECT", {}, sqlite3.OperationalError("no such table: x")))


def test_a_look_survives_connections_that_the_server_has_ended(world: World, database_kind: str) -> None:
    if database_kind != "postgresql":
        return  # SQLite has no server that could go away
    query = select(Attempt.kind)
    with world.database.transaction() as session:
        session.add(attempt())
    for _ in range(2):
        assert world.database.look(query).kind == "test"
        with world.database.transaction() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )


def failing(database: Database, statement: str) -> BaseException:
    """Return what a statement raises."""
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        session.execute(text(statement))
    return caught.value


def test_a_wrong_statement_is_our_fault_and_a_database_away_is_not(world: World) -> None:
    assert not out_of_reach(failing(world.database, "SELECT * FROM no_such_table"))
    assert not out_of_reach(ValueError())
    nowhere = Database("sqlite:////nonexistent/folder/hub.sqlite3")
    with pytest.raises(OperationalError) as caught:
        nowhere.ping()
    assert out_of_reach(caught.value)
    with pytest.raises(DisconnectionError) as looked:
        nowhere.look(select(Attempt.at))
    assert out_of_reach(looked.value)
    nowhere.close()


def test_who_finds_no_connection_free_may_come_again(world: World) -> None:
    narrow = Database(world.url, pool_size=1)
    narrow.engine.pool._timeout, narrow.engine.pool._max_overflow = 0.1, 0  # type: ignore[attr-defined]
    with narrow.reading(), pytest.raises(NoConnectionFree) as caught:
        narrow.ping()
    assert out_of_reach(caught.value)
    narrow.close()
