"""Changing many dates or people unit by unit: starting what a checked preview asked for, stopping it, finishing it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.behalf import tell_desks
from hub.actions.calling_off import How
from hub.actions.moving_dates import check_moves
from hub.actions.notices import Facts
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.bulk_job import BulkItem, BulkJob, BulkKind, BulkState, Why
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import User
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require, require_each
from hub.queries import bulk_jobs, users
from hub.queries.bookings import lock_slots
from hub.queries.bulk_units import units_of_moves
from hub.queries.busy_rooms import require_free
from hub.queries.consequences import consequences_of
from hub.queries.covers import list_team_leads
from hub.queries.participants import lock_participant
from hub.queries.room_ticks import buffers_of
from hub.queries.states import move


def start_ending(
    session: Session,
    *,
    actor: Actor,
    slots: Sequence[Slot],
    how: How,
    seen: str,
    values: Mapping[str, Any],
    at: datetime,
) -> BulkJob:
    """Let the worker call these dates off, or leave them open, one after the other; the preview is checked before.

    `seen` is the digest of that preview: started twice from it there is one job. `values` leads to it again. Offers
    must be loaded.
    """
    require_each(actor, Permission.CALL_OFF_SLOT, [slot.offer for slot in slots])
    lock_slots(session, slots)
    units = [[slot] for slot in sorted(slots, key=lambda one: (one.starts_at, one.id))]
    job = BulkJob(kind=BulkKind(how), seen=seen, values=dict(values))
    return _start_dates(session, actor, job, units, at)


def start_moving(
    session: Session,
    *,
    actor: Actor,
    slots: Sequence[Slot],
    chosen: Sequence[Slot],
    days: int,
    expected: str,
    despite_busy: bool,
    values: Mapping[str, Any],
    at: datetime,
) -> BulkJob:
    """Let the worker move the chosen ones of these dates, whoever leaves a room before whoever needs it.

    Arguments and errors as `move_dates`; what is in the way already now is refused now.
    """
    require_each(actor, Permission.EDIT_OFFER, [slot.offer for slot in slots])
    found = check_moves(session, actor=actor, slots=slots, chosen=chosen, days=days, expected=expected, at=at)
    times = {one.slot.id: one.times for one in found.dates}
    if not despite_busy:
        new = [(slot.room_id, times[slot.id].starts_at, times[slot.id].ends_at) for slot in chosen]
        require_free(session, new, at=at)
    units = units_of_moves(chosen, times, buffers_of(session, [slot.room_id for slot in chosen]))
    values = {**values, "days": days, "despite_busy": despite_busy}
    job = BulkJob(kind=BulkKind.MOVE, seen=expected, values=values)
    return _start_dates(session, actor, job, units, at)


def _start_dates(
    session: Session, actor: Actor, job: BulkJob, units: Sequence[Sequence[Slot]], at: datetime
) -> BulkJob:
    slots = [slot for unit in units for slot in unit]
    owners = {slot.offer.organisation_id for slot in slots}
    job.organisation_id = owners.pop() if len(owners) == 1 else None
    booked = {line.slot.id: line.people for line in consequences_of(session, slots).lines}
    items = [
        BulkItem(unit=number, slot_id=slot.id, seen_version=slot.version, seen_people=booked[slot.id])
        for number, unit in enumerate(units)
        for slot in unit
    ]
    return _start(session, actor, job, items, at)


def start_handover(
    session: Session,
    *,
    actor: Actor,
    people: Sequence[tuple[Participant, User]],
    coach: User | None,
    seen: str,
    at: datetime,
) -> BulkJob:
    """Let the worker hand these people of one coach over, each to the coach beside them; `coach` None: they have none.

    `seen` as in `start_ending`. Raises InvalidInput (422) when nobody changes. Locks the people by id.
    """
    require_each(actor, Permission.ASSIGN_COACH, [person for person, _ in people])
    if not people:
        raise InvalidInput(N_("Bitte wählen Sie für mindestens einen Menschen einen anderen Coach."))
    for person_id in sorted(person.id for person, _ in people):
        lock_participant(session, person_id)
    houses = {person.jobcenter_id for person, _ in people}
    items = [
        BulkItem(unit=number, participant_id=person.id, coach_id=new.id) for number, (person, new) in enumerate(people)
    ]
    job = BulkJob(kind=BulkKind.HAND_OVER, seen=seen, coach_id=coach.id if coach else None)
    job.jobcenter_id = houses.pop() if len(houses) == 1 else None
    return _start(session, actor, job, items, at)


def _start(session: Session, actor: Actor, job: BulkJob, items: list[BulkItem], at: datetime) -> BulkJob:
    """Add a job with its items. What it is about is locked, so that of two sent at once the second finds the first."""
    job.user_id, job.total, job.created_at = actor.user_id or 0, len(items), at
    require(actor, Permission.RUN_BULK, job)  # a link changes its own dates, at once; nobody works for it later
    earlier = bulk_jobs.find_started(session, actor, job.seen)
    if earlier is not None:
        return earlier
    session.add(job)
    session.flush()
    for item in items:
        item.job_id = job.id
    session.add_all(items)
    purpose = actor.purpose_for(job.organisation_id) if job.organisation_id else ""
    log.record(session, actor=actor, action="bulk.started", thing=job, purpose=purpose, at=at)
    return job


def stop_job(session: Session, *, actor: Actor, job: BulkJob, at: datetime) -> None:
    """Do no more of a job; what was done stays done and is told. Raises StepNotPossible (409) when it has ended."""
    require(actor, Permission.RUN_BULK, job)
    job = bulk_jobs.lock_job(session, job.id)
    move(session, job, BulkState.STOPPED, at=at, finished_at=at)
    bulk_jobs.leave_open_items(session, job.id, Why.STOPPED)
    log.record(session, actor=actor, action="bulk.stopped", thing=job, at=at)
    _tell(session, job, at)


def finish_job(session: Session, *, actor: Actor = SYSTEM, job_id: int, at: datetime) -> bool:
    """End a job of which nothing is open any more, and tell everybody concerned once; False when it is not so."""
    require(actor, Permission.RUN_MAINTENANCE)
    job = bulk_jobs.lock_job(session, job_id)
    if job.state is not BulkState.RUNNING or bulk_jobs.list_open_units(session, job_id):
        return False
    move(session, job, BulkState.DONE, at=at, finished_at=at)
    _tell(session, job, at)
    return True


def _tell(session: Session, job: BulkJob, at: datetime) -> None:
    """Tell each coach once of all that was done, and each office for which somebody else did it."""
    done = bulk_jobs.list_done(session, job.id)
    told = frozenset(user_id for one in done for user_id in one.told_ids)
    if job.kind is BulkKind.HAND_OVER:
        notices.announce(session, "person.handed_over", Facts(staff_ids=told), at=at)
        return
    slots = [one.slot for one in done if one.slot is not None]
    only = slots[0] if len(slots) == 1 else None
    leads = list_team_leads(session, {key for one in done for key in one.team_ids})
    ending = "slot.called_off" if job.kind is BulkKind.CALL_OFF else "slot.unsettled"
    event = "slot.moved" if job.kind is BulkKind.MOVE else ending
    notices.announce(session, event, Facts(slot=only, coach_ids=told, lead_ids=leads), at=at)
    owner = users.find_actor(session, job.user_id) or SYSTEM
    tell_desks(session, actor=owner, offers=[slot.offer for slot in slots], slot=only, at=at)
