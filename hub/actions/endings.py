"""How places end as part of a larger verb: an enquiry ends, a date moves or falls away, a participation is over.

What is given back is offered to whoever waits, so the larger verb begins with `queries/waiting.py: lock_queues` or
`lock_person`.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import enquiries, log, notices, waiting
from hub.actions.notices import Facts
from hub.models.booking import SHOWN, UNDECIDED, Booking, BookingState
from hub.models.enquiry import Enquiry
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, deadlines, holds, places
from hub.queries.states import move


def cancel_bookings_of_enquiry(session: Session, *, actor: Actor, enquiry: Enquiry, by: str, at: datetime) -> int:
    """Give back all coming places of an enquiry that ends; the step of a larger verb, which asked the policy.

    The caller moves the enquiry itself, has locked the person before, and raises the feeds' revisions as its last step.
    """
    coming = bookings.list_coming_of_enquiry(session, enquiry.id, at=at)
    cancel_all(session, coming, by=by, at=at)
    for booking in coming:
        about = [booking.participant] if booking.participant else []
        log.record(session, actor=actor, action="booking.cancelled", thing=booking, about=about, purpose=by, at=at)
    return len(coming)


def move_bookings_with_slot(session: Session, *, slot: Slot, elsewhere: bool = False, at: datetime) -> list[Booking]:
    """Copy a moved date's times into its live bookings and return those people see; a step of a verb that asked first.

    `elsewhere` says that people have to come to another place, which is news even at the same time.
    The caller raises the feeds' revisions of the returned bookings' persons as its last step. Coaches whose enquiry
    wishes for this date hear of it.
    """
    bookings.move_with_slot(session, slot, elsewhere=elsewhere, at=at)
    live = bookings.list_live_of_slot(session, slot.id)
    _tell_who_asked(session, "slot.moved", slot, live, at)
    return [booking for booking in live if booking.state in SHOWN]


def _tell_who_asked(session: Session, event: str, slot: Slot, live: list[Booking], at: datetime) -> None:
    asked = [booking for booking in live if booking.state is BookingState.REQUESTED]
    if asked:
        facts = Facts(slot=slot, coach_ids=bookings.coaches_of(asked), people=bookings.people_of(asked))
        notices.announce(session, event, facts, at=at)


def call_off_bookings(session: Session, *, slot: Slot, at: datetime) -> list[Booking]:
    """Cancel the bookings of a date that falls away and return them; a step of a verb that asked the policy.

    Holds end without a word: nobody was promised anything. Wishes on the waiting list lapse, and their coaches hear it;
    so do those whose enquiry wishes for this date.
    The caller has moved the slot's state before (which locks it), tells the coaches, and raises the revisions last.
    """
    waiting.lapse_wishes(session, slot=slot, at=at)
    live = bookings.list_live_of_slot(session, slot.id)
    booked = [booking for booking in live if booking.state in SHOWN]
    _tell_who_asked(session, "slot.called_off", slot, live, at)
    for booking in live:
        if booking.state in UNDECIDED:
            holds.end_hold(session, booking, at=at)
    cancel_all(session, booked, by="partner", goes_on=False, at=at)
    for enquiry in {one.enquiry_id: one.enquiry for one in booked if one.enquiry is not None}.values():
        enquiries.note_unbooked(session, actor=SYSTEM, enquiry=enquiry, at=at)  # it is the coach's turn again
    return booked


def end_bookings(
    session: Session, *, actor: Actor, participant: Participant, coming: list[Booking], by: str, at: datetime
) -> None:
    """Give back places of a person that the house ends, and tell their partners; a step of a larger verb.

    The caller has locked the person before, and raises the feeds' revisions as its last step.
    """
    require(actor, Permission.FOLLOW_BOOKING, participant)
    cancel_all(session, coming, by=by, at=at)
    for booking in coming:
        if booking.enquiry is not None:
            enquiries.note_unbooked(session, actor=actor, enquiry=booking.enquiry, at=at)
        facts: dict[str, Any] = {"thing": booking, "about": [participant], "fields": ["B1"], "purpose": by}
        log.record(session, actor=actor, action="booking.cancelled", at=at, **facts)
        if booking.slot is not None:
            notices.announce(session, "booking.cancelled", Facts.of_booking(booking, booking.slot), at=at)


def end_uncovered_places(
    session: Session, *, actor: Actor, participant: Participant, since: datetime, at: datetime
) -> list[Booking]:
    """Give back a person's places from `since` on that no participation covers, and return them; a step of a verb.

    The caller has locked the person and whoever waits for these dates, and raises the revisions of feeds at the end.
    """
    require(actor, Permission.FOLLOW_BOOKING, participant)
    later = deadlines.list_uncovered_bookings(session, participant.id, since=since, at=at)
    kept = [one for one in later if one.state in UNDECIDED]
    for hold in kept:
        holds.end_hold(session, hold, at=at)
    waiting.offer_places(session, slot_ids=[hold.slot_id for hold in kept], at=at)
    coming = [one for one in later if one.state is not BookingState.EXPIRED]
    end_bookings(session, actor=actor, participant=participant, coming=coming, by="programme", at=at)
    return coming


def cancel_all(session: Session, coming: list[Booking], *, by: str, goes_on: bool = True, at: datetime) -> None:
    """Cancel loaded bookings and give their places back, first to those who wait; a step of verbs that asked first.

    Where the date itself falls away nobody is offered anything, and the larger verb keeps the next free dates once.
    """
    given_back: Counter[int] = Counter()
    for booking in coming:
        values = {"cancelled_by": by, "cancelled_at": at, "told_at": None, "sequence": booking.sequence + 1}
        move(session, booking, BookingState.CANCELLED, at=at, **values)
        if booking.pool_id is not None:
            given_back[booking.pool_id] += booking.party
    for pool_id, n in sorted(given_back.items()):
        places.give_back_places(session, pool_id=pool_id, n=n)
    if goes_on:
        waiting.offer_places(session, slot_ids=[booking.slot_id for booking in coming], at=at)
