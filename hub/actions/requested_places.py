"""A place asked for together with an enquiry: kept while its partner decides, and given back without a yes.

Steps of the verbs about enquiries, which have asked the policy and locked the person with all dates concerned
(`queries/waiting.py: lock_person`) before anything else. The yes itself: confirmed_places.py.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.waiting import offer_places
from hub.errors import NotFound, RuleBroken, SlotFull
from hub.models.booking import Booking, BookingState
from hub.models.enquiry import Enquiry
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, busy_dates, codes, holds, requested_places
from hub.queries.bookability import obstacle_of_slot, require_suited, take_for
from hub.queries.next_free import keep_next_free


def request_place(
    session: Session, *, actor: Actor = SYSTEM, enquiry: Enquiry, participant: Participant, at: datetime
) -> Booking | None:
    """Keep a place in the date an enquiry wishes for, until its partner answers; None where none can be kept.

    Of a date that is full by now the wish is dropped, and the enquiry remembers it. Nothing is kept for a round, which
    keeps the place of its first yes, for a whole course, and where the date cannot be booked. The person stays free for
    other dates (scheduling rule 4). The enquiry is locked and sent.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    slot = requested_places.find_slot(session, enquiry) if enquiry.round_id is None else None
    if slot is None:
        return None
    bookings.lock_slots(session, [slot])
    if obstacle_of_slot(slot, at) is not None or busy_dates.find_live_booking(session, slot.id, participant.id):
        return None
    try:
        participation = require_suited(session, slot, participant)
        pool_id = take_for(session, slot, participant, participation, 1)
    except SlotFull:
        _go_without(session, enquiry, slot)
        return None
    except (RuleBroken, NotFound):
        return None
    return _keep(session, actor, enquiry, slot, participant, pool_id, at)


def _go_without(session: Session, enquiry: Enquiry, slot: Slot) -> None:
    """Drop the wish for a full date: the partner is not asked for what it has not."""
    enquiry.full_at, enquiry.slot_id = slot.starts_at, None
    enquiry.version += 1
    session.flush()


def _keep(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    slot: Slot,
    participant: Participant,
    pool_id: int | None,
    at: datetime,
) -> Booking:
    place = Booking(
        slot_id=slot.id,
        pool_id=pool_id,
        participant_id=participant.id,
        enquiry_id=enquiry.id,
        access=slot.offer.access.value,
        state=BookingState.REQUESTED,
        code=codes.give_code(session, offer_id=slot.offer_id, slot_ids=[slot.id]),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        made_by="system",
        expires_at=requested_places.kept_until(session, enquiry, slot),
        created_at=at,
        changed_at=at,
    )
    session.add(place)
    session.flush()
    keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    _log(session, actor, place, participant, "hold.made", at)
    return place


def end_request(session: Session, *, actor: Actor = SYSTEM, enquiry: Enquiry, at: datetime) -> None:
    """Give back the place an enquiry asked for, first to who waits for it; nothing where none is kept."""
    require(actor, Permission.RUN_MAINTENANCE)
    place = requested_places.lock_of_enquiry(session, enquiry.id)
    if place is not None:
        give_back(session, place=place, at=at)


def give_back(session: Session, *, actor: Actor = SYSTEM, place: Booking, at: datetime) -> None:
    """Give back a locked place that was asked for, first to who waits for it."""
    require(actor, Permission.RUN_MAINTENANCE)
    holds.end_hold(session, place, at=at)
    _log(session, actor, place, place.participant, "hold.released", at)
    offer_places(session, slot_ids=[place.slot_id], at=at)


def _log(session: Session, actor: Actor, place: Booking, person: Participant | None, action: str, at: datetime) -> None:
    purpose = BookingState.REQUESTED.value
    log.record(
        session, actor=actor, action=action, thing=place, about=[person] if person else [], purpose=purpose, at=at
    )
