"""The measured race table of the design, row by row: what each way of taking a place does when two want the last one.

The ways we do not go are shown to fail, at the one moment that matters and every time; the ways we go are storms, in
the tests that are named.
"""

import ast
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from hub.db import passing
from hub.models.slot import Pool
from tests.loop import rows
from tests.places import make_offer, make_slot
from tests.postgres import plain
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
on_postgres = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True, scope="session"
)
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True, scope="session")
COUNT = "SELECT count(*) FROM attempts WHERE kind = 'last place'"
INSERT = "INSERT INTO attempts (kind, key_digest, at) VALUES ('last place', '', '2026-09-14 06:30:00')"
UNDO = "DELETE FROM attempts WHERE kind = 'last place'"
TAKE = "UPDATE pools SET taken = taken + 1 WHERE taken + 1 <= places"
COURSES = "tests/actions/test_course_races.py"
# Row of the table, and the tests that storm it on both databases.
ELSEWHERE = {
    "guarded UPDATE: as many as there are places": (
        "tests/actions/test_places.py::test_as_many_as_there_are_places_get_one_and_all_codes_differ",
        "tests/actions/test_places.py::test_of_forty_people_on_the_last_place_one_gets_it",
        "tests/storms/test_two_hundred_clients.py::test_two_hundred_clients_for_twenty_places",
    ),
    "a course locked sorted by id never waits in a ring": (
        f"{COURSES}::test_joining_and_leaving_at_once_never_wait_in_a_ring",
        f"{COURSES}::test_of_twenty_people_for_three_places_of_a_course_three_have_it_whole_and_nobody_half",
    ),
    "raster rows: one winner per tick": (
        "tests/actions/test_rooms.py::test_of_many_dates_moved_into_one_room_at_one_time_one_gets_in",
        "tests/actions/test_room_buffers.py::test_of_many_dates_at_once_none_comes_closer_than_the_buffer",
    ),
    "uniqueness in the database": (
        "tests/actions/test_places.py::test_one_form_sent_many_times_at_once_is_one_booking",
        "tests/actions/test_places.py::test_the_database_itself_refuses_two_live_places_of_one_person",
    ),
    "persons and coaches: their row is the lock": (
        "tests/actions/test_places.py::test_the_same_person_is_never_in_two_overlapping_dates",
        "tests/actions/test_appointments.py::test_a_visit_a_loan_and_a_block_at_once_are_one",
    ),
    "holds and offers: only the winner gives the place back": (
        "tests/actions/test_places.py::test_a_place_given_back_many_times_at_once_is_free_once",
        "tests/actions/test_holds.py::test_a_hold_that_runs_out_as_it_is_booked_leaves_one_booking_of_the_last_place",
        "tests/actions/test_waiting_races.py::test_acceptance_against_expiry",
    ),
    "release of a contingent, once": (
        "tests/actions/test_waiting_races.py::test_release_while_many_book",
        "tests/actions/test_waiting_races.py::test_many_clocks_release_once",
    ),
}


@pytest.fixture
def two(world: World) -> Iterator[tuple[psycopg.Connection[Any], psycopg.Connection[Any]]]:
    """Give two connections, and a date with one place."""
    make_slot(world, make_offer(world), places=1)
    address = plain(make_url(world.url))
    with psycopg.connect(address) as first, psycopg.connect(address) as second:
        yield first, second


def count(connection: Any) -> int:
    return int(connection.execute(COUNT).fetchone()[0])


def both_count_then_insert(first: Any, second: Any) -> int:
    """Let both find the place free before either takes it, and return how many have it."""
    for connection in (first, second):
        assert count(connection) == 0
    for connection in (first, second):
        connection.execute(INSERT)
        connection.commit()
    found = count(first)
    first.rollback()
    return found


@on_postgres
@pytest.mark.parametrize("level", [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ])
def test_count_then_insert_gives_one_place_twice(two: Any, level: IsolationLevel) -> None:
    for connection in two:
        connection.isolation_level = level
    assert both_count_then_insert(*two) == 2


@on_postgres
def test_insert_look_again_undo_leaves_the_place_empty(two: Any) -> None:
    for connection in two:
        connection.execute(INSERT)
        connection.commit()
    too_many = [count(connection) > 1 for connection in two]
    for connection in two:
        connection.execute(UNDO)
        connection.commit()
    assert (too_many, count(two[0])) == ([True, True], 0)


@on_postgres
@pytest.mark.parametrize(
    ("level", "work"),
    [(IsolationLevel.REPEATABLE_READ, TAKE), (IsolationLevel.SERIALIZABLE, INSERT)],
    ids=["guarded update, repeatable read", "count then insert, serializable"],
)
def test_stricter_levels_answer_with_an_error_that_must_be_tried_again(
    two: Any, level: IsolationLevel, work: str
) -> None:
    for connection in two:
        connection.isolation_level = level
        count(connection)
    two[0].execute(work)

    def end() -> None:
        two[0].commit()
        two[1].execute(work)
        two[1].commit()

    with pytest.raises(psycopg.OperationalError) as caught:
        end()
    assert caught.value.sqlstate == "40001"
    assert passing(OperationalError(work, {}, caught.value))


@on_postgres
def test_two_rows_locked_in_opposite_order_are_a_deadlock_that_is_tried_again(world: World, two: Any) -> None:
    make_slot(world, make_offer(world), places=1)
    low, high = (pool.id for pool in rows(world, Pool))
    lock = "SELECT id FROM pools WHERE id = %s FOR UPDATE"
    two[0].execute(lock, [low])
    two[1].execute(lock, [high])
    errors: list[psycopg.Error] = []

    def cross(connection: Any, other: int) -> None:
        try:
            connection.execute(lock, [other])
            connection.rollback()
        except psycopg.Error as error:
            errors.append(error)
            connection.rollback()

    threads = [threading.Thread(target=cross, args=pair) for pair in ((two[0], high), (two[1], low))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error.sqlstate for error in errors] == ["40P01"]
    assert passing(OperationalError(lock, {}, errors[0]))


@on_sqlite
def test_the_drivers_own_transactions_give_one_place_twice(world: World) -> None:
    file = make_url(world.url).database
    with closing(sqlite3.connect(str(file))) as first, closing(sqlite3.connect(str(file))) as second:
        assert both_count_then_insert(first, second) == 2


@on_sqlite
@pytest.mark.parametrize(("begin", "refused"), [("BEGIN", True), ("BEGIN IMMEDIATE", False)])
def test_a_guarded_update_after_a_deferred_begin_is_locked_at_once(world: World, begin: str, refused: bool) -> None:
    make_slot(world, make_offer(world), places=1)
    file = str(make_url(world.url).database)
    taken: list[int] = []

    def take(connection: sqlite3.Connection) -> None:
        taken.append(connection.execute(TAKE).rowcount)
        connection.execute("COMMIT")

    with closing(_bare(file)) as first, closing(_bare(file)) as second:
        for connection in (first, second) if refused else (first,):
            connection.execute(begin)
            count(connection)
        take(first)
        if refused:
            with pytest.raises(sqlite3.OperationalError, match="locked") as caught:
                take(second)
            assert passing(OperationalError(TAKE, {}, caught.value))
        else:
            second.execute(begin)  # here the second waits, and sees what the first has done
            take(second)
    assert taken == ([1] if refused else [1, 0])


def _bare(file: str) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None, timeout=30)


@pytest.mark.parametrize("row", ELSEWHERE)
def test_the_ways_we_go_are_stormed_on_both_databases(row: str) -> None:
    for name in ELSEWHERE[row]:
        path, _, test = name.partition("::")
        syntax = ast.parse((ROOT / path).read_text())
        (found,) = [node for node in syntax.body if isinstance(node, ast.FunctionDef) and node.name == test]
        assert "world" in [argument.arg for argument in found.args.args], f"{name} does not run on both databases"
        marks = "".join(ast.unparse(mark) for mark in found.decorator_list)
        assert "skip" not in marks
        assert "database_kind" not in marks


def test_our_own_transactions_begin_as_the_table_says(world: World) -> None:
    """SQLite: BEGIN IMMEDIATE before anything is read, so nobody else begins. PostgreSQL: READ COMMITTED."""
    with world.database.transaction() as session:
        connection = session.connection()
        if world.kind != "sqlite":
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
            return
        other = sqlite3.connect(str(make_url(world.url).database), timeout=0)
        with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
