"""The database away, its disk full: whoever asks is told so and when to ask again; afterwards all goes on by itself."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url, text
from werkzeug.test import TestResponse

from hub.db import RETRY_AFTER
from hub.models.booking import Booking
from hub.models.slot import Pool
from hub.web.errors import AWAY
from hub.worker.loop import run_once
from tests.databases import PostgresDatabases, SQLiteDatabases
from tests.feeds import fetch, subscribe_person
from tests.loop import rows
from tests.places import make_offer, make_people, make_slot
from tests.post import mail_settings
from tests.postgres import plain
from tests.queues import broken
from tests.world import World

SignIn = Callable[[str], FlaskClient]


@contextmanager
def away(world: World, databases: Any) -> Iterator[None]:
    """Let nobody reach the database while the block runs, and end every connection there is."""
    ending = _locked_out(world, databases) if world.kind != "sqlite" else _file_gone(world)
    with ending:
        yield


@contextmanager
def _locked_out(world: World, databases: PostgresDatabases) -> Iterator[None]:
    name = make_url(world.url).database
    with psycopg.connect(plain(databases.server), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())


@contextmanager
def _file_gone(world: World) -> Iterator[None]:
    file = Path(str(make_url(world.url).database))
    world.database.engine.dispose()
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        aside.rename(file)


def says_come_back(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(RETRY_AFTER)


def test_while_the_database_is_away_everybody_is_told_and_afterwards_all_goes_on(
    world: World, app: Flask, sign_in: SignIn, databases: SQLiteDatabases | PostgresDatabases, tmp_path: Path
) -> None:
    clara, token = sign_in("clara"), subscribe_person(world, "tarik")
    slot = make_slot(world, make_offer(world))
    form = {"person": world.cast.tarik.public_id, "key": "k", "seen": slot.starts_at.isoformat()}
    assert clara.get("/today").status_code == 200
    settings = mail_settings(data=tmp_path)
    with away(world, databases):
        for answer in (clara.get("/today"), clara.post(f"/slots/{slot.public_id}/bookings", data=form)):
            says_come_back(answer)
            assert str(AWAY) in answer.text
            assert "<nav" not in answer.text or "Clara" not in answer.text  # who asks could not be read
        says_come_back(app.test_client().get("/offers"))
        says_come_back(feed := fetch(app, token))
        assert b"VCALENDAR" not in feed.data  # an empty calendar would delete what people have
        says_come_back(health := app.test_client().get("/healthz"))
        assert (health.mimetype, health.text) == ("text/plain", "database away\n")
        assert run_once(world.database, settings) is False
    assert app.test_client().get("/healthz").text == "ok\n"
    assert b"BEGIN:VCALENDAR" in fetch(app, token).data
    assert clara.get("/today").status_code == 200
    assert clara.post(f"/slots/{slot.public_id}/bookings", data=form).status_code == 303
    assert [one.participant_id for one in rows(world, Booking)] == [world.cast.tarik.id]
    assert run_once(world.database, settings) is True
    assert broken(world) == []


@contextmanager
def no_page_left(world: World) -> Iterator[None]:
    """Let the file of the database grow no more while the block runs; SQLite itself says then that it is full."""
    engine = world.database.engine
    with closing(sqlite3.connect(str(make_url(world.url).database))) as file:
        file.execute("VACUUM")  # no free page inside it either
        (pages,) = file.execute("PRAGMA page_count").fetchone()

    def stop_growing(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", stop_growing)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", stop_growing)
        engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True, scope="session")
def test_on_a_full_disk_nothing_is_half_done_and_what_needs_no_writing_is_shown(
    world: World, app: Flask, sign_in: SignIn
) -> None:
    clara, people = sign_in("clara"), make_people(world, 50)
    slot, token = make_slot(world, make_offer(world), places=50), subscribe_person(world, "tarik")
    assert fetch(app, token).status_code == 200

    def book(number: int) -> TestResponse:
        form = {"person": people[number].public_id, "key": f"k{number}", "seen": slot.starts_at.isoformat()}
        return clara.post(f"/slots/{slot.public_id}/bookings", data=form)

    with no_page_left(world):
        answers = [book(number) for number in range(40)]
        assert {answer.status_code for answer in answers} <= {303, 503}
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused, "the disk was never full"
        for answer in refused:
            says_come_back(answer)
            assert str(AWAY) in answer.text
        booked = len(answers) - len(refused)
        assert len(rows(world, Booking)) == booked == sum(pool.taken for pool in rows(world, Pool))
        assert app.test_client().get("/healthz").text == "ok\n"
        assert app.test_client().get("/offers").status_code == 200
        assert fetch(app, token).status_code in {200, 503}
    assert book(45).status_code == 303
    assert len(rows(world, Booking)) == booked + 1
    with world.database.reading() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    assert broken(world) == []
