"""Questions about coaches' own appointments: visits and talks, in a lent room or not."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.models.booking import OWN, Booking, BookingState
from hub.queries.bookings import with_place


def list_with_another_coach(session: Session, participant_id: int, coach_id: int, *, at: datetime) -> list[Booking]:
    """Return the coming appointments of a person in the time of somebody else than this coach, by time."""
    query = select(Booking).where(
        Booking.participant_id == participant_id,
        Booking.access == OWN,
        Booking.coach_id != coach_id,
        Booking.state == BookingState.CONFIRMED,
        Booking.starts_at > at,
    )
    query = query.options(*with_place(), joinedload(Booking.enquiry)).order_by(Booking.starts_at, Booking.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))
