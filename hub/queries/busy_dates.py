"""When a person is busy: the condition that refuses a booking, leaves dates out of a search and marks those shown."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from hub.models.booking import BLOCKING, Booking, BookingState
from hub.models.slot import Slot


def shares_time(participant_id: Any, starts_at: Any, ends_at: Any) -> ColumnElement[bool]:
    """Return whether a booking takes time of the person in [starts_at, ends_at), instants or columns."""
    own = and_(Booking.participant_id == participant_id, Booking.state.in_(BLOCKING))
    return and_(own, Booking.starts_at < ends_at, Booking.ends_at > starts_at)


def is_busy(participant_id: int, slot: type[Slot] = Slot) -> ColumnElement[bool]:
    """Return whether the person has something at the time of a date (or its alias), this very date included.

    A place offered from the date's own waiting list does not stand against it.
    """
    counts = or_(Booking.slot_id.is_distinct_from(slot.id), Booking.state != BookingState.OFFERED)
    taken = select(Booking.id).where(shares_time(participant_id, slot.starts_at, slot.ends_at), counts)
    return taken.correlate(slot).exists()


def find_busy(session: Session, participant_id: int, slots: Iterable[Slot]) -> frozenset[int]:
    """Return the keys of those dates at whose time the person has a date. One statement.

    Only for who may read the person's bookings; a booking asks again under its locks (bookability.require_time).
    """
    keys = sorted({slot.id for slot in slots})
    if not keys:
        return frozenset()
    return frozenset(session.scalars(select(Slot.id).where(Slot.id.in_(keys), is_busy(participant_id))))
