"""How long a search for offers takes among few and among very many dates, each figure a ratio to the few (P6)."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hub.db import Database
from hub.geography import municipalities
from hub.models.offer import Aim
from hub.page_times import counting, p95
from hub.policy.actor import ANONYMOUS
from hub.queries.many_rows import refresh_statistics
from hub.queries.offer_filters import DayPart, OfferFilter
from hub.queries.offers import search
from hub.seeds.many import Sown, load_many

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


@dataclass(frozen=True)
class SearchTime:
    """One kind of search among so many dates; times in milliseconds, ratios to the fewest dates of the same run."""

    dates: int
    name: str
    p50: float
    p95: float
    statements: int
    ratio50: float
    ratio95: float


def measure_searches(
    databases: Mapping[int, Database], *, samples: int, at: datetime, told: Callable[[Sown], None]
) -> list[SearchTime]:
    """Fill migrated, empty databases with as many dates as their keys say, and time each kind of search in each.

    The sizes take turns, search by search, so that the machine's mood hits all of them. `told` hears what was written.
    """
    for dates, database in databases.items():
        told(load_many(database, dates, at=at))
        with database.transaction() as session:
            refresh_statistics(session)
    return [one for name in SEARCHES for one in _measure(databases, name, samples, at)]


def _measure(databases: Mapping[int, Database], name: str, samples: int, at: datetime) -> Iterator[SearchTime]:
    filters, counted = SEARCHES[name]
    questions = _around(filters)
    # The first round warms up; it also says how many statements the dearest of these searches takes.
    statements = {n: max(_once(databases[n], one, counted, at)[1] for one in questions) for n in databases}
    times: dict[int, list[float]] = {dates: [] for dates in databases}
    for number in range(samples):
        for dates, database in databases.items():
            times[dates].append(_once(database, questions[number % len(questions)], counted, at)[0])
    fewest = min(databases)
    base50, base95 = statistics.median(times[fewest]), p95(times[fewest])
    for dates, taken in sorted(times.items()):
        middle, late = statistics.median(taken), p95(taken)
        yield SearchTime(dates, name, middle, late, statements[dates], middle / base50, late / base95)


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


def as_table(times: list[SearchTime]) -> str:
    """Return the measurements as lines, by kind of search."""
    head = f"{'dates':>9} {'p50':>9} {'p95':>9} {'× p50':>6} {'× p95':>6} {'statements':>10}  search"
    rows = [
        f"{one.dates:9} {one.p50:6.1f} ms {one.p95:6.1f} ms {one.ratio50:6.2f} {one.ratio95:6.2f} "
        f"{one.statements:10}  {one.name}"
        for one in times
    ]
    return "\n".join([head, *rows])
