"""Every page that a link leads to asks the database at most twelve times, with one item as with fifty (P7)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from hub import config, crypto, migrating
from hub.app import create_app
from hub.commands.measure import ways_in
from hub.db import Database
from hub.page_times import MOST_STATEMENTS, PageTime, counting, measure_pages
from hub.seeds.cast import PASSWORD
from hub.seeds.demo import load_demo
from hub.seeds.sheet import Sheet
from tests.world import AT, KEYS

EVERYBODY = 12  # members of the cast with a role and pages of their own
_sheets: dict[str, Sheet] = {}


def build_demo(url: str) -> None:
    """Migrate a database and load the whole demo network into it."""
    crypto.install(KEYS.ring)
    database = Database(url)
    migrating.upgrade(database)
    _sheets[url.partition(":")[0]] = load_demo(database, at=AT)
    database.close()


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


def too_many(pages: list[PageTime]) -> list[str]:
    """Name each page that asks too often."""
    return [f"{page.who}: {page.statements} at {page.path}" for page in pages if page.statements > MOST_STATEMENTS]


@pytest.mark.slow
def test_no_page_of_the_demo_network_asks_more_than_twelve_times(demo):
    app, sheet = demo
    pages = measure_pages(app, ways_in(sheet), samples=0)
    assert not too_many(pages)
    assert len({page.who for page in pages}) >= EVERYBODY
    assert len({page.rule for page in pages}) >= 50


@pytest.mark.slow
def test_no_page_of_an_almost_empty_network_asks_more_than_twelve_times(app, world):
    accounts = [("", user.name, user.email) for user in world.cast.users.values()]
    pages = measure_pages(app, ways_in(Sheet(PASSWORD, accounts)), samples=0)
    assert not too_many(pages)


def test_a_page_that_asks_too_often_is_named(world):
    page = PageTime("clara", "/people/<public_id>", "/people/abc", 1.0, 1.0, MOST_STATEMENTS + 1)
    assert too_many([page]) == ["clara: 13 at /people/abc"]
    with counting(world.database) as statements:
        world.actor("clara")
    assert 1 <= len(statements) <= 4
