"""A coach's own time as rows: appointments, talks in lent rooms and private blocks, and the habits to plan with."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.models.booking import BLOCKING, Booking
from hub.models.slot import Slot
from hub.models.user import User
from hub.queries.day_plans import Habits, Stop


def habits_of(user: User | None) -> Habits:
    """Return how a coach's day is, as kept in the account; the usual one without."""
    if user is None:
        return Habits()
    return _habits(user.buffer_minutes, user.day_starts, user.day_ends, user.journeys)


def find_habits(session: Session, user_id: int) -> Habits:
    """Return the same of an account by its key; the usual day where there is none. One statement."""
    columns = select(User.buffer_minutes, User.day_starts, User.day_ends, User.journeys)  # as the database has them now
    row = session.execute(columns.where(User.id == user_id)).one_or_none()
    return _habits(*row) if row else Habits()


def _habits(buffer_minutes: int, day_starts: str, day_ends: str, journeys: dict[str, int]) -> Habits:
    return Habits(buffer_minutes, time.fromisoformat(day_starts), time.fromisoformat(day_ends), journeys)


def list_own_time(session: Session, user_id: int, *, first: datetime, last: datetime) -> list[Booking]:
    """Return what takes a coach's time between two instants, by time, with date and place. One statement."""
    query = select(Booking).where(
        Booking.coach_id == user_id, Booking.state.in_(BLOCKING), Booking.starts_at < last, Booking.ends_at > first
    )
    query = query.options(joinedload(Booking.slot).joinedload(Slot.location))
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))


def stop_of(booking: Booking) -> Stop:
    """Return an appointment as a stop of its coach's day; its date and place must be loaded."""
    return Stop(
        booking.starts_at,
        booking.ends_at,
        travel_minutes=booking.travel_minutes,
        talk=not booking.is_block,
        about=booking,
        **whereabouts(booking),
    )


def whereabouts(booking: Booking) -> dict[str, Any]:
    """Return the town and the door of an appointment, as stops know them; its date and place must be loaded."""
    if booking.slot is not None:
        return place_of(booking.slot)
    town = booking.municipality_code
    return {"town": town, "door": home_of(booking.participant_id)} if town else {}


def place_of(slot: Slot) -> dict[str, Any]:
    """Return the town and the door of a date, as stops know them; its place must be loaded."""
    if slot.location is None:
        return {}
    return {"town": slot.location.municipality_code, "door": ("location", slot.location.id)}


def home_of(participant_id: int | None) -> tuple[str, int | None]:
    """Return the door of a person's home, as stops name it."""
    return "home", participant_id
