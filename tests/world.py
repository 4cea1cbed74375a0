"""The tests' world: a migrated database with the cast in it, at one fixed Monday morning."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url
from sqlalchemy.orm import Session

from hub import clock, config, crypto, migrating
from hub.actions import logins
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
UNCOUNTED: dict[str, Any] = {"tries": [], "client": ""}  # signing in without the form
_casts: dict[str, SimpleNamespace] = {}


def build_world(url: str) -> None:
    """Migrate the database and load the cast; the template every test's database is copied from."""
    crypto.install(KEYS.ring)
    crypto.cheap_passwords()
    database = Database(url, durable=False)
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

    @property
    def kind(self) -> str:
        """Which kind of database it is."""
        return self.url.partition(":")[0]

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
_files: list[str] = []


def opened(url: str) -> Database:
    """Open a database through the one engine of its kind, which keeps what it has compiled from test to test."""
    kind = url.partition(":")[0]
    if kind not in _opened:
        _opened[kind] = Database(url)
        if kind == "sqlite":
            event.listen(_opened[kind].engine, "do_connect", _take_the_latest_file)
            event.listen(_opened[kind].engine, "connect", _set_up_for_tests)
        else:
            event.listen(_opened[kind].engine, "connect", _prepare_at_once)
    if kind == "sqlite":
        _files[:] = [str(make_url(url).database)]
    return _opened[kind]


def _take_the_latest_file(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    arguments[0] = _files[0]


def _set_up_for_tests(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # these files need not survive the machine
    connection.execute("PRAGMA reverse_unordered_selects=ON")  # who asks for no order is promised none


def _prepare_at_once(connection: Any, _record: Any) -> None:
    # Planning takes the server longer than executing, and few tests ask anything as often as the driver would wait.
    connection.prepare_threshold, connection.prepared_max = 1, 1000


@pytest.fixture(scope="session")
def _engines() -> Iterator[None]:
    """Give back all connections when the session ends."""
    yield
    for database in _opened.values():
        database.close()


@cache
def served(kind: str, public_url: str = "http://localhost") -> Flask:
    """Build the application over a kind of database once: templates stay compiled from test to test."""
    database = _opened[kind]
    address = database.engine.url.render_as_string(hide_password=False)
    settings = config.load({}, environment="test", database_url=address, public_url=public_url)
    return create_app(settings, KEYS, database)


@pytest.fixture
def world(databases: SQLiteDatabases | PostgresDatabases, _engines: None) -> Iterator[World]:
    """Give the world, as new, on each kind of database."""
    url = databases.again(build_world)
    crypto.install(KEYS.ring)
    database = opened(url)
    yield World(database, _casts[url.partition(":")[0]], url)
    # The engine outlives the test. Who still listens keeps cursors, and with them what SQLite shows to the next one.
    assert not list(database.engine.dispatch.before_cursor_execute), "a test listens to the engine and never stops"
    if url.startswith("sqlite"):
        database.close()  # the next file is another one; a server's database stays, and so do the connections


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    """Give one writing transaction that is rolled back in the end."""
    with world.database._sessions() as session:
        yield session
        session.rollback()


@contextmanager
def serving_as_new(app: Flask) -> Iterator[Flask]:
    """Give a shared application with the clock at its Monday morning and running on; settings are put back after."""
    settings, extensions = dict(app.config), dict(app.extensions)
    with time_machine.travel(AT, tick=True):
        yield app
    app.config.clear()
    app.config.update(settings)
    app.extensions.clear()
    app.extensions.update(extensions)


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    """Give the application over the world."""
    with serving_as_new(served(world.kind)) as app:
        yield app


@pytest.fixture
def secure(world: World) -> Iterator[Flask]:
    """Give the application over the world as it runs behind https."""
    with serving_as_new(served(world.kind, "https://hub.example")) as app:
        yield app


def let_in(app: Flask, key: str) -> str:
    """Sign a member of staff in by the login page's own actions and return what their cookie must hold."""
    email = f"{key}@demo.invalid"
    with app.extensions["database"].transaction() as session:
        fitting = logins.recognise(session, email=email, password=PASSWORD, demo=True)
        made = logins.sign_in(session, email=email, address="127.0.0.1", fitting=fitting, **UNCOUNTED, at=clock.now())
    assert made is not None, f"{email} cannot sign in"
    return made[0]


def holding(app: Flask, token: str) -> FlaskClient:
    """Give a browser whose cookie holds the token of a login."""
    browser = app.test_client()
    with browser.session_transaction(base_url=app.extensions["config"].public_url) as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return browser


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], FlaskClient]:
    """Give a function that signs a member of staff in and returns their browser."""
    app.config["WTF_CSRF_ENABLED"] = False  # tests of the CSRF guard switch it on again
    return lambda key: holding(app, let_in(app, key))
