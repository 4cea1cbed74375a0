"""How long a search takes among few and among very many dates, as a ratio to the few (P6), and writing those (P11)."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub import clock
from hub.bench.figures import Figure, late_figure
from hub.bench.pages import counting
from hub.bench.rooms import Rooms
from hub.db import Database
from hub.geography import municipalities
from hub.models.offer import Aim
from hub.policy.actor import ANONYMOUS
from hub.queries.many_rows import refresh_statistics
from hub.queries.offer_filters import DayPart, OfferFilter
from hub.queries.offers import search
from hub.seeds.many import load_many

CENTRES = 20  # towns the searches start from, dealt over the three districts
FIVE = OfferFilter(
    aims=frozenset({Aim.MOVE, Aim.BODY, Aim.MIND, Aim.PEOPLE}),
    weekdays=frozenset({1, 2, 3}),
    parts=frozenset({DayPart.MORNING, DayPart.AFTERNOON}),
    step_free=True,
    min_free=1,
    bookable=True,
    near=(51.0, 13.0),
    radius_km=30,
)
SEARCHES = {  # what it is called, what is asked for, whether other wishes are counted with it
    "five filters, a radius": (FIVE, False),
    "the same, all counted": (FIVE, True),
    "the next free dates": (OfferFilter(free=True), True),
}


def measure_searches(rooms: Rooms, *, sizes: Sequence[int], samples: int) -> Iterator[Figure]:
    """Fill a database for each number of dates, and time each kind of search in each (p95 in milliseconds).

    The sizes take turns, search by search, so that the machine's mood hits all of them.
    """
    at, databases, written = clock.now(), {}, []
    for dates in sorted(set(sizes)):
        databases[dates] = rooms.empty(f"dates_{dates}")
        written.append(load_many(databases[dates], dates, at=at))
        with databases[dates].transaction() as session:
            refresh_statistics(session)
    for name in SEARCHES:
        yield from _measure(rooms.kind, databases, name, samples, at)
    most = written[-1]
    yield Figure("P11", rooms.kind, f"writing {most.dates} dates", most.rate, "rows/s", least=20_000)


def _measure(kind: str, databases: Mapping[int, Database], name: str, samples: int, at: datetime) -> Iterator[Figure]:
    filters, counted = SEARCHES[name]
    questions = _around(filters)
    # The first round warms up; it also says how many statements the dearest of these searches takes.
    statements = {n: max(_once(databases[n], one, counted, at)[1] for one in questions) for n in databases}
    times: dict[int, list[float]] = {dates: [] for dates in databases}
    for number in range(samples):
        for dates, database in databases.items():
            times[dates].append(_once(database, questions[number % len(questions)], counted, at)[0])
    fewest = times[min(databases)]
    for dates, taken in times.items():
        what = f"{name}, among {dates} dates"
        yield late_figure("P6", kind, what, taken, fewest, statements=statements[dates], most=2)


def _around(filters: OfferFilter) -> list[OfferFilter]:
    """Return the same search from towns all over the districts; one without a place stays as it is."""
    if filters.near is None:
        return [filters]
    towns = municipalities()[:: max(1, len(municipalities()) // CENTRES)]
    return [replace(filters, near=(town.latitude, town.longitude)) for town in towns]


def _once(database: Database, filters: OfferFilter, counted: bool, at: datetime) -> tuple[float, int]:
    """Return milliseconds and statements of one search."""
    with counting(database) as statements:
        began = time.perf_counter()
        with database.reading() as session:
            search(session, ANONYMOUS, filters, at=at, count_aims=counted)
        return (time.perf_counter() - began) * 1000, len(statements)
