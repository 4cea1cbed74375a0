"""In which order many dates move, and which of them only together; pure, from their times and rooms."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter

from hub.models.slot import Slot
from hub.queries.moved_dates import NewTimes

Name = tuple[str, int]


def units_of_moves(
    slots: Sequence[Slot], times: Mapping[int, NewTimes], buffers: Mapping[int, int]
) -> list[list[Slot]]:
    """Return the dates in units, in the order of moving; sessions of one course are one unit.

    A date that goes where another one still is comes after it, so that no room is asked for before it is free. Where
    each would wait for the other they are one unit. `buffers` are the minutes a room needs after a date, by its key.
    """
    names = {slot.id: _name(slot) for slot in slots}
    waits = list(_waits(slots, times, buffers))
    while True:
        graph: dict[Name, set[Name]] = {name: set() for name in sorted(set(names.values()))}
        for slot_id, first_id in waits:
            if names[slot_id] != names[first_id]:
                graph[names[slot_id]].add(names[first_id])
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            ring = set(error.args[1])
            names = {key: min(ring) if name in ring else name for key, name in names.items()}
        else:
            return [[slot for slot in slots if names[slot.id] == name] for name in order]


def _name(slot: Slot) -> Name:
    return ("course", slot.course_id) if slot.course_id is not None else ("slot", slot.id)


def _waits(
    slots: Sequence[Slot], times: Mapping[int, NewTimes], buffers: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Give which date has to wait until which other one is out of its room."""
    for slot in slots:
        new = times[slot.id]
        for other in slots:
            if other.id != slot.id and slot.room_id is not None and other.room_id == slot.room_id:
                pause = timedelta(minutes=buffers.get(slot.room_id, 0))
                if _meet(new.starts_at, new.ends_at + pause, other.starts_at, other.ends_at + pause):
                    yield slot.id, other.id


def _meet(starts_at: datetime, ends_at: datetime, other_starts_at: datetime, other_ends_at: datetime) -> bool:
    return starts_at < other_ends_at and other_starts_at < ends_at
