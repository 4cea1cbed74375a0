"""Booking a place, moving it, giving it back; and what happens to places when their date moves or falls away.

Locks are taken in one order: the person, the dates by id, the pools by id, the bookings, feed revisions last.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.actions import enquiries, log, notices
from hub.actions.notices import Facts
from hub.errors import RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import STANDING, Booking, BookingState
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Access
from hub.models.participant import Participant, Participation
from hub.models.slot import Slot
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, codes, consents, feeds, holds, participants, places
from hub.queries.bookability import require_bookable, require_cancellable, require_suited, require_time, take_for
from hub.queries.states import move


def book_slot(
    session: Session,
    *,
    actor: Actor,
    slot: Slot,
    participant: Participant,
    party: int = 1,
    enquiry: Enquiry | None = None,
    idempotency_key: str | None = None,
    at: datetime,
) -> Booking:
    """Take `party` places of a date for a person; `slot.offer.organisation` must be loaded.

    The same key twice gives the same booking back. Raises RuleBroken (409) and its children: SlotFull, PersonElsewhere,
    ConsentMissing. Safe under concurrency on both databases (scheduling rules 1, 3 and 4).
    """
    require(actor, Permission.BOOK_SLOT, participant)
    participants.lock_participant(session, participant.id)
    if earlier := bookings.find_by_key(session, idempotency_key):
        return _the_same(earlier, slot, participant)
    bookings.lock_slots(session, [slot])
    require_bookable(slot, at)
    participation = require_suited(session, slot, participant)
    held = holds.find_hold(session, slot.id, participant.id)
    require_time(session, participant, slot, besides=held.id if held else None)
    asked = _enquiry_for(session, actor, slot, participant, enquiry, at)
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
    _tell(session, actor, booking, "booking.made", "booking.made", at)
    return booking


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
    code = codes.find_free_code(session, slot.id)
    known = {"slot_id": slot.id, "participant_id": participant.id, "code": code, "changed_at": at}
    booking = Booking(state=BookingState.CONFIRMED, **known, **values)
    session.add(booking)
    session.flush()
    return booking


def cancel_booking(session: Session, *, actor: Actor, booking: Booking, by: str, at: datetime) -> None:
    """Give a place back, or call off an own appointment; `by` is person, coach, partner or programme.

    Only the winner of the state's compare-and-set gives the place back. A person may do so until the offer's deadline,
    later the reason names a telephone number; a coach may until the date is over.
    """
    require(actor, *_right_to_cancel(booking))
    if booking.participant_id is not None:
        participants.lock_participant(session, booking.participant_id)  # so that one of two notices the last place
    require_cancellable(booking, by, at)
    _cancel(session, booking, by=by, at=at)
    if booking.pool_id is not None:
        places.give_back_places(session, pool_id=booking.pool_id, n=booking.party)
    if booking.enquiry is not None:
        enquiries.note_unbooked(session, actor=actor, enquiry=booking.enquiry, at=at)
    event = "booking.cancelled_by_person" if by == "person" else "booking.cancelled"
    _tell(session, actor, booking, "booking.cancelled", event, at)


def reschedule_booking(session: Session, *, actor: Actor, booking: Booking, slot: Slot, at: datetime) -> None:
    """Move a place to another date of the same offer: the same booking, so that calendars move the entry.

    Raises RuleBroken (409) and children as book_slot does; on SlotFull the old place is still there.
    """
    require(actor, *_right_to_cancel(booking))
    if booking.slot is None or booking.participant is None or booking.slot.offer_id != slot.offer_id:
        raise StepNotPossible
    if booking.state is not BookingState.CONFIRMED:
        raise StepNotPossible  # a place given back before must not be given back again
    participants.lock_participant(session, booking.participant.id)
    bookings.lock_slots(session, [booking.slot, slot])
    require_cancellable(booking, "person" if actor.kind is ActorKind.PERSON else "coach", at)
    require_bookable(slot, at)
    participation = require_suited(session, slot, booking.participant)
    if held := holds.find_hold(session, slot.id, booking.participant.id):
        holds.end_hold(session, held, at=at)
    require_time(session, booking.participant, slot, besides=booking.id)
    if booking.enquiry is not None:
        _require_consent(session, slot, booking.participant, at)
    pool_id = take_for(session, slot, booking.participant, participation, booking.party)
    if booking.pool_id is not None:
        places.give_back_places(session, pool_id=booking.pool_id, n=booking.party)
    bookings.change_booking(
        session,
        booking,
        slot_id=slot.id,
        pool_id=pool_id,
        code=codes.find_free_code(session, slot.id, wish=booking.code),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        sequence=booking.sequence + 1,
        changed_at=at,
    )
    _tell(session, actor, booking, "booking.moved", "booking.made", at)


def cancel_bookings_of_enquiry(session: Session, *, actor: Actor, enquiry: Enquiry, by: str, at: datetime) -> int:
    """Give back all coming places of an enquiry that ends; the step of a larger verb, which asked the policy.

    The caller moves the enquiry itself, has locked the person before, and raises the feeds' revisions as its last step.
    """
    coming = bookings.list_coming_of_enquiry(session, enquiry.id, at=at)
    _cancel_all(session, coming, by=by, at=at)
    for booking in coming:
        about = [booking.participant] if booking.participant else []
        log.record(session, actor=actor, action="booking.cancelled", thing=booking, about=about, purpose=by, at=at)
    return len(coming)


def move_bookings_with_slot(session: Session, *, slot: Slot, at: datetime) -> list[Booking]:
    """Copy a moved date's times into its live bookings and return them; a step of a verb that asked the policy.

    The caller raises the feeds' revisions of the returned bookings' persons as its last step.
    """
    bookings.move_with_slot(session, slot, at=at)
    return [booking for booking in bookings.list_live_of_slot(session, slot.id) if booking.state in STANDING]


def call_off_bookings(session: Session, *, slot: Slot, at: datetime) -> list[Booking]:
    """Cancel all live bookings of a date that falls away and return them; a step of a verb that asked the policy.

    Holds end without a word: nobody was promised anything.
    The caller has moved the slot's state before (which locks it), tells the coaches, and raises the revisions last.
    """
    live = bookings.list_live_of_slot(session, slot.id)
    standing = [booking for booking in live if booking.state in STANDING]
    for booking in live:
        if booking.state is BookingState.HELD:
            holds.end_hold(session, booking, at=at)
    _cancel_all(session, standing, by="partner", at=at)
    return standing


def end_bookings(
    session: Session, *, actor: Actor, participant: Participant, coming: list[Booking], by: str, at: datetime
) -> None:
    """Give back places of a person that the house ends, and tell their partners; a step of a larger verb.

    The caller has locked the person before, and raises the feeds' revisions as its last step.
    """
    require(actor, Permission.FOLLOW_BOOKING, participant)
    _cancel_all(session, coming, by=by, at=at)
    for booking in coming:
        if booking.enquiry is not None:
            enquiries.note_unbooked(session, actor=actor, enquiry=booking.enquiry, at=at)
        _log(session, actor, booking, "booking.cancelled", at, purpose=by)
        if booking.slot is not None:
            notices.announce(session, "booking.cancelled", _facts(booking, booking.slot), at=at)


def _cancel_all(session: Session, coming: list[Booking], *, by: str, at: datetime) -> None:
    given_back: Counter[int] = Counter()
    for booking in coming:
        _cancel(session, booking, by=by, at=at)
        if booking.pool_id is not None:
            given_back[booking.pool_id] += booking.party
    for pool_id, n in sorted(given_back.items()):
        places.give_back_places(session, pool_id=pool_id, n=n)


def _cancel(session: Session, booking: Booking, *, by: str, at: datetime) -> None:
    values = {"cancelled_by": by, "cancelled_at": at, "sequence": booking.sequence + 1}
    move(session, booking, BookingState.CANCELLED, at=at, **values)


def _the_same(earlier: Booking, slot: Slot, participant: Participant) -> Booking:
    if (earlier.slot_id, earlier.participant_id) != (slot.id, participant.id):
        raise RuleBroken(N_("Diese Seite war schon abgeschickt. Bitte laden Sie sie neu."))
    return earlier


def _enquiry_for(
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
    _require_consent(session, slot, participant, at)
    return found


def _require_consent(session: Session, slot: Slot, participant: Participant, at: datetime) -> None:
    """Raise ConsentMissing unless a consent for this offer is in force until the date is over (R-CON-09)."""
    consent = consents.lock_disclosure(
        session,
        participant_id=participant.id,
        organisation_id=slot.offer.organisation_id,
        offer_id=slot.offer_id,
        at=at,
    )
    consents.require_validity(consent, slot)


def _right_to_cancel(booking: Booking) -> tuple[Permission, object]:
    if booking.participant is None:
        return Permission.MAKE_APPOINTMENT, booking
    return Permission.CANCEL_BOOKING, booking.participant


def _tell(session: Session, actor: Actor, booking: Booking, action: str, event: str, at: datetime) -> None:
    """Log what happened, queue who is told, and raise the feeds that show it; the last step of each verb."""
    person, slot = booking.participant, booking.slot
    _log(session, actor, booking, action, at)
    if slot is not None:
        notices.announce(session, event, _facts(booking, slot), at=at)
    feeds.raise_revisions(
        session,
        participants=[booking.participant_id],
        users=[booking.coach_id, person.coach_id if person else None],
        organisations=[slot.offer.organisation_id if slot is not None else None],
    )


def _log(session: Session, actor: Actor, booking: Booking, action: str, at: datetime, purpose: str = "") -> None:
    about = [booking.participant] if booking.participant else []
    log.record(session, actor=actor, action=action, thing=booking, about=about, fields=["B1"], purpose=purpose, at=at)


def _facts(booking: Booking, slot: Slot) -> Facts:
    person, organisation_id = booking.participant, slot.offer.organisation_id
    return Facts(booking=booking, enquiry=booking.enquiry, participant=person, organisation_id=organisation_id)
