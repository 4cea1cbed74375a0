"""Who is booked on dates that are about to change: how many, whom no calendar tells, and who would be in two places."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.models.booking import BLOCKING, Booking
from hub.models.room_tick import RoomTick, ticks_between
from hub.models.slot import Slot
from hub.queries import consequences

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Booked:
    """One taken place: whose it is (a coach's own has a negative key), its code, and whether a calendar tells them."""

    person: int
    code: str
    reached: bool


def list_booked(session: Session, slots: Sequence[Slot]) -> dict[int, tuple[Booked, ...]]:
    """Return who is booked on each of these dates, by the date's key. One statement."""
    found: defaultdict[int, list[Booked]] = defaultdict(list)
    for slot_id, person, code, reached in consequences.list_booked(session, slots):
        found[slot_id].append(Booked(person, code, reached))
    return {slot_id: tuple(booked) for slot_id, booked in found.items()}


def list_elsewhere(
    session: Session, persons: Collection[int], span: Span, *, besides: Collection[int]
) -> dict[int, list[Span]]:
    """Return what else these people do between two instants, leaving out the dates that change. One statement."""
    if not persons:
        return {}
    query = select(Booking.participant_id, Booking.starts_at, Booking.ends_at).where(
        Booking.participant_id.in_(persons),
        Booking.state.in_(BLOCKING),
        Booking.starts_at < span[1],
        Booking.ends_at > span[0],
        or_(Booking.slot_id.is_(None), Booking.slot_id.not_in(besides)),
    )
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for person, starts_at, ends_at in session.execute(query):
        found[person or 0].append((starts_at, ends_at))
    return found


def count_clashes(
    new: Mapping[int, Span], booked: Mapping[int, tuple[Booked, ...]], elsewhere: Mapping[int, list[Span]]
) -> dict[int, int]:
    """Return for each date how many of its people have something else at its new time.

    `new` holds the times of all dates of the series as they will be, so that two of them are held against each other.
    """
    busy: defaultdict[int, list[tuple[int, Span]]] = defaultdict(list)
    for person, spans in elsewhere.items():
        busy[person] += [(0, span) for span in spans]
    for slot_id, span in new.items():
        for one in booked.get(slot_id, ()):
            busy[one.person].append((slot_id, span))
    found = {}
    for slot_id, (starts_at, ends_at) in new.items():
        persons = {one.person for one in booked.get(slot_id, ())}
        found[slot_id] = sum(
            any(other != slot_id and starts < ends_at and ends > starts_at for other, (starts, ends) in busy[person])
            for person in persons
        )
    return found


def list_taken_ticks(
    session: Session, room_ids: Collection[int], span: Span, *, besides: Collection[int]
) -> set[tuple[int, int]]:
    """Return room and tick of what other dates than these have taken between two instants. One statement."""
    ticks = ticks_between(*span)
    query = select(RoomTick.room_id, RoomTick.tick).where(
        RoomTick.room_id.in_(room_ids),
        RoomTick.tick >= ticks.start,
        RoomTick.tick < ticks.stop,
        RoomTick.slot_id.not_in(besides),
    )
    return {(room_id, tick) for room_id, tick in session.execute(query)}
