"""Other free times of lent rooms in reach: what the page of a room that is taken offers instead."""

from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub.i18n import N_
from hub.models.slot import Slot
from hub.queries import room_loans
from hub.queries.bookings import ALTERNATIVES
from hub.queries.room_loans import RoomFilter
from hub.web.context import at, current_actor
from hub.web.filters import clock_time

AROUND = timedelta(days=7)


def nearest_times(session: Session, slot: Slot, person_id: str) -> list[dict[str, Any]]:
    """Return up to three free times of rooms in reach as links, those nearest in time first. Four statements."""
    place = slot.location
    if place is None:
        return []
    wanted = RoomFilter(
        first=slot.starts_at - AROUND, until=slot.starts_at + AROUND, near=(place.latitude, place.longitude)
    )
    rooms = room_loans.search(session, current_actor(), wanted, at=at())
    times = [
        (abs(one.starts_at - slot.starts_at), number, one) for number, room in enumerate(rooms) for one in room.slots
    ]
    times.sort(key=lambda time: time[:2])
    return [_time(one, rooms[number].name, person_id) for _, number, one in times if one.id != slot.id][:ALTERNATIVES]


def _time(slot: Slot, name: str, person_id: str) -> dict[str, Any]:
    return {
        "href": url_for("room_loans.new_loan", public_id=slot.public_id, person=person_id or None),
        "slot": slot,
        "title": name,
        "free": N_("bis {end}", end=clock_time(slot.ends_at)),
    }
