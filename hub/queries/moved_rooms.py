"""Rooms of dates that move together: which of them finds its room taken by one that stays."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.room_tick import RoomTick, ticks_between
from hub.models.slot import Slot
from hub.queries.room_ticks import buffers_of

Span = tuple[datetime, datetime]


def list_without_room(
    session: Session, slots: Sequence[Slot], times: Mapping[int, Span], moving: Collection[int]
) -> set[int]:
    """Return which dates find their room, with its buffer, taken by one that does not move. Two statements at most."""
    buffers = buffers_of(session, [slot.room_id for slot in slots])
    rooms = {slot.id: slot.room_id for slot in slots if slot.room_id is not None}
    ticks = {slot_id: ticks_between(*times[slot_id], buffers.get(room, 0)) for slot_id, room in rooms.items()}
    if not ticks:
        return set()
    query = select(RoomTick.room_id, RoomTick.tick, RoomTick.slot_id).where(
        RoomTick.room_id.in_(set(rooms.values())),
        RoomTick.tick >= min(one.start for one in ticks.values()),
        RoomTick.tick < max(one.stop for one in ticks.values()),
    )
    held = {(room, tick): slot for room, tick, slot in session.execute(query) if slot not in moving}
    return {
        slot_id
        for slot_id, span in ticks.items()
        if any(held.get((rooms[slot_id], tick), slot_id) != slot_id for tick in span)
    }
