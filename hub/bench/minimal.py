"""The smallest program that gives few places to many: no login, no log, nobody told; the reference of a crowd (P4).

`python -m hub.bench.minimal PORT` serves it as `hub serve` serves the house: the same server, two workers, durable.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

from hub.bench.raw import open_file
from hub.bench.serving import run_server
from hub.web.bare import bare_booking

DATABASE = "HUB_DATABASE_URL"
TABLES = (
    "CREATE TABLE minimal_slots (id INTEGER PRIMARY KEY, places INTEGER NOT NULL, taken INTEGER NOT NULL)",
    "CREATE TABLE minimal_bookings (slot_id INTEGER NOT NULL, person TEXT NOT NULL)",
)
TAKE = "UPDATE minimal_slots SET taken = taken + 1 WHERE id = {0} AND taken < places"
NOTE = "INSERT INTO minimal_bookings (slot_id, person) VALUES ({0}, {0})"
OPEN = "INSERT INTO minimal_slots (id, places, taken) VALUES ({0}, {0}, 0)"
COUNT = "SELECT count(*) FROM minimal_bookings WHERE slot_id = {0}"


class Places:
    """The two tables, over one connection of the bare driver, as durable as the house."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self.driver: Any
        if address.get_backend_name() == "sqlite":
            self.driver, self.mark = open_file(address.database or ""), "?"
        else:
            plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
            self.driver, self.mark = psycopg.connect(plain, autocommit=True), "%s"

    def run(self, statement: str, *values: object) -> Any:
        """Send one statement."""
        return self.driver.execute(statement.format(self.mark), values)

    def take(self, slot: int, person: str) -> bool:
        """Take one place; False when none is left."""
        self.driver.execute("BEGIN IMMEDIATE" if self.mark == "?" else "BEGIN")
        done = self.run(TAKE, slot).rowcount == 1
        if done:
            self.run(NOTE, slot, person)
        self.driver.execute("COMMIT")
        return bool(done)


@contextmanager
def opened(url: str) -> Iterator[Places]:
    """Give the tables, made anew in this database, for opening dates and counting."""
    places = Places(url)
    with closing(places.driver):
        for table in TABLES:
            places.driver.execute(table)
        yield places


def application() -> Callable[..., Any]:
    """Return the program for one worker."""
    app: Callable[..., Any] = bare_booking(Places(os.environ[DATABASE]).take)
    return app


if __name__ == "__main__":
    run_server("hub.bench.minimal:application", int(sys.argv[1]))
