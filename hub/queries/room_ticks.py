"""Rooms over time: rows of five minutes with a primary key, so that no room is taken twice on any database."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub import clock
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.location import Room
from hub.models.room_tick import SECONDS, RoomTick, ticks_between
from hub.models.slot import Slot
from hub.queries.busy_rooms import require_free

_BATCH = 500


def take_room(session: Session, slots: Iterable[Slot], *, despite_busy: bool, at: datetime) -> None:
    """Take the rooms of these dates (flushed, with ids) for their times; dates without a room take nothing.

    Each is taken with the minutes the room needs afterwards; only pieces of one series follow each other as they were
    laid. One sorted INSERT inside a savepoint: concurrent callers meet at the first common tick and one of them wins.
    Raises RuleBroken (409) that names the day and time which is taken, and unless `despite_busy` RoomBusy (409) where a
    calendar of the room does not say that it is free.
    """
    wanted = list(slots)
    rows = _rows(wanted, buffers_of(session, [slot.room_id for slot in wanted]))
    if not rows:
        return
    session.flush()  # what fails below is then the room and nothing else
    try:
        with session.begin_nested():
            for first in range(0, len(rows), _BATCH):
                part = rows[first : first + _BATCH]
                session.execute(
                    insert(RoomTick), [{"room_id": room, "tick": tick, "slot_id": slot} for room, tick, slot in part]
                )
    except IntegrityError as error:
        raise _taken(session, [(room, tick) for room, tick, _ in rows]) from error
    if not despite_busy:
        require_free(session, [(slot.room_id, slot.starts_at, slot.ends_at) for slot in wanted], at=at)


def _rows(slots: list[Slot], buffers: dict[int, int]) -> list[tuple[int, int, int]]:
    """Return the ticks these dates need, sorted: of room, tick and date."""
    with_rooms = [(slot, slot.room_id) for slot in slots if slot.room_id is not None]
    used = {
        (room, tick): slot.series_id
        for slot, room in with_rooms
        for tick in ticks_between(slot.starts_at, slot.ends_at)
    }
    rows = []
    for slot, room in with_rooms:
        times, buffer = ticks_between(slot.starts_at, slot.ends_at), buffers.get(room, 0)
        rows += [(room, tick, slot.id) for tick in times]
        for tick in ticks_between(slot.starts_at, slot.ends_at, buffer)[len(times) :]:
            if slot.series_id is None or used.get((room, tick)) != slot.series_id:
                rows.append((room, tick, slot.id))
    return sorted(rows)


def buffers_of(session: Session, room_ids: Iterable[int | None]) -> dict[int, int]:
    """Return how many minutes each of these rooms needs after a date. One statement, none without rooms."""
    wanted = {room_id for room_id in room_ids if room_id is not None}
    if not wanted:
        return {}
    query = select(Room.id, Room.buffer_minutes).where(Room.id.in_(wanted))
    return {row.id: row.buffer_minutes for row in session.execute(query)}


def change_buffer(session: Session, room: Room, *, at: datetime) -> None:
    """Let the coming dates of a room have what its new buffer says; where dates lie closer already, they stay."""
    query = select(Slot.id, Slot.starts_at, Slot.ends_at).where(Slot.room_id == room.id, Slot.ends_at > at)
    held = set(session.scalars(select(RoomTick.slot_id).where(RoomTick.room_id == room.id)))
    dates = [row for row in session.execute(query.order_by(Slot.id)) if row.id in held]
    for row in dates:
        stop = ticks_between(row.starts_at, row.ends_at).stop
        session.execute(delete(RoomTick).where(RoomTick.slot_id == row.id, RoomTick.tick >= stop))
    free = {tick: row.id for row in dates for tick in ticks_between(row.ends_at, row.ends_at, room.buffer_minutes)}
    taken = set(session.scalars(select(RoomTick.tick).where(RoomTick.room_id == room.id)))
    new = [{"room_id": room.id, "tick": tick, "slot_id": free[tick]} for tick in sorted(free.keys() - taken)]
    if new:
        session.execute(insert(RoomTick), new)


def _taken(session: Session, wanted: list[tuple[int, int]]) -> RuleBroken:
    tick = min((tick for _, tick in _found(session, wanted)), default=wanted[0][1])
    when = datetime.fromtimestamp(tick * SECONDS, tz=clock.ZONE)
    return RuleBroken(
        N_(
            "Der Raum ist am {day} um {time} Uhr schon vergeben. Bitte wählen Sie eine andere Zeit oder einen "
            "anderen Raum.",
            day=f"{when:%d.%m.%Y}",
            time=f"{when:%H:%M}",
        )
    )


def _found(session: Session, wanted: list[tuple[int, int]]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for first in range(0, len(wanted), _BATCH):
        keys = wanted[first : first + _BATCH]
        query = select(RoomTick.room_id, RoomTick.tick).where(tuple_(RoomTick.room_id, RoomTick.tick).in_(keys))
        found |= {(room, tick) for room, tick in session.execute(query)}
    return found


def free_room(session: Session, slot: Slot) -> None:
    """Give back what a date took of its room."""
    session.execute(delete(RoomTick).where(RoomTick.slot_id == slot.id))


def list_taken_ticks(
    session: Session, room_id: int, *, first: datetime, last: datetime, besides: int | None = None
) -> set[int]:
    """Return the ticks of a room that are taken between two instants, leaving out one date's own. One statement.

    `last` is the end of the last date with the minutes the room needs after it.
    """
    span = ticks_between(first, last)
    query = select(RoomTick.tick).where(
        RoomTick.room_id == room_id, RoomTick.tick >= span.start, RoomTick.tick < span.stop
    )
    if besides is not None:
        query = query.where(RoomTick.slot_id != besides)
    return set(session.scalars(query))


def list_ticks_with_dates(session: Session, room_id: int, *, first: datetime, last: datetime) -> list[tuple[int, int]]:
    """Return which ticks of a room are taken between two instants, each with the key of its date. One statement."""
    span = ticks_between(first, last)
    query = select(RoomTick.tick, RoomTick.slot_id).where(
        RoomTick.room_id == room_id, RoomTick.tick >= span.start, RoomTick.tick < span.stop
    )
    return [(tick, slot_id) for tick, slot_id in session.execute(query)]


def delete_past_ticks(session: Session, *, at: datetime) -> None:
    """Delete what lies before this instant; the worker does it nightly."""
    session.execute(delete(RoomTick).where(RoomTick.tick < ticks_between(at, at).start))
