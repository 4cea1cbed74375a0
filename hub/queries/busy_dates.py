"""When a person is busy: the condition that refuses a booking, leaves dates out of a search and marks those shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from hub.db import UTCDateTime
from hub.models.booking import BLOCKING, Booking, BookingState
from hub.models.slot import Slot, SlotState

LATER = aliased(Slot)  # sessions of the same course


def shares_time(participant_id: Any, starts_at: Any, ends_at: Any) -> ColumnElement[bool]:
    """Return whether a booking takes time of the person in [starts_at, ends_at), instants or columns."""
    own = and_(Booking.participant_id == participant_id, Booking.state.in_(BLOCKING))
    return and_(own, Booking.starts_at < ends_at, Booking.ends_at > starts_at)


def is_busy(participant_id: int, slot: type[Slot] = Slot) -> ColumnElement[bool]:
    """Return whether the person has something at the time of a date (or its alias), this very date included.

    Of a course, booked whole, all later sessions count. A place offered from the date's own waiting list does not.
    """
    coming = (LATER.starts_at > slot.starts_at, LATER.state != SlotState.CALLED_OFF)
    later = select(LATER.id).where(LATER.course_id == slot.course_id, *coming, _is_taken(participant_id, LATER))
    return or_(_is_taken(participant_id, slot), later.correlate(slot).exists())


def _is_taken(participant_id: int, slot: type[Slot]) -> ColumnElement[bool]:
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


# Built once, as every booking asks it.
_PERSON: Any = bindparam("person")
_AT_THE_TIME = shares_time(_PERSON, *(bindparam(name, type_=UTCDateTime()) for name in ("starts_at", "ends_at")))
_THERE = and_(Booking.slot_id == bindparam("slot"), Booking.holds_a_place)
_AGAINST = select(Booking).where(Booking.participant_id == _PERSON, or_(_THERE, _AT_THE_TIME)).order_by(Booking.id)


def list_against(session: Session, participant_id: int, slot: Slot) -> list[Booking]:
    """Return what stands against a place in a date: the place a person has there already, and who takes its time.

    Safe only after lock_participant.
    """
    values = {"person": participant_id, "slot": slot.id, "starts_at": slot.starts_at, "ends_at": slot.ends_at}
    return list(session.scalars(_AGAINST, values))


def find_overlap(
    session: Session, participant_id: int, starts_at: datetime, ends_at: datetime, *, besides: int | None = None
) -> Booking | None:
    """Return a confirmed or offered booking of the person that shares time with [starts_at, ends_at), or None.

    Safe only after lock_participant.
    """
    query = select(Booking).where(shares_time(participant_id, starts_at, ends_at))
    if besides is not None:
        query = query.where(Booking.id != besides)
    return session.scalar(query.order_by(Booking.starts_at).limit(1))


def find_live_booking(session: Session, slot_id: int, participant_id: int) -> Booking | None:
    """Return the place a person has in a slot already, or None."""
    return session.scalar(
        select(Booking).where(
            Booking.slot_id == slot_id, Booking.participant_id == participant_id, Booking.holds_a_place
        )
    )
