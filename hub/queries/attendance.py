"""Who was there: the places of a past date its own partner may mark, and what coach and person read afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries.attendees import MARKS, places_of
from hub.queries.bookings import with_place

MARKABLE = (BookingState.CONFIRMED, *MARKS)


def list_to_mark(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> list[Booking]:
    """Return the places of an own date that can be marked, by place code: taken ones, under a consent in force.

    Where one simply goes nobody has a place. What a person keeps without a consent is the person's own.
    """
    return list(session.scalars(_to_mark(actor, slot, at)))


def lock_to_mark(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> dict[str, Booking]:
    """Return the same with their persons, locked and fresh, by public id."""
    query = _to_mark(actor, slot, at).options(joinedload(Booking.participant)).order_by(None).order_by(Booking.id)
    query = query.with_for_update(of=Booking).execution_options(populate_existing=True)
    return {one.public_id: one for one in session.scalars(query)}


def _to_mark(actor: Actor, slot: Slot, at: datetime) -> Select[Any]:
    permitted = select(Enquiry.id).join(Consent, Consent.id == Enquiry.consent_id)
    permitted = permitted.where(Enquiry.id == Booking.enquiry_id, Enquiry.state.in_(IDENTIFIED), Consent.live(at))
    return places_of(actor, slot, at).where(
        Booking.state.in_(MARKABLE), or_(Booking.enquiry_id.is_(None), permitted.correlate(Booking).exists())
    )


def list_past_of_enquiry(session: Session, enquiry_id: int, *, at: datetime) -> list[Booking]:
    """Return the dates under an enquiry that are over, the first one first; the caller came through a scope to it."""
    query = select(Booking).where(Booking.enquiry_id == enquiry_id, Booking.ends_at <= at, Booking.state.in_(MARKABLE))
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))


def list_marked_of_person(session: Session, participant_id: int, *, limit: int = 50) -> list[Booking]:
    """Return a person's dates that a partner marked, the latest first; for the person's own page only."""
    query = select(Booking).where(Booking.participant_id == participant_id, Booking.state.in_(MARKS))
    query = query.options(*with_place()).order_by(Booking.starts_at.desc(), Booking.id.desc())
    return list(session.scalars(query.limit(limit)))
