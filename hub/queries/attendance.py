"""Who was there: the places of a past date its own partner may mark, and what the coach reads of it afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Access
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import partner_bookings_for

B = BookingState
MARKS = (B.ATTENDED, B.NOT_THERE, B.NOT_TAKEN_PLACE)


def list_to_mark(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> list[Booking]:
    """Return the places of an own date that can be marked, by place code: taken ones, under a consent in force.

    Where one simply goes nobody has a place. What a person keeps without a consent is the person's own.
    """
    return list(session.scalars(_to_mark(actor, slot, at).order_by(Booking.code, Booking.id)))


def lock_to_mark(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> dict[str, Booking]:
    """Return the same with their persons, locked and fresh, by public id."""
    query = _to_mark(actor, slot, at).options(joinedload(Booking.participant)).order_by(Booking.id)
    query = query.with_for_update(of=Booking).execution_options(populate_existing=True)
    return {one.public_id: one for one in session.scalars(query)}


def _to_mark(actor: Actor, slot: Slot, at: datetime) -> Select[Any]:
    permitted = select(Enquiry.id).join(Consent, Consent.id == Enquiry.consent_id)
    permitted = permitted.where(Enquiry.id == Booking.enquiry_id, Enquiry.state.in_(IDENTIFIED), Consent.live(at))
    return partner_bookings_for(actor).where(
        Booking.slot_id == slot.id,
        Booking.state.in_((B.CONFIRMED, *MARKS)),
        Booking.access != Access.OPEN.value,
        or_(Booking.enquiry_id.is_(None), permitted.correlate(Booking).exists()),
    )


def list_past_of_enquiry(session: Session, enquiry_id: int, *, at: datetime) -> list[Booking]:
    """Return the dates under an enquiry that are over, the first one first; the caller came through a scope to it."""
    query = select(Booking).where(
        Booking.enquiry_id == enquiry_id, Booking.ends_at <= at, Booking.state.in_((B.CONFIRMED, *MARKS))
    )
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))
