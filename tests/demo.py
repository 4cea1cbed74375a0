"""The whole demo network for tests, built once for each kind of database, and a walk through its pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryDirectory

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import config, crypto, migrating
from hub.app import create_app
from hub.bench.pages import Met, Way, ways_in
from hub.db import Database
from hub.models.participant import Participant
from hub.seeds.demo import load_demo
from hub.seeds.sheet import Sheet
from tests.databases import PostgresDatabases, SQLiteDatabases
from tests.steps import walk_on
from tests.visitor import Visitor, visitors
from tests.world import AT, KEYS

NETWORKS = ("demo", "both_demos", "told_demo", "walked_demo")
_sheets: dict[str, Sheet] = {}


def build_demo(url: str) -> None:
    """Migrate a database and load the whole demo network into it."""
    crypto.install(KEYS.ring)
    crypto.cheap_passwords()
    database = Database(url, durable=False)
    migrating.upgrade(database)
    _sheets[url.partition(":")[0]] = load_demo(database, at=AT)
    database.close()


@pytest.hookimpl(tryfirst=True)  # before the names of tests are told to whoever hands them out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one demo network in one process: loading it takes longer than asking it everything."""
    for item in items:
        if isinstance(item, pytest.Function) and wants_demo(item):
            item.add_marker(pytest.mark.xdist_group("demo"))


def wants_demo(item: pytest.Function) -> bool:
    """Tell whether a test asks for the demo network of this file."""
    found = [one for name in NETWORKS for one in item._fixtureinfo.name2fixturedefs.get(name, ())[-1:]]
    return any(one.func.__module__ == __name__ for one in found)


@contextmanager
def serving_demo(url: str) -> Iterator[tuple[Flask, Sheet]]:
    """Give the application over a copy of the demo network, with its clock running."""
    crypto.install(KEYS.ring)
    database = Database(url, durable=False)
    with TemporaryDirectory() as folder, time_machine.travel(AT + timedelta(minutes=1), tick=True):
        settings = config.load({}, environment="demo", data=folder, database_url=url, public_url="http://localhost")
        yield create_app(settings, KEYS, database), _sheets[url.partition(":")[0]]
    database.close()


@pytest.fixture
def demo(fresh_database: Callable[[Callable[[str], object]], str]) -> Iterator[tuple[Flask, Sheet]]:
    """Give the application over a demo network of one's own, to write into."""
    with serving_demo(fresh_database(build_demo)) as found:
        yield found


@pytest.fixture
def both_demos(
    sqlite_databases: SQLiteDatabases, postgres_databases: PostgresDatabases
) -> Iterator[tuple[Database, ...]]:
    """Give the demo network on both kinds of database at once."""
    urls = [databases.fresh(build_demo) for databases in (sqlite_databases, postgres_databases)]
    crypto.install(KEYS.ring)  # another test may have installed its own since the demo was built
    found = tuple(Database(url) for url in urls)
    yield found
    for database in found:
        database.close()
    sqlite_databases.drop(urls[0])
    postgres_databases.drop(urls[1])


@pytest.fixture(scope="session")
def told_demo(databases: SQLiteDatabases | PostgresDatabases) -> Iterator[tuple[Database, Sheet]]:
    """Give the demo network as it was built, once for all tests that only read it."""
    url = databases.fresh(build_demo)
    database = Database(url, durable=False)
    yield database, _sheets[url.partition(":")[0]]
    database.close()
    databases.drop(url)


@pytest.fixture
def demo_session(told_demo: tuple[Database, Sheet]) -> Iterator[Session]:
    """Give a reading transaction over the demo network, in which the database refuses to write."""
    crypto.install(KEYS.ring)
    with time_machine.travel(AT + timedelta(minutes=1), tick=True), told_demo[0].reading() as session:
        yield session


@dataclass(frozen=True)
class Walk:
    """What everybody who can sign in met in the demo network by links, then by steps; its rules and family names."""

    met: list[tuple[str, Met]]
    stepped: list[tuple[str, Met]]
    rules: set[str]
    ways: list[Way]
    family_names: set[str]


@pytest.fixture(scope="session")
def walked_demo(databases: SQLiteDatabases | PostgresDatabases) -> Walk:
    """Give one walk through the whole demo network, for all tests that only look at its pages."""
    url = databases.fresh(build_demo)
    with serving_demo(url) as (app, sheet):
        everybody = visitors(app, sheet)
        met = list(_follow(everybody))
        with app.extensions["database"].reading() as session:
            names = {person.name["family"] for person in session.scalars(select(Participant))}
        stepped = [(visitor.who, page) for visitor, page in walk_on(app, sheet, everybody)]
    databases.drop(url)
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return Walk(met, stepped, rules, ways_in(sheet), names)


def walk(app: Flask, sheet: Sheet) -> Iterator[tuple[str, Met]]:
    """Follow the links as everybody who can sign in; give who, and what each rule first answered."""
    yield from _follow(visitors(app, sheet))


def _follow(everybody: dict[str, Visitor]) -> Iterator[tuple[str, Met]]:
    for who, visitor in everybody.items():
        yield from ((who, met) for met in visitor.follow(visitor.enter()))
