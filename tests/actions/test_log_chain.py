"""The chain over the log: complete, in order, and broken by every change, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from hub.actions import log
from hub.actions.log_chain import chain_log, verify_log
from hub.models.log import LogChain, LogEntry, LogSubject
from hub.policy.actor import SYSTEM
from hub.queries import log as log_queries
from tests.catalogue import statements

TABLES = ("log_entries", "log_subjects", "log_chain")


def write(world, n=5, at=None):
    """Log `n` rows about Tarik and chain them."""
    with world.database.transaction() as session:
        for number in range(n):
            about = [world.cast.tarik]
            log.record(session, actor=SYSTEM, action=f"thing.{number}", about=about, fields=["B1"], at=at or world.at)
    return world.do(chain_log, at=world.at)


def verdict(world, **options):
    with world.database.reading() as session:
        return verify_log(session, at=world.at, **options)


def forge(world, *statements):
    """Change rows as somebody with the whole database in hand would: triggers off first."""
    with world.database.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        for table in TABLES:
            for trigger in (f"{table}_no_update", f"{table}_no_delete") if sqlite else (f"{table}_only_added",):
                connection.execute(text(f"DROP TRIGGER {trigger}" + ("" if sqlite else f" ON {table}")))
        for statement in statements:
            connection.execute(statement)


def numbers(world):
    with world.database.reading() as session:
        return [link.number for link in session.scalars(select(LogChain).order_by(LogChain.number))]


def test_an_untouched_log_verifies(world):
    assert write(world) == 5
    assert world.do(chain_log, at=world.at) == 0
    found = verdict(world)
    assert (found.rows, found.first_broken, found.unchained) == (5, None, 0)
    assert numbers(world) == [1, 2, 3, 4, 5]


def test_batches_together_make_one_chain(world):
    with world.database.transaction() as session:
        for number in range(5):
            log.record(session, actor=SYSTEM, action=f"thing.{number}", at=world.at)
    assert [world.do(chain_log, at=world.at, batch=2) for _ in range(4)] == [2, 2, 1, 0]
    assert verdict(world).rows == 5
    assert verdict(world).first_broken is None


def test_the_tail_and_its_age_are_told(world):
    write(world)
    with world.database.transaction() as session:
        log.record(session, actor=SYSTEM, action="later", at=world.at - timedelta(minutes=7))
    found = verdict(world)
    assert (found.rows, found.unchained, found.unchained_age) == (5, 1, timedelta(minutes=7))
    assert found.first_broken is None


def test_what_waits_for_the_chain_is_counted_among_the_newest_rows_alone(world, monkeypatch):
    monkeypatch.setattr(log_queries, "LATE", 3)
    write(world, 5)
    later = world.at + timedelta(minutes=5)
    with world.database.transaction() as session:
        assert log_queries.count_waiting(session) == (0, None)
        for number in range(4):
            log.record(session, actor=SYSTEM, action=f"late.{number}", at=later)
    with world.database.reading() as session, statements(world.database) as asked:
        assert log_queries.count_waiting(session) == (3, later)
        assert log_queries.count_unchained(session) == (4, later)
    assert "LIMIT" in asked[0][0]


def test_a_row_committed_late_finds_its_place(world):
    """On PostgreSQL ids are given before the commit: a row may appear below ones that are chained already."""
    with world.database.transaction() as session:
        values = {"at": world.at, "actor_ref": "system", "actor_kind": "system", "object_type": "", "object_ref": ""}
        more = {"fields": [], "purpose": "", "result": "ok", "request_id": ""}
        session.execute(insert(LogEntry).values(id=900, action="early", **values, **more))
    world.do(chain_log, at=world.at)
    with world.database.transaction() as session:
        session.execute(insert(LogEntry).values(id=899, action="late", **values, **more))
    assert world.do(chain_log, at=world.at) == 1
    with world.database.reading() as session:
        assert session.scalars(select(LogChain.log_id).order_by(LogChain.number)).all() == [900, 899]
    assert verdict(world).first_broken is None


def entry_id(world, number):
    with world.database.reading() as session:
        return session.scalars(select(LogChain.log_id).where(LogChain.number == number)).one()


@pytest.mark.parametrize(
    "values", [{"action": "other"}, {"actor_ref": "x"}, {"fields": []}, {"result": "no"}, {"object_ref": "y"}]
)
def test_a_changed_row_is_named(world, values):
    write(world)
    forge(world, update(LogEntry).where(LogEntry.id == entry_id(world, 3)).values(**values))
    assert verdict(world).first_broken == 3


def test_a_changed_subject_is_named(world):
    write(world)
    forge(world, update(LogSubject).where(LogSubject.log_id == entry_id(world, 2)).values(subject="0" * 64))
    assert verdict(world).first_broken == 2


def test_a_removed_row_is_named(world):
    write(world)
    gone = entry_id(world, 4)
    forge(world, delete(LogSubject).where(LogSubject.log_id == gone), delete(LogEntry).where(LogEntry.id == gone))
    assert verdict(world).first_broken == 4


def test_a_row_removed_with_its_link_is_named(world):
    write(world)
    forge(world, delete(LogChain).where(LogChain.number == 2))
    assert verdict(world).first_broken == 2


def test_an_inserted_link_is_named(world):
    write(world)
    with world.database.transaction() as session:
        log.record(session, actor=SYSTEM, action="smuggled", at=world.at)
        session.flush()
        session.execute(insert(LogChain).values(number=6, log_id=9999, digest="0" * 64, chained_at=world.at))
    assert verdict(world).first_broken == 6


def test_reordered_rows_are_named(world):
    write(world)
    second, third = entry_id(world, 2), entry_id(world, 3)
    moves = ((second, -1), (third, second), (-1, third))
    forge(world, *(update(LogChain).where(LogChain.log_id == was).values(log_id=to) for was, to in moves))
    assert verdict(world).first_broken == 2


def test_a_cut_tail_is_noticed_against_an_anchor_kept_elsewhere(world):
    write(world)
    head = verdict(world)
    anchor = (head.number, head.digest)
    write(world, 2)
    assert verdict(world, anchor=anchor).first_broken is None
    forge(world, delete(LogChain).where(LogChain.number >= 5))
    assert verdict(world).first_broken is None
    assert verdict(world, anchor=anchor).first_broken == 5
    assert verdict(world, anchor=(3, "0" * 64)).first_broken == 3


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_rows(world, table, statement):
    write(world)
    column = {"log_entries": "action", "log_subjects": "subject", "log_chain": "digest"}[table]
    with pytest.raises(DatabaseError, match="are only added"), world.database.engine.begin() as connection:
        connection.execute(text(statement.format(table, column, column)))
    assert verdict(world).first_broken is None
