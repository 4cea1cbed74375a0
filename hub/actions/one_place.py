"""A partner calls off one place: the date takes place for everybody else."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import enquiries, log, notices
from hub.actions.behalf import tell_desks
from hub.actions.endings import cancel_all
from hub.actions.notices import Facts
from hub.actions.slot_steps import note_exception, require_changeable
from hub.errors import RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import ONE_PLACE, Booking, PlaceReason
from hub.models.offer import Form
from hub.models.series import ExceptionKind
from hub.models.slot import Slot, SlotState
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, feeds, places, waiting
from hub.queries import slots as slot_queries
from hub.queries.next_free import keep_next_free

FALLS_AWAY = frozenset({PlaceReason.NO_CAPACITY, PlaceReason.ILL_STAFF})  # nobody else can have this place either


def cancel_place(
    session: Session, *, actor: Actor, slot: Slot, booking: Booking, reason: PlaceReason, at: datetime
) -> None:
    """Call off one confirmed place of a date that stands; its coach is told, and tells the person.

    Where the partner has room for fewer people the place falls away, else it goes to who waits for it. The booking
    comes with person and enquiry, the date with offer and organisation. Raises StepNotPossible, RuleBroken (409) once
    the date has begun and for its last place, SomebodyWasFaster (409). Locks: people, date, booking, pool.
    """
    require(actor, Permission.CANCEL_PLACE, slot.offer)
    if booking.slot_id != slot.id or slot.offer.form is Form.ROOM:
        raise StepNotPossible
    waiting.lock_queues(session, [slot.id], people=[booking.participant_id])
    bookings.lock_slots(session, [slot])
    require_changeable(slot, at)
    if slot.state is not SlotState.PLANNED:
        raise StepNotPossible(N_("Bitte klären Sie zuerst, ob der Termin stattfindet."))
    fewer = reason in FALLS_AWAY
    if fewer:
        _take_one_away(session, slot, booking.party, at)
    cancel_all(session, [booking], by=ONE_PLACE, goes_on=not fewer, at=at)
    bookings.change_booking(session, booking, cancelled_why=reason.value)
    if fewer and booking.pool_id is not None:
        places.drop_places(session, slot_id=slot.id, pool_id=booking.pool_id, n=booking.party)
        keep_next_free(session, offer_ids=[slot.offer_id], at=at)
    if booking.enquiry is not None:
        enquiries.note_unbooked(session, actor=SYSTEM, enquiry=booking.enquiry, at=at)  # it is the coach's turn again
    _tell(session, actor, slot, booking, at)


def _take_one_away(session: Session, slot: Slot, n: int, at: datetime) -> None:
    """Let the date have so many places fewer; a date without any would be one to which everybody may come."""
    if slot.places <= n:
        raise RuleBroken(N_("Das ist der letzte Platz. Bitte sagen Sie den ganzen Termin ab."))
    slot_queries.change_slot(session, slot, at=at, places=slot.places - n)
    note_exception(session, slot, ExceptionKind.CHANGED, at)


def _tell(session: Session, actor: Actor, slot: Slot, booking: Booking, at: datetime) -> None:
    person = booking.participant
    about, purpose = [person] if person else [], actor.purpose_for(slot.offer.organisation_id)
    log.record(session, actor=actor, action="place.called_off", thing=booking, about=about, purpose=purpose, at=at)
    notices.announce(session, "place.called_off", Facts.of_booking(booking, slot), at=at)
    tell_desks(session, actor=actor, offers=[slot.offer], slot=slot, at=at)
    feeds.raise_for_dates(session, [slot], [booking])
