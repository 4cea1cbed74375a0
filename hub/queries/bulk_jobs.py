"""Questions about bulk jobs: one, all there are, those to run, their units, what became of each date or person."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from hub.errors import NotFound
from hub.models.bulk_job import BulkItem, BulkJob, BulkState, ItemState, Why
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.bulk_scopes import bulk_jobs_for
from hub.policy.scopes import own_slots_for

KEPT = timedelta(days=30)
AT_ONCE = 10  # so many dates change in one transaction, all or nothing
BOOKED_AT_ONCE = 50  # and so many booked with them


def is_bulk(dates: int, booked: int) -> bool:
    """Tell whether a change of so many dates with so many booked is done unit by unit, by the worker."""
    return dates > AT_ONCE or (dates > 1 and booked > BOOKED_AT_ONCE)


def get_job(session: Session, actor: Actor, public_id: str) -> BulkJob:
    """Return a job the actor may see, with the coach whose people it is about; else NotFound."""
    query = bulk_jobs_for(actor).where(BulkJob.public_id == public_id)
    found: BulkJob | None = session.scalar(query.options(joinedload(BulkJob.coach)))
    if found is None:
        raise NotFound
    return found


def find_started(session: Session, actor: Actor, seen: str) -> BulkJob | None:
    """Return the job the actor started from just this preview, unless it ended with nothing done; or None."""
    if not seen:
        return None
    done = select(BulkItem.id).where(BulkItem.job_id == BulkJob.id, BulkItem.state == ItemState.DONE)
    query = select(BulkJob).where(BulkJob.user_id == actor.user_id, BulkJob.seen == seen)
    query = query.where(or_(BulkJob.state == BulkState.RUNNING, done.exists()))
    return session.scalars(query.order_by(BulkJob.id.desc()).limit(1)).first()


def list_jobs(session: Session, actor: Actor) -> list[BulkJob]:
    """Return the jobs an actor may see, the latest first; there are few, since old ones are deleted."""
    return list(session.scalars(bulk_jobs_for(actor).order_by(BulkJob.id.desc())))


def list_running(session: Session) -> Sequence[int]:
    """Return the keys of the jobs that are not finished, oldest first."""
    return session.scalars(select(BulkJob.id).where(BulkJob.state == BulkState.RUNNING).order_by(BulkJob.id)).all()


def lock_job(session: Session, job_id: int) -> BulkJob:
    """Return a job, locked and fresh; its units are done one after the other. The first lock of a unit."""
    query = select(BulkJob).where(BulkJob.id == job_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def list_open_units(session: Session, job_id: int) -> Sequence[int]:
    """Return the numbers of the units that are still to be done, in order."""
    query = select(BulkItem.unit).where(BulkItem.job_id == job_id, BulkItem.state == ItemState.OPEN)
    return session.scalars(query.distinct().order_by(BulkItem.unit)).all()


def list_unit(session: Session, job_id: int, unit: int) -> list[BulkItem]:
    """Return what is still open in a unit, with its dates or its person and the coach who gets them; after lock_job."""
    query = select(BulkItem).where(BulkItem.job_id == job_id, BulkItem.unit == unit, BulkItem.state == ItemState.OPEN)
    date = joinedload(BulkItem.slot)
    query = query.options(
        date.joinedload(Slot.offer).joinedload(Offer.organisation),
        date.joinedload(Slot.location),
        date.joinedload(Slot.room),
        joinedload(BulkItem.participant),
        joinedload(BulkItem.coach),
    )
    return list(session.scalars(query.order_by(BulkItem.id)))


def list_done(session: Session, job_id: int) -> list[BulkItem]:
    """Return what was done, with dates and offers."""
    query = select(BulkItem).where(BulkItem.job_id == job_id, BulkItem.state == ItemState.DONE)
    query = query.options(joinedload(BulkItem.slot).joinedload(Slot.offer))
    return list(session.scalars(query.order_by(BulkItem.id)))


def list_items(session: Session, job_id: int) -> list[BulkItem]:
    """Return every date or person of a job as keys, in the order of doing, with the coach who gets a person."""
    query = select(BulkItem).where(BulkItem.job_id == job_id).options(joinedload(BulkItem.coach))
    return list(session.scalars(query.order_by(BulkItem.unit, BulkItem.id)))


def list_left_dates(session: Session, job_id: int) -> set[int]:
    """Return the keys of the dates of a job to which nothing happened."""
    query = select(BulkItem.slot_id).where(BulkItem.job_id == job_id, BulkItem.state == ItemState.LEFT)
    return {slot_id for slot_id in session.scalars(query) if slot_id is not None}


def list_own_dates(session: Session, actor: Actor, items: Sequence[BulkItem]) -> dict[int, Slot]:
    """Return the dates of these items that are still the actor's own, by key, with offer, organisation and place."""
    query = own_slots_for(actor).where(Slot.id.in_([one.slot_id for one in items if one.slot_id is not None]))
    query = query.options(contains_eager(Slot.offer).joinedload(Offer.organisation), joinedload(Slot.location))
    return {slot.id: slot for slot in session.scalars(query.order_by(Slot.starts_at, Slot.id))}


def count_items(session: Session, job_ids: Sequence[int]) -> dict[int, Counter[ItemState]]:
    """Return how many dates or people of each job are in which state. One statement."""
    query = select(BulkItem.job_id, BulkItem.state, func.count()).where(BulkItem.job_id.in_(job_ids))
    found: dict[int, Counter[ItemState]] = {job_id: Counter() for job_id in job_ids}
    for job_id, state, number in session.execute(query.group_by(BulkItem.job_id, BulkItem.state)):
        found[job_id][state] = number
    return found


def leave_open_items(session: Session, job_id: int, why: Why, *, unit: int | None = None) -> None:
    """Mark what is still open, of one unit or of all, as left; whoever was faster keeps what they marked."""
    query = update(BulkItem).where(BulkItem.job_id == job_id, BulkItem.state == ItemState.OPEN)
    if unit is not None:
        query = query.where(BulkItem.unit == unit)
    session.execute(query.values(state=ItemState.LEFT, why=why).execution_options(synchronize_session=False))


def delete_old(session: Session, *, at: datetime) -> None:
    """Delete jobs that nobody needs any more, with what they say of people."""
    old = (BulkJob.finished_at < at - KEPT, BulkJob.state != BulkState.RUNNING)
    session.execute(delete(BulkJob).where(*old), execution_options={"synchronize_session": False})
