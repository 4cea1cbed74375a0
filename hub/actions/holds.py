"""Holding a place for half an hour while a person is asked for the consent it needs; and giving it back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.waiting import offer_places
from hub.errors import NotFound, RuleBroken, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, codes, holds, participants, waiting
from hub.queries.bookability import obstacle_of_slot, require_bookable, require_suited, require_time, take_for
from hub.queries.next_free import keep_next_free

HOLDING = timedelta(minutes=30)


def hold_slot(session: Session, *, actor: Actor, slot: Slot, participant: Participant, at: datetime) -> Booking:
    """Hold one place of a date with names; book_slot makes the booking of it, else it runs out by itself.

    Nothing personal leaves: the partner sees a held place. The person stays free for other dates. Holding again begins
    the half hour anew. `slot.offer.organisation` must be loaded. Raises StepNotPossible where no consent is needed,
    else RuleBroken (409) and children as book_slot does.
    """
    require(actor, Permission.BOOK_SLOT, participant)
    participants.lock_participant(session, participant.id)
    bookings.lock_slots(session, [slot])
    if slot.offer.access is not Access.NAMED:
        raise StepNotPossible
    require_bookable(slot, at)
    participation = require_suited(session, slot, participant)
    held = holds.find_hold(session, slot.id, participant.id)
    require_time(session, participant, slot, besides=held.id if held else None)
    expires_at = min(at + HOLDING, slot.starts_at)
    if held is not None:
        if held.state is BookingState.HELD:  # an offer from the waiting list keeps its own, longer time
            bookings.change_booking(session, held, expires_at=expires_at)
        return held
    pool_id = take_for(session, slot, participant, participation, 1)
    return _add_hold(session, actor, slot, participant, pool_id, expires_at, at)


def keep_wished_date(
    session: Session, *, actor: Actor = SYSTEM, slot: Slot, participant: Participant, until: datetime, at: datetime
) -> None:
    """Keep a place in the date a partner said yes to without a name, while the person is asked; a step of that yes.

    Where no place is free, or the date no longer suits, nothing is kept. The caller has locked the person;
    `slot.offer.organisation` must be loaded.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    bookings.lock_slots(session, [slot])
    if obstacle_of_slot(slot, at) is not None or holds.find_hold(session, slot.id, participant.id) is not None:
        return
    try:
        participation = require_suited(session, slot, participant)
        require_time(session, participant, slot)
        pool_id = take_for(session, slot, participant, participation, 1)
    except (RuleBroken, NotFound):
        return
    _add_hold(session, SYSTEM, slot, participant, pool_id, min(until, slot.starts_at), at)


def _add_hold(
    session: Session,
    actor: Actor,
    slot: Slot,
    participant: Participant,
    pool_id: int | None,
    expires_at: datetime,
    at: datetime,
) -> Booking:
    made_by = {ActorKind.PERSON: "participant", ActorKind.SYSTEM: "system"}.get(actor.kind, "coach")
    hold = Booking(
        slot_id=slot.id,
        pool_id=pool_id,
        participant_id=participant.id,
        access=slot.offer.access.value,
        state=BookingState.HELD,
        code=codes.give_code(session, offer_id=slot.offer_id, slot_ids=[slot.id]),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        made_by=made_by,
        made_by_id=actor.user_id,
        expires_at=expires_at,
        created_at=at,
        changed_at=at,
    )
    session.add(hold)
    session.flush()
    keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    log.record(session, actor=actor, action="hold.made", thing=hold, about=[participant], at=at)
    return hold


def release_hold(session: Session, *, actor: Actor, booking: Booking, at: datetime) -> bool:
    """Give a held place back; False when it has become a booking or run out meanwhile, and nothing changes."""
    require(actor, Permission.CANCEL_BOOKING, booking.participant)
    waiting.lock_queues(session, [booking.slot_id], people=[booking.participant_id])
    hold = holds.lock_booking(session, booking.id)
    if hold.state is not BookingState.HELD:
        return False
    holds.end_hold(session, hold, at=at)
    about = [hold.participant] if hold.participant else []
    log.record(session, actor=actor, action="hold.released", thing=hold, about=about, at=at)
    offer_places(session, slot_ids=[hold.slot_id], at=at)
    return True
