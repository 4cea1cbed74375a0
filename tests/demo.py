"""The whole demo network for tests, built once for each kind of database, and a walk through its pages."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from hub import config, crypto, migrating
from hub.app import create_app
from hub.commands.measure import ways_in
from hub.db import Database
from hub.page_times import LINK, Way
from hub.seeds.demo import load_demo
from hub.seeds.sheet import Sheet
from tests.databases import PostgresDatabases, SQLiteDatabases
from tests.world import AT, KEYS

_sheets: dict[str, Sheet] = {}


def build_demo(url: str) -> None:
    """Migrate a database and load the whole demo network into it."""
    crypto.install(KEYS.ring)
    crypto.cheap_passwords()
    database = Database(url)
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
    found = [one for name in ("demo", "both_demos") for one in item._fixtureinfo.name2fixturedefs.get(name, ())[-1:]]
    return any(one.func.__module__ == __name__ for one in found)


@pytest.fixture
def demo(fresh_database: Callable[[Callable[[str], object]], str]) -> Iterator[tuple[Flask, Sheet]]:
    """Give the application over the demo network, with its clock running."""
    url = fresh_database(build_demo)
    crypto.install(KEYS.ring)
    database = Database(url)
    settings = config.load({}, environment="demo", database_url=url, public_url="http://localhost")
    with time_machine.travel(AT + timedelta(minutes=1), tick=True):
        yield create_app(settings, KEYS, database), _sheets[url.partition(":")[0]]
    database.close()


@pytest.fixture
def both_demos(
    sqlite_databases: SQLiteDatabases, postgres_databases: PostgresDatabases
) -> Iterator[tuple[Database, ...]]:
    """Give the demo network on both kinds of database at once."""
    urls = [databases.fresh(build_demo) for databases in (sqlite_databases, postgres_databases)]
    found = tuple(Database(url) for url in urls)
    yield found
    for database in found:
        database.close()
    sqlite_databases.drop(urls[0])
    postgres_databases.drop(urls[1])


def walk(app: Flask, sheet: Sheet) -> Iterator[tuple[str, str, Any]]:
    """Follow the links as everybody who can sign in; give who, path and answer of the first page of each rule."""
    app.config["WTF_CSRF_ENABLED"] = False
    for way in ways_in(sheet):
        browser = app.test_client()
        for path, answer in _pages(app, browser, _start(browser, way)):
            yield way.who, path, answer


def _start(browser: Any, way: Way) -> str:
    if not way.path:
        return "/"
    answer = browser.post(way.path, data=way.entries)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def _pages(app: Flask, browser: Any, start: str) -> Iterator[tuple[str, Any]]:
    routes = app.url_map.bind("")
    waiting, met = deque([start]), set()
    while waiting:
        path = waiting.popleft().replace("&amp;", "&")
        bare = path.partition("?")[0]
        if bare.startswith("/static/") or not routes.test(bare, "GET"):
            continue
        rule = routes.match(bare, "GET", return_rule=True)[0].rule
        if rule in met:
            continue
        answer = browser.get(path)
        met.add(rule)
        if answer.status_code == 200 and answer.mimetype == "text/html":  # a table to fill in has no links
            waiting.extend(LINK.findall(answer.text))
        yield path, answer
