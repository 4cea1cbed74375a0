"""The same statements through the bare driver: what the house sent for a unit of work, recorded and sent again."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context
from typing import Any

import psycopg
from sqlalchemy import event, make_url

from hub.db import Database

Step = tuple[str, Any, bool]  # statement, what is bound in it, whether once for each of many rows
COMMIT, ROLLBACK = "commit", "rollback"
BUSY_SECONDS = 30


@contextmanager
def recording(database: Database) -> Iterator[list[Step]]:
    """Collect what the block sends to this database, the ends of its transactions included."""
    steps: list[Step] = []

    def note(_connection: Any, _cursor: Any, statement: str, bound: Any, _context: Any, many: bool) -> None:
        steps.append((statement, bound, many))

    def note_commit(_connection: Any) -> None:
        steps.append((COMMIT, None, False))

    def note_rollback(_connection: Any) -> None:
        steps.append((ROLLBACK, None, False))

    hooks = (("before_cursor_execute", note), ("commit", note_commit), ("rollback", note_rollback))
    for name, hook in hooks:
        event.listen(database.engine, name, hook)
    try:
        yield steps
    finally:
        for name, hook in hooks:
            event.remove(database.engine, name, hook)


@contextmanager
def raw_processes(url: str, number: int) -> Iterator[ProcessPoolExecutor]:
    """Give so many processes, each with nothing but the driver and its connection to come."""
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as pool:
        list(pool.map(_play, [url] * number, [[]] * number))  # so that all are there before the first is timed
        yield pool


def replay(pool: ProcessPoolExecutor, url: str, units: Sequence[list[Step]], processes: int) -> float:
    """Send recorded units again, dealt to so many processes, and return the seconds from the first to the last.

    Rows get their numbers in another order than when recorded, so foreign keys are not checked; the driver's work is a
    little less than the house's for that. Everything else is as durable as there.
    """
    shares = [list(units[number::processes]) for number in range(processes)]
    spans = list(pool.map(_play, [url] * processes, shares))
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def _play(url: str, units: list[list[Step]]) -> tuple[float, float]:
    with closing(_connect(url)) as driver:
        began = time.perf_counter()
        for steps in units:
            cursor = driver.cursor()
            for statement, bound, many in steps:
                if statement in (COMMIT, ROLLBACK):
                    getattr(driver, statement)()
                    continue
                (cursor.executemany if many else cursor.execute)(statement, bound)
                if cursor.description:
                    cursor.fetchall()
        return began, time.perf_counter()


def open_file(file: str) -> sqlite3.Connection:
    """Connect to a SQLite file through the bare driver, as durable as the house; threads take turns with it."""
    driver = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=FULL")
    return driver


def _connect(url: str) -> Any:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return open_file(address.database or "")
    plain = address.set(drivername="postgresql").update_query_dict({"options": "-csession_replication_role=replica"})
    return psycopg.connect(plain.render_as_string(hide_password=False))
