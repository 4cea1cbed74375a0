"""How long the worker needs for a hostile calendar, and how the site answers meanwhile."""

import statistics
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub import clock
from hub.bench.figures import Figure
from hub.bench.pages import demo_of
from hub.bench.rooms import Rooms
from hub.db import Database
from hub.errors import ConfigurationError
from hub.fetching import Fetcher
from hub.models.calendar_source import CalendarSource, SourcePurpose
from hub.queries import calendar_sources as queries
from hub.worker.calendar_sources import read_due

PAGE = "/offers"
QUIET_SAMPLES = 20


@dataclass(frozen=True)
class ReadingTime:
    """One hostile calendar: seconds until its report was there; milliseconds of a page before and meanwhile."""

    events: int
    seconds: float
    quiet: list[float]
    meanwhile: list[float]
    problems: dict[str, int]


def measure_calendar(rooms: Rooms, *, events: int) -> Iterator[Figure]:
    """Time the reading of a hostile calendar beside a fresh demo network, and a page of that all the while."""
    database = rooms.empty("calendar")
    app, _ = demo_of(rooms, database)
    found = measure_reading(app, database, events=events)
    report = ", ".join(f"{code} {number}" for code, number in sorted(found.problems.items()))
    what = f"{events} events and a rule of every second: until the report is there: {report}"
    yield Figure("", rooms.kind, what, found.seconds, "s")
    quiet, meanwhile = statistics.median(found.quiet), statistics.median(found.meanwhile)
    what = f"{PAGE} meanwhile, worst {max(found.meanwhile):.0f} ms of {len(found.meanwhile)}"
    yield Figure("", rooms.kind, what, meanwhile, "ms", quiet, meanwhile / quiet)


def hostile_calendar(events: int, *, at: datetime) -> bytes:
    """Return a calendar of so many events, one every three hours, among them one with a rule of every second."""
    first = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Measuring//DE"]
    for number in range(events):
        start = first + timedelta(hours=3 * number)
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT1H"]
        lines += ["RRULE:FREQ=SECONDLY"] if number == events // 2 else []
        lines += [f"SUMMARY:Termin {number % 7}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def measure_reading(app: Any, database: Database, *, events: int = 5_000) -> ReadingTime:
    """Let the worker read a hostile calendar in a thread beside the site, and time a page all the while.

    A house has its worker in a process of its own; in one process both also share the interpreter, so the figures are
    on the safe side. Raises ConfigurationError when the page is not answered.
    """
    quiet, at = [_page(app) for _ in range(QUIET_SAMPLES)], clock.now()
    meanwhile: list[float] = []
    with database.transaction() as session:
        content = b64encode(hostile_calendar(events, at=at)).decode()
        source = CalendarSource(purpose=SourcePurpose.DATES, name="x", content=content, next_at=at, created_at=at)
        session.add(source)
    began = time.perf_counter()
    reading = threading.Thread(target=read_due, args=(database, Fetcher()), kwargs={"at": at})
    reading.start()
    while reading.is_alive() or not meanwhile:
        meanwhile.append(_page(app))
    reading.join()
    seconds = time.perf_counter() - began
    with database.transaction() as session:
        after = queries.lock_source(session, source.id)
    return ReadingTime(events, seconds, quiet, meanwhile, after.problems if after else {})


def _page(app: Any) -> float:
    began = time.perf_counter()
    answer = app.test_client().get(PAGE, base_url=app.extensions["config"].public_url)
    if answer.status_code != 200:
        raise ConfigurationError(f"{PAGE} was answered with {answer.status_code}.")
    return (time.perf_counter() - began) * 1000
