"""The tests' world: a migrated database with the cast in it, at one fixed Monday morning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hub import config, crypto, migrating
from hub.app import create_app
from hub.db import Database
from hub.keys import Keys
from hub.models.user import User
from hub.policy.actor import Actor
from hub.queries.users import find_actor
from hub.seeds.cast import PASSWORD, load_cast
from tests.databases import PostgresDatabases, SQLiteDatabases

AT = datetime(2026, 9, 14, 6, 30, tzinfo=UTC)  # a Monday, 8:30 in Meißen; summer time, with the change ahead
KEYS = Keys(("test-session-key-0123456789-abcdefgh",), crypto.KeyRing((crypto.new_field_key(),), bytes(range(32))))
_casts: dict[str, SimpleNamespace] = {}


def build_world(url: str) -> None:
    """Migrate the database and load the cast; the template every test's database is copied from."""
    crypto.install(KEYS.ring)
    crypto.cheap_passwords()
    database = Database(url)
    migrating.upgrade(database)
    with database.transaction() as session:
        _casts[url.partition(":")[0]] = load_cast(session, AT)
    database.close()


@dataclass
class World:
    """One test's own database, with the cast and shortcuts to act as them."""

    database: Database
    cast: SimpleNamespace
    url: str
    at: datetime = AT

    def actor(self, key: str) -> Actor:
        """Return the actor of a member of staff, for instance "clara"."""
        with self.database.reading() as session:
            actor = find_actor(session, self.cast.users[key].id)
        assert actor is not None
        return actor

    def user(self, key: str) -> User:
        """Return a member of staff."""
        found: User = self.cast.users[key]
        return found

    def do(self, verb: Callable[..., Any], **arguments: Any) -> Any:
        """Run one action in one transaction of its own."""
        with self.database.transaction() as session:
            return verb(session, **arguments)


_opened: dict[str, Database] = {}


def opened(url: str) -> Database:
    """Open the place of a kind of database once: its engine keeps what it has compiled from test to test."""
    return _opened.get(url) or _opened.setdefault(url, Database(url))


@pytest.fixture(scope="session")
def _engines() -> Iterator[None]:
    """Give back the connections of all places when the session ends."""
    yield
    for database in _opened.values():
        database.close()


@cache
def served(url: str) -> Flask:
    """Build the application over a place once: templates stay compiled from test to test."""
    settings = config.load({}, environment="test", database_url=url, public_url="http://localhost")
    return create_app(settings, KEYS, opened(url))


@pytest.fixture
def world(databases: SQLiteDatabases | PostgresDatabases, _engines: None) -> Iterator[World]:
    """Give the world, as new, on each kind of database."""
    url = databases.again(build_world)
    crypto.install(KEYS.ring)
    database = opened(url)
    if url.startswith("sqlite"):
        database.close()  # the file is another one now; a server's database stays, and so do the connections
    yield World(database, _casts[url.partition(":")[0]], url)
    if url.startswith("sqlite"):
        database.close()


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    """Give one writing transaction that is rolled back in the end."""
    with world.database._sessions() as session:
        yield session
        session.rollback()


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    """Give the application over the world, with the clock at its Monday morning and running on."""
    app = served(world.url)
    settings, extensions = dict(app.config), dict(app.extensions)
    with time_machine.travel(AT, tick=True):
        yield app
    app.config.clear()
    app.config.update(settings)
    app.extensions.clear()
    app.extensions.update(extensions)


@pytest.fixture
def new_app(world: World) -> Iterator[Flask]:
    """Give an application of its own, for tests that add addresses to it."""
    with time_machine.travel(AT, tick=True):
        yield served.__wrapped__(world.url)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], FlaskClient]:
    """Give a function that signs a member of staff in through the login page and returns their browser."""

    def signed_in(key: str) -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/login", data={"email": f"{key}@demo.invalid", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    app.config["WTF_CSRF_ENABLED"] = False  # tests of the CSRF guard switch it on again
    return signed_in
