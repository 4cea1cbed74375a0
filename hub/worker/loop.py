"""The worker's loop: a table of tasks and how often each runs; one that fails is logged and tried again next time."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import limits, log_chain
from hub.actions.series import extend_series
from hub.config import Config
from hub.db import Database
from hub.fetching import Fetcher
from hub.models.offer import Offer
from hub.policy.actor import SYSTEM
from hub.queries import next_free
from hub.queries.check_in import forget_arrivals
from hub.queries.offer_words import keep_words, list_without_words
from hub.queries.room_ticks import delete_past_ticks
from hub.queries.series import list_series_ids_to_extend
from hub.worker.attempts import attempt, for_each
from hub.worker.bulk import do_jobs, forget_jobs
from hub.worker.calendar_sources import forget, read_due
from hub.worker.checks import check_nightly
from hub.worker.deadlines import CALENDAR_MAILS, HOLDS, POOLS, WAITED_FOR, meet_deadlines
from hub.worker.delivery import deliver
from hub.worker.journal import keep_journal
from hub.worker.keeping import forget_old_rows
from hub.worker.messages import messenger
from hub.worker.tables import forget_tables, import_tables
from hub.worker.transport import transport

PAUSE_SECONDS = 2.0
Work = Callable[[datetime], object]


@dataclass
class Task:
    """One thing to do again and again."""

    name: str
    every: timedelta
    work: Work
    due_at: datetime | None = None

    def run_if_due(self, at: datetime) -> bool:
        """Do it when its time has come; False when that failed."""
        if self.due_at is not None and at < self.due_at:
            return True
        self.due_at = at + self.every
        return attempt(self.name, lambda: self.work(at))


def tasks(database: Database, config: Config, stop: threading.Event | None = None) -> list[Task]:
    """Return everything the worker does; raises ConfigurationError when mails have no way out."""
    send, text, fetcher = transport(config), messenger(config), Fetcher.of(config)
    return [
        Task("mails", timedelta(seconds=2), lambda at: deliver(database, config, send, text=text, at=at, stop=stop)),
        Task("log chain", timedelta(minutes=1), lambda at: chain_all(database, at)),
        Task("journal", timedelta(minutes=1), lambda at: keep_journal(database, config.journal, at)),
        Task("holds", timedelta(minutes=1), lambda at: HOLDS.meet(database, at)),
        Task("pools", timedelta(minutes=1), lambda at: POOLS.meet(database, at)),
        Task("waiting list", timedelta(minutes=1), lambda at: WAITED_FOR.meet(database, at)),
        Task("calendar mails", timedelta(minutes=1), lambda at: CALENDAR_MAILS.meet(database, at)),
        Task("next free dates", timedelta(minutes=1), lambda at: keep_free_dates(database, at)),
        Task("tables", timedelta(seconds=2), lambda at: import_tables(database, at)),
        Task("bulk jobs", timedelta(seconds=2), lambda at: do_jobs(database, at, stop)),
        Task("deadlines", timedelta(minutes=10), lambda at: meet_deadlines(database, at)),
        Task("dates ahead", timedelta(hours=1), lambda at: make_dates_ahead(database, at)),
        Task("words", timedelta(hours=1), lambda _at: keep_missing_words(database)),
        Task("old attempts", timedelta(hours=1), lambda at: database.run(lambda s: limits.forget_old(s, at=at))),
        Task("calendars", timedelta(seconds=5), lambda at: read_due(database, fetcher, at=at)),
        Task("calendars' words", timedelta(hours=6), lambda at: forget(database, at=at)),
        Task("data check", timedelta(minutes=10), lambda at: check_nightly(database, at)),
        Task("old tables", timedelta(days=1), lambda at: forget_tables(database, at)),
        Task("old bulk jobs", timedelta(days=1), lambda at: forget_jobs(database, at)),
        Task("old rows", timedelta(days=1), lambda at: forget_old_rows(database, at)),
        Task("past arrivals", timedelta(days=1), lambda at: database.run(lambda s: forget_arrivals(s, at=at))),
        Task("past rooms", timedelta(days=1), lambda at: database.run(lambda s: delete_past_ticks(s, at=at))),
    ]


def chain_all(database: Database, at: datetime) -> None:
    """Chain committed log rows in batches until none is left."""
    while database.run(lambda session: log_chain.chain_log(session, at=at)):
        pass


def keep_missing_words(database: Database) -> None:
    """Write down the words of offers that have none yet, one transaction each."""
    with database.reading() as session:
        ids = list_without_words(session)
    for_each("words", ids, lambda one: database.run(lambda session: keep_words(session, Offer.id == one)))


def keep_free_dates(database: Database, at: datetime) -> None:
    """Write down which date is an offer's next free one, where the clock has changed it; one transaction each."""
    with database.reading() as session:
        ids = next_free.list_due(session, at=at)
    for_each("next free dates", ids, lambda one: database.run(lambda session: _keep_free(session, one, at)))


def _keep_free(session: Session, offer_id: int, at: datetime) -> None:
    next_free.keep_next_free(session, offer_ids=[offer_id], at=at)


def make_dates_ahead(database: Database, at: datetime) -> None:
    """Extend every series to the horizon, one transaction each; one that fails does not keep the others from it."""
    with database.reading() as session:
        ids = list_series_ids_to_extend(session, at=at)
    for_each("series", ids, lambda one: _extend(database, one, at))


def _extend(database: Database, series_id: int, at: datetime) -> None:
    database.run(lambda session: extend_series(session, actor=SYSTEM, series_id=series_id, at=at))


def run(database: Database, config: Config, stop: threading.Event) -> None:
    """Work until `stop` is set."""
    work = tasks(database, config, stop)
    while not stop.is_set():
        run_due(work, clock.now())
        stop.wait(PAUSE_SECONDS)


def run_once(database: Database, config: Config) -> bool:
    """Do every task once (for tests and for `hub worker --once`); False when one failed."""
    return run_due(tasks(database, config), clock.now())


def run_due(work: Iterable[Task], at: datetime) -> bool:
    """Do what is due, all of it; False when something failed."""
    results = [task.run_if_due(at) for task in work]
    return all(results)
