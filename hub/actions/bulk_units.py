"""Doing one unit of a bulk job, in a transaction of its own and as whoever started the job; or leaving it be."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions.calling_off import How, end_dates
from hub.actions.moving_dates import carry_out_moves, check_moves
from hub.actions.team import assign_coach
from hub.errors import NotAllowed, NotFound, SomebodyWasFaster
from hub.models.booking import Booking
from hub.models.bulk_job import BulkItem, BulkJob, BulkKind, BulkState, ItemState, Why
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bulk_jobs, feeds, users
from hub.queries.bookings import coaches_of, lock_slots, people_of
from hub.queries.consequences import consequences_of
from hub.queries.moved_dates import digest_of, times_after
from hub.queries.participants import find_coach_id, lock_participant

Work = Callable[[Session, Actor, BulkJob, list[BulkItem], datetime], None]


def do_unit(session: Session, *, actor: Actor = SYSTEM, job_id: int, unit: int, at: datetime) -> bool:
    """Do one unit of a running job; False when the job has ended meanwhile. Done twice it does nothing.

    Locks: the job, then what the verb of the unit locks. Raises what that verb raises, SomebodyWasFaster (409) when a
    date or person is no longer as it was seen, NotAllowed (403) when whoever started the job is gone.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    job = bulk_jobs.lock_job(session, job_id)
    if job.state is not BulkState.RUNNING:
        return False
    items = bulk_jobs.list_unit(session, job_id, unit)
    if items:
        owner = users.find_actor(session, job.user_id, request_id=job.public_id)
        if owner is None:
            raise NotAllowed
        for item in items:
            item.state, item.done_at = ItemState.DONE, at
        WORK[job.kind](session, owner, job, items, at)
    return True


def leave_unit(session: Session, *, actor: Actor = SYSTEM, job_id: int, unit: int, why: Why) -> None:
    """Note that a unit could not be done; nothing has happened to it."""
    require(actor, Permission.RUN_MAINTENANCE)
    bulk_jobs.lock_job(session, job_id)
    bulk_jobs.leave_open_items(session, job_id, why, unit=unit)


def _end(session: Session, owner: Actor, job: BulkJob, items: list[BulkItem], at: datetime) -> None:
    slots = _slots(items)
    lock_slots(session, slots)
    now = {line.slot.id: (line.slot.version, line.people) for line in consequences_of(session, slots).lines}
    if now != {one.slot_id: (one.seen_version, one.seen_people) for one in items}:
        raise SomebodyWasFaster
    how: How = "unsettle" if job.kind is BulkKind.UNSETTLE else "call_off"
    concerned = end_dates(session, actor=owner, slots=slots, how=how, announce=False, at=at)
    _note(items, concerned)
    feeds.raise_for_dates(session, slots, concerned)


def _move(session: Session, owner: Actor, job: BulkJob, items: list[BulkItem], at: datetime) -> None:
    slots, days = _slots(items), int(job.values["days"])
    seen = [
        (slot.public_id, one.seen_version, times_after(slot, days).starts_at, one.seen_people)
        for slot, one in zip(slots, items, strict=True)
    ]
    found = check_moves(session, actor=owner, slots=slots, chosen=slots, days=days, expected=digest_of(seen), at=at)
    despite_busy = bool(job.values.get("despite_busy"))
    concerned = carry_out_moves(session, actor=owner, moves=found, chosen=slots, despite_busy=despite_busy, at=at)
    _note(items, concerned)
    feeds.raise_for_dates(session, slots, concerned)


def _hand_over(session: Session, owner: Actor, job: BulkJob, items: list[BulkItem], at: datetime) -> None:
    for one in items:
        if one.participant is None or one.coach is None:
            raise NotFound
        lock_participant(session, one.participant.id)
        if find_coach_id(session, one.participant.id) != job.coach_id:
            raise SomebodyWasFaster
        told = assign_coach(session, actor=owner, participant=one.participant, coach=one.coach, announce=False, at=at)
        one.told_ids = sorted(told)


WORK: Mapping[BulkKind, Work] = {
    BulkKind.CALL_OFF: _end,
    BulkKind.UNSETTLE: _end,
    BulkKind.MOVE: _move,
    BulkKind.HAND_OVER: _hand_over,
}


def _slots(items: Sequence[BulkItem]) -> list[Slot]:
    slots = [one.slot for one in items if one.slot is not None]
    if len(slots) < len(items):
        raise NotFound  # its series was changed, and the date is gone
    return slots


def _note(items: list[BulkItem], concerned: list[Booking]) -> None:
    """Keep who is to be told in the end: the coaches, and for people without one the leads of their Jobcenter."""
    for one in items:
        mine = [booking for booking in concerned if booking.slot_id == one.slot_id]
        one.told_ids = sorted(coaches_of(mine))
        one.team_ids = sorted({person.jobcenter_id for person in people_of(mine) if person.coach_id is None})
