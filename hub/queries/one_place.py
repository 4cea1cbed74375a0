"""One taken place of a date, as its partner knows it: found by the actor's own dates."""

from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.booking import Booking, BookingState
from hub.models.offer import Form
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import partner_bookings_for
from hub.queries.attendees import places_of


def get_place(session: Session, actor: Actor, slot: Slot, public_id: str, *, at: datetime) -> Booking:
    """Return a confirmed place of an own date with person and enquiry; raises NotFound. A lent room has no places."""
    query = places_of(actor, slot, at).where(Booking.public_id == public_id, Booking.state == BookingState.CONFIRMED)
    query = query.options(joinedload(Booking.participant), joinedload(Booking.enquiry))
    booking: Booking | None = session.scalar(query) if slot.offer.form is not Form.ROOM else None
    if booking is None:
        raise NotFound
    return booking


def find_canceller(session: Session, actor: Actor, slot: Slot, public_id: str) -> str | None:
    """Return who called this place of an own date off before (ONE_PLACE: its partner), or None."""
    query = partner_bookings_for(actor).where(Booking.slot_id == slot.id, Booking.public_id == public_id)
    query = query.where(Booking.state == BookingState.CANCELLED).with_only_columns(Booking.cancelled_by)
    found: str | None = session.scalar(query)
    return found
