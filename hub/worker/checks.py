"""The nightly look at what must always be true of the data; the operator's page shows what came of it."""

import logging
from datetime import datetime, timedelta

from hub import clock
from hub.actions import check_runs as verbs
from hub.db import Database
from hub.models.check_run import CheckRun
from hub.policy.actor import SYSTEM
from hub.queries.check_runs import find_last_run
from hub.queries.invariants import lines_of

HOUR = 3  # by wall time, when nobody works
logger = logging.getLogger(__name__)


def last_night(at: datetime) -> datetime:
    """Return the latest three o'clock in the morning, by wall time."""
    here = clock.local(at)
    night = here.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return night if night <= here else night - timedelta(days=1)


def check_nightly(database: Database, at: datetime) -> None:
    """Check the data unless that was done since last night; a worker that starts later makes up for it."""
    with database.reading() as session:
        last = find_last_run(session)
    if last is None or last.ran_at < last_night(at):
        check_now(database, at)


def check_now(database: Database, at: datetime) -> CheckRun:
    """Check the data and keep the answer; what does not hold is named to whoever reads the worker's output."""
    with database.reading() as session:
        found = verbs.check_data(session, actor=SYSTEM, at=at)
    for line in lines_of(found.broken):
        logger.error("data check: %s", line)
    return database.run(lambda session: verbs.keep_check(session, actor=SYSTEM, found=found, at=at))
