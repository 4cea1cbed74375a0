"""The worker's loop: a table of tasks and how often each runs; one that fails is logged and tried again next time."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub import clock
from hub.actions import limits, log_chain, slots
from hub.config import Config
from hub.db import Database
from hub.policy.actor import SYSTEM
from hub.queries.series import list_series_ids_to_extend
from hub.worker.delivery import deliver
from hub.worker.transport import transport

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2.0
Work = Callable[[datetime], object]


@dataclass
class Task:
    """One thing to do again and again."""

    name: str
    every: timedelta
    work: Work
    due_at: datetime | None = field(default=None)

    def run_if_due(self, at: datetime) -> None:
        """Do it when its time has come; a failure is logged by its class and never stops the others."""
        if self.due_at is not None and at < self.due_at:
            return
        self.due_at = at + self.every
        try:
            self.work(at)
        except Exception as error:  # noqa: BLE001 (the loop must outlive any one task)
            logger.error("%s: %s", self.name, type(error).__name__)  # noqa: TRY400 (a trace could carry values)


def tasks(database: Database, config: Config) -> list[Task]:
    """Return everything the worker does."""
    send = transport(config)
    return [
        Task("mails", timedelta(seconds=2), lambda at: deliver(database, config, send, at=at)),
        Task("log chain", timedelta(minutes=1), lambda at: chain_all(database, at)),
        Task("dates ahead", timedelta(hours=1), lambda at: make_dates_ahead(database, at)),
        Task("old attempts", timedelta(hours=1), lambda at: database.run(lambda s: limits.forget_old(s, at=at))),
    ]


def chain_all(database: Database, at: datetime) -> None:
    """Chain committed log rows in batches until none is left."""
    while database.run(lambda session: log_chain.chain_log(session, at=at)):
        pass


def make_dates_ahead(database: Database, at: datetime) -> None:
    """Extend every series to the horizon, one transaction each."""
    with database.reading() as session:
        ids = list_series_ids_to_extend(session, at=at)
    for series_id in ids:
        database.run(lambda session, one=series_id: slots.extend_series(session, actor=SYSTEM, series_id=one, at=at))


def run(database: Database, config: Config, stop: threading.Event) -> None:
    """Work until `stop` is set."""
    work = tasks(database, config)
    while not stop.wait(PAUSE_SECONDS):
        at = clock.now()
        for task in work:
            task.run_if_due(at)


def run_once(database: Database, config: Config) -> None:
    """Do every task once (for tests and for `hub worker --once`)."""
    at = clock.now()
    for task in tasks(database, config):
        task.run_if_due(at)
