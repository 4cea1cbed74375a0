"""Doing the bulk jobs that were started: one transaction a unit, from where it was left; none stops the others."""

import threading
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from hub.actions import bulk_jobs as verbs
from hub.actions import bulk_units
from hub.db import Database, out_of_reach
from hub.errors import HubError, InvalidInput, NotAllowed, NotFound, RoomBusy, RuleBroken, SomebodyWasFaster
from hub.models.bulk_job import Why
from hub.queries import bulk_jobs
from hub.worker.attempts import for_each

REASONS: tuple[tuple[type[HubError], Why], ...] = (  # the first that fits
    (SomebodyWasFaster, Why.CHANGED),
    (RoomBusy, Why.ROOM_BUSY),
    (NotAllowed, Why.NOT_ALLOWED),
    (NotFound, Why.GONE),
    (InvalidInput, Why.IN_THE_WAY),
    (RuleBroken, Why.IN_THE_WAY),
)


def do_jobs(database: Database, at: datetime, stop: threading.Event | None = None) -> None:
    """Do every running job to its end, or until `stop` is set: then the next worker goes on."""
    with database.reading() as session:
        ids = bulk_jobs.list_running(session)
    for_each("bulk jobs", ids, lambda one: _do_job(database, one, at, stop))


def forget_jobs(database: Database, at: datetime) -> None:
    """Delete old jobs."""
    database.run(lambda session: bulk_jobs.delete_old(session, at=at))


def _do_job(database: Database, job_id: int, at: datetime, stop: threading.Event | None) -> None:
    with database.reading() as session:
        units = bulk_jobs.list_open_units(session, job_id)
    for unit in units:
        if stop is not None and stop.is_set():
            return
        if not _do_unit(database, job_id, unit, at):
            return
    database.run(lambda session: verbs.finish_job(session, job_id=job_id, at=at))


def _do_unit(database: Database, job_id: int, unit: int, at: datetime) -> bool:
    """Do one unit, or note why not; a fault of ours is noted and raised, a database in trouble is tried again later."""
    try:
        return database.run(lambda session: bulk_units.do_unit(session, job_id=job_id, unit=unit, at=at))
    except Exception as error:
        if out_of_reach(error):
            raise
        why = _reason(error)
        database.run(lambda session: bulk_units.leave_unit(session, job_id=job_id, unit=unit, why=why))
        if why is Why.FAULT:
            raise
        return True


def _reason(error: Exception) -> Why:
    if isinstance(error, IntegrityError):
        return Why.CHANGED
    return next((why for kind, why in REASONS if isinstance(error, kind)), Why.FAULT)
