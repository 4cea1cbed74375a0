"""In which order many dates move, and which of them only together; pure, from their times and rooms."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate

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
            units: dict[Name, list[Slot]] = {name: [] for name in order}
            for slot in slots:
                units[names[slot.id]].append(slot)
            return list(units.values())


def _name(slot: Slot) -> Name:
    return ("course", slot.course_id) if slot.course_id is not None else ("slot", slot.id)


def _waits(
    slots: Sequence[Slot], times: Mapping[int, NewTimes], buffers: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Give which date has to wait until which other one is out of its room."""
    rooms: defaultdict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        if slot.room_id is not None:
            rooms[slot.room_id].append(slot)
    for room_id, here in rooms.items():
        yield from _waits_in_room(here, times, timedelta(minutes=buffers.get(room_id, 0)))


def _waits_in_room(here: Sequence[Slot], times: Mapping[int, NewTimes], pause: timedelta) -> Iterator[tuple[int, int]]:
    """As above for the dates of one room; hundreds of them, so each looks only at those about its new time."""
    old = sorted((slot.starts_at, slot.ends_at + pause, slot.id) for slot in here)
    starts = [starts_at for starts_at, _, _ in old]
    latest = list(accumulate((ends_at for _, ends_at, _ in old), max))  # never falls, so that one can search in it
    for slot in here:
        new = times[slot.id]
        about = slice(bisect_right(latest, new.starts_at), bisect_left(starts, new.ends_at + pause))
        for _, ends_at, other_id in old[about]:
            if other_id != slot.id and new.starts_at < ends_at:
                yield slot.id, other_id
