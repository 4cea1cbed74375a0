"""Every workload by its name, each measured on one kind of database beside its reference (P1 to P11, R-ACC-12)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hub import clock
from hub.bench.bookings import measure_bookings
from hub.bench.crowds import measure_crowd
from hub.bench.feeds import measure_feeds
from hub.bench.figures import Figure
from hub.bench.growth import measure_growth
from hub.bench.logins import measure_logins
from hub.bench.pages import measure_demo
from hub.bench.reading import measure_calendar
from hub.bench.rooms import Rooms
from hub.bench.searches import measure_searches
from hub.bench.serving import measure_start
from hub.seeds import district
from hub.seeds.demo import load_demo


@dataclass(frozen=True)
class Size:
    """How much is measured: a quick look, or enough for a table."""

    rounds: int
    entries: tuple[int, ...]  # of a calendar
    samples: int
    bookings: int  # of each client in each round
    clients: int  # of a crowd
    places: int
    dates: tuple[int, ...]
    scale: tuple[int, ...]  # how many times both networks stand beside the demo
    visits: int  # of each page of the demo
    events: int  # of a hostile calendar
    network: district.Size = district.WHOLE


WHOLE = Size(3, (10, 200, 2000, 10_000), 200, 10, 200, 20, (1000, 10_000, 100_000), (1, 10), 20, 5_000)
QUICK = Size(3, (10, 2000), 40, 3, 40, 4, (1000, 10_000), (1,), 3, 1_000)
LEAST = Size(1, (3,), 2, 1, 6, 2, (100, 400), (1, 2), 1, 40, district.LEAST)


def start(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P9, P10: what a server weighs, and how soon it answers; P11: the demo network."""
    yield from measure_start(rooms, rounds=size.rounds)
    database, began = rooms.empty("demo"), time.perf_counter()
    load_demo(database, at=clock.now())
    yield Figure("P11", rooms.kind, "loading the demo network", time.perf_counter() - began, "s", most=5)


def bookings(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P5: bookings a second beside the same statements through the bare driver."""
    yield from measure_bookings(rooms, rounds=size.rounds, each=size.bookings)


def crowd(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P4: many at the same moment for few places."""
    yield from measure_crowd(rooms, rounds=size.rounds, clients=size.clients, places=size.places)


def feeds(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P1, P2, P3: a feed unchanged and changed, beside a bare view that sends the same bytes."""
    for entries in size.entries:
        yield from measure_feeds(rooms, entries=entries, samples=size.samples)


def searches(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P6: searches among few and very many dates; P11: writing those."""
    yield from measure_searches(rooms, sizes=size.dates, samples=size.samples)


def pages(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P7: every page of the demo, as each kind of visitor meets it."""
    yield from measure_demo(rooms, samples=size.visits)


def logins(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """R-ACC-12: a refused sign-in tells nobody by its time whether there is such an account."""
    yield from measure_logins(rooms, samples=size.samples)


def calendar(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """A hostile calendar is read, and the site answers meanwhile."""
    yield from measure_calendar(rooms, events=size.events)


def growth(rooms: Rooms, size: Size) -> Iterator[Figure]:
    """P8: pages of the demo alone, and beside both networks many times over."""
    yield from measure_growth(rooms, scales=size.scale, samples=size.samples, size=size.network)


WORKLOADS: dict[str, Callable[[Rooms, Size], Iterator[Figure]]] = {
    one.__name__: one for one in (start, bookings, crowd, feeds, searches, pages, logins, calendar, growth)
}
