"""Booking a place, moving it, giving it back. How places end as part of larger verbs: endings.py.

Locks are taken in one order: the person (with everybody who waits for what is given back), the dates by id, the pools
by id, the bookings, feed revisions last.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.actions import enquiries, log, notices
from hub.actions.endings import (
    call_off_bookings,
    cancel_all,
    cancel_bookings_of_enquiry,
    end_bookings,
    move_bookings_with_slot,
)
from hub.actions.notices import Facts
from hub.actions.waiting import offer_places
from hub.errors import ConsentMissing, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.i18n import N_
from hub.models.booking import UNDECIDED, Booking, BookingState
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Access
from hub.models.participant import Participant, Participation
from hub.models.slot import Slot
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, codes, consents, feeds, holds, participants, places, waiting
from hub.queries.bookability import (
    require_bookable,
    require_cancellable,
    require_own_hand,
    require_seen,
    require_suited,
    require_time,
    take_for,
)
from hub.queries.next_free import keep_next_free
from hub.queries.sent_forms import found_before, is_moved_already
from hub.queries.states import move

__all__ = [
    "book_slot",
    "call_off_bookings",
    "cancel_all",
    "cancel_booking",
    "cancel_bookings_of_enquiry",
    "end_bookings",
    "enquiry_for",
    "move_bookings_with_slot",
    "require_consent",
    "reschedule_booking",
]


def book_slot(
    session: Session,
    *,
    actor: Actor,
    slot: Slot,
    participant: Participant,
    party: int = 1,
    enquiry: Enquiry | None = None,
    idempotency_key: str | None = None,
    seen_at: datetime | None = None,
    at: datetime,
) -> Booking:
    """Take `party` places of a date for a person; `slot.offer.organisation` must be loaded.

    `seen_at` is the start the person was shown: nobody is booked at a time they never saw. A place
    kept for the person, by a hold or from the waiting list, becomes the booking: the same row, the same code.
    The same key twice gives the same booking back, while it stands. Raises RuleBroken (409) and its children: SlotFull,
    PersonElsewhere, ConsentMissing, SentBefore. Safe under concurrency on both databases (scheduling rules 1, 3 and 4).
    """
    require(actor, Permission.BOOK_SLOT, participant)
    require_own_hand(actor, slot.offer)
    held = _lock(session, slot, participant, party)
    wanted = (slot.id, participant.id)
    if earlier := found_before(session, idempotency_key, lambda one: (one.slot_id, one.participant_id) == wanted):
        return earlier
    bookings.lock_slots(session, [slot])
    require_bookable(slot, at)
    require_seen(slot, seen_at)
    participation = require_suited(session, slot, participant)
    require_time(session, participant, slot, besides=held.id if held else None)
    asked = enquiry_for(session, actor, slot, participant, enquiry, at)
    other_party = held is not None and held.party != party
    values = {
        "pool_id": _places_for(session, slot, participant, participation, party, held),
        "enquiry_id": asked.id if asked else None,
        "access": slot.offer.access.value,
        "party": party,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "made_by": "participant" if actor.kind is ActorKind.PERSON else "coach",
        "made_by_id": actor.user_id,
        "idempotency_key": idempotency_key,
        "created_at": at,
    }
    booking = _confirm(session, slot, participant, held, values, at)
    set_committed_value(booking, "slot", slot)
    set_committed_value(booking, "participant", participant)
    set_committed_value(booking, "enquiry", asked)
    if asked:
        enquiries.note_booked(session, actor=actor, enquiry=asked, at=at)
    waiting.settle_wish(session, booking, at=at)
    if other_party:
        offer_places(session, slot_ids=[slot.id], at=at)
    elif booking.pool_id is not None:
        keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    event = "booking.made_by_person" if actor.kind is ActorKind.PERSON else "booking.made"
    _tell(session, actor, booking, "booking.made", event, at)
    return booking


def _lock(session: Session, slot: Slot, participant: Participant, party: int) -> Booking | None:
    """Lock the person, and who waits where a kept place is for another number of people; return that place."""
    with_queue = holds.find_kept_party(session, slot.id, participant.id) not in (None, party)
    if with_queue:
        waiting.lock_queues(session, [slot.id], people=[participant.id])
    else:
        participants.lock_participant(session, participant.id)
    held = holds.find_hold(session, slot.id, participant.id)
    if held is not None and held.party != party and not with_queue:
        raise SomebodyWasFaster  # it was offered just now: those who wait would have to be locked before
    return held


def _places_for(
    session: Session,
    slot: Slot,
    participant: Participant,
    participation: Participation,
    party: int,
    held: Booking | None,
) -> int | None:
    """Return the pool of the places: what is held already counts, and nothing is taken twice."""
    if held is not None and held.party == party:
        return held.pool_id
    if held is not None and held.pool_id is not None:
        places.give_back_places(session, pool_id=held.pool_id, n=held.party)
    return take_for(session, slot, participant, participation, party)


def _confirm(
    session: Session, slot: Slot, participant: Participant, held: Booking | None, values: dict[str, Any], at: datetime
) -> Booking:
    """Make the booking, of the person's hold where there is one: the same row with the same code."""
    if held is not None:
        move(session, held, BookingState.CONFIRMED, at=at, expires_at=None, **values)
        return held
    code = codes.give_code(session, offer_id=slot.offer_id, slot_ids=[slot.id])
    known = {"slot_id": slot.id, "participant_id": participant.id, "code": code, "changed_at": at}
    booking = Booking(state=BookingState.CONFIRMED, **known, **values)
    session.add(booking)
    session.flush()
    return booking


def cancel_booking(session: Session, *, actor: Actor, booking: Booking, by: str, at: datetime) -> None:
    """Give a place back, or call off an own appointment; `by` is person, coach, partner or programme.

    Only the winner of the state's compare-and-set gives the place back. A person may do so until the offer's deadline,
    later the reason names a telephone number; a coach may until the date is over. What is only held or offered ends
    through its own verb: StepNotPossible (409).
    """
    require(actor, *_right_to_cancel(actor, booking))
    if booking.state in UNDECIDED:
        raise StepNotPossible
    waiting.lock_queues(session, [booking.slot_id], people=[booking.participant_id])  # one of two is the last place's
    require_cancellable(booking, by, at)
    cancel_all(session, [booking], by=by, at=at)
    if booking.enquiry is not None:
        enquiries.note_unbooked(session, actor=actor, enquiry=booking.enquiry, at=at)
    event = "booking.cancelled_by_person" if by == "person" else "booking.cancelled"
    _tell(session, actor, booking, "booking.cancelled", event, at)


def reschedule_booking(
    session: Session,
    *,
    actor: Actor,
    booking: Booking,
    slot: Slot,
    seen_at: datetime | None = None,
    sequence: int | None = None,
    at: datetime,
) -> None:
    """Move a place to another date of the same offer: the same booking, so that calendars move the entry.

    `sequence` is the booking's own, as it was shown; one move sent twice is one. Raises RuleBroken (409) and children
    as book_slot does; on SlotFull the old place is still there.
    """
    require(actor, *_right_to_cancel(actor, booking))
    if booking.slot is None or booking.participant is None or booking.slot.offer_id != slot.offer_id:
        raise StepNotPossible
    if booking.slot.course_id is not None or booking.state is not BookingState.CONFIRMED:
        raise StepNotPossible  # a course stays whole, and a place given back before must not be given back again
    require_own_hand(actor, slot.offer)
    old_slot = booking.slot
    waiting.lock_queues(session, [old_slot.id, slot.id], people=[booking.participant.id])
    bookings.lock_slots(session, [old_slot, slot])
    if is_moved_already(session, booking, slot.id, seen=sequence):
        return
    require_cancellable(booking, "person" if actor.kind is ActorKind.PERSON else "coach", at)
    require_bookable(slot, at)
    require_seen(slot, seen_at)
    participation = require_suited(session, slot, booking.participant)
    waiting.settle_wish(session, booking, slot_id=slot.id, at=at)
    if held := holds.find_hold(session, slot.id, booking.participant.id):
        holds.end_hold(session, held, at=at)
    require_time(session, booking.participant, slot, besides=booking.id)
    if booking.enquiry is not None:
        require_consent(session, slot, booking.participant, at)
    pool_id = take_for(session, slot, booking.participant, participation, booking.party)
    if booking.pool_id is not None:
        places.give_back_places(session, pool_id=booking.pool_id, n=booking.party)
    bookings.change_booking(
        session,
        booking,
        slot_id=slot.id,
        pool_id=pool_id,
        code=codes.keep_code(session, booking.code, offer_id=slot.offer_id, slot_id=slot.id),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        sequence=booking.sequence + 1,
        changed_at=at,
    )
    offer_places(session, slot_ids=[old_slot.id, slot.id], at=at)
    event = "booking.made_by_person" if actor.kind is ActorKind.PERSON else "booking.made"
    _tell(session, actor, booking, "booking.moved", event, at)


def enquiry_for(
    session: Session, actor: Actor, slot: Slot, participant: Participant, enquiry: Enquiry | None, at: datetime
) -> Enquiry | None:
    """Return the enquiry that carries the identity, None where nothing personal leaves."""
    offer = slot.offer
    if not offer.carries_identity:
        return None
    if enquiry is None and offer.access is Access.NAMED:
        return enquiries.accept_by_terms(session, actor=actor, participant=participant, offer=offer, slot=slot, at=at)
    found = enquiry or bookings.find_identified_enquiry(session, participant.id, offer.id)
    if found is None:
        raise RuleBroken(N_("Hier sagt zuerst der Partner zu. Bitte stellen Sie eine Anfrage."))
    if (found.offer_id, found.participant_id) != (offer.id, participant.id):
        raise StepNotPossible
    if found.state not in IDENTIFIED:
        raise RuleBroken(N_("Der Partner hat noch nicht zugesagt."))
    if found.is_nameless or found.is_by_law:
        raise ConsentMissing
    require_consent(session, slot, participant, at)
    return found


def require_consent(session: Session, slot: Slot, participant: Participant, at: datetime) -> None:
    """Raise ConsentMissing unless a consent for this offer is in force until the date is over (R-CON-09)."""
    consent = consents.lock_disclosure(
        session,
        participant_id=participant.id,
        organisation_id=slot.offer.organisation_id,
        offer_id=slot.offer_id,
        at=at,
    )
    consents.require_validity(consent, slot)


def _right_to_cancel(actor: Actor, booking: Booking) -> tuple[Permission, object]:
    """A coach's own time stays the coach's, also when somebody else looks after the person by now."""
    own = actor.user_id is not None and booking.coach_id == actor.user_id
    if booking.participant is None or own:
        return Permission.MAKE_APPOINTMENT, booking
    return Permission.CANCEL_BOOKING, booking.participant


def _tell(session: Session, actor: Actor, booking: Booking, action: str, event: str, at: datetime) -> None:
    """Log what happened, queue who is told, and raise the feeds that show it; the last step of each verb."""
    person, slot = booking.participant, booking.slot
    _log(session, actor, booking, action, at)
    if slot is not None and slot.offer.access is not Access.OPEN:  # where one simply goes, the partner hears nothing
        notices.announce(session, event, Facts.of_booking(booking, slot), at=at)
    feeds.raise_revisions(
        session,
        participants=[booking.participant_id],
        users=[booking.coach_id, person.coach_id if person else None],
        seats=[slot.offer.organisation_id if slot is not None else None],
    )


def _log(session: Session, actor: Actor, booking: Booking, action: str, at: datetime, purpose: str = "") -> None:
    about = [booking.participant] if booking.participant else []
    log.record(session, actor=actor, action=action, thing=booking, about=about, fields=["B1"], purpose=purpose, at=at)
