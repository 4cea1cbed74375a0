"""Every workload of the goals by its name, each measured on one kind of database beside its reference (P1 to P11)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hub import clock
from hub.bench.bookings import measure_bookings
from hub.bench.crowds import measure_crowd
from hub.bench.figures import Figure
from hub.bench.rooms import Rooms
from hub.bench.serving import measure_start
from hub.feed_times import measure_feeds
from hub.search_times import measure_searches
from hub.seeds.demo import load_demo
from hub.seeds.many import Sown

FEED_GOALS = {"304": ("P1", 0.7), "200": ("P2", 0.6), "200, gzip": ("P2", 0.6)}


@dataclass(frozen=True)
class Size:
    """How much is measured: a quick look, or enough for a table."""

    rounds: int
    entries: tuple[int, ...]
    samples: int
    bookings: int  # of each client in each round
    crowd: tuple[int, int]  # clients and places
    dates: tuple[int, ...]
    demo: bool


WHOLE = Size(3, (10, 200, 2000, 10_000), 200, 10, (200, 20), (1000, 10_000, 100_000), demo=True)
QUICK = Size(3, (10, 2000), 40, 3, (40, 4), (1000, 10_000), demo=False)
LEAST = Size(1, (3,), 2, 1, (6, 2), (100,), demo=False)


def feeds(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P1, P2, P3: a feed unchanged and changed, beside a bare view that sends the same bytes."""
    for entries in size.entries:
        database = rooms.empty(f"feeds_{entries}")
        for one in measure_feeds(database, rooms.folder, entries=entries, samples=size.samples):
            what = f"feed of {entries}: {one.name}"
            if one.bare is None:
                most = 30.0 if entries == 2000 else None
                yield Figure("P3", rooms.kind, what, one.median, "ms", most=most)
                continue
            mark, least = FEED_GOALS[one.name]
            bound = least if mark == "P1" or entries == 200 else None
            yield Figure(mark, rooms.kind, what, one.median, "ms", one.bare, one.bare / one.median, least=bound)


def crowd(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P4: many at the same moment for few places."""
    yield from measure_crowd(rooms, rounds=size.rounds, clients=size.crowd[0], places=size.crowd[1])


def bookings(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P5: bookings a second beside the same statements through the bare driver."""
    yield from measure_bookings(rooms, rounds=size.rounds, each=size.bookings)


def searches(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P6: searches among few and very many dates; P11: writing those."""
    databases = {dates: rooms.empty(f"dates_{dates}") for dates in size.dates}
    written: list[Sown] = []
    times = measure_searches(databases, samples=size.samples, at=clock.now(), told=written.append)
    fewest = {one.name: one.p95 for one in times if one.dates == min(size.dates)}
    for one in times:
        what = f"p95 among {one.dates}: {one.name}, {one.statements} statements"
        yield Figure("P6", rooms.kind, what, one.p95, "ms", fewest[one.name], one.ratio95, most=2)
    most = max(written, key=lambda sown: sown.rows)
    yield Figure("P11", rooms.kind, f"writing {most.dates} dates", most.rate, "rows/s", least=20_000)


def start(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P9, P10: what a server weighs, and how soon it answers; P11: the demo network."""
    yield from measure_start(rooms, rounds=size.rounds)
    if size.demo:
        database, began = rooms.empty("demo"), time.perf_counter()
        load_demo(database, at=clock.now())
        yield Figure("P11", rooms.kind, "loading the demo network", time.perf_counter() - began, "s", most=5)


WORKLOADS: dict[str, Callable[[Rooms, Size], Iterator[Figure]]] = {
    "start": start,
    "bookings": bookings,
    "crowd": crowd,
    "feeds": feeds,
    "searches": searches,
}
