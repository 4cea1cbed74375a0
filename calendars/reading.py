"""Foreign calendar files become dates: tolerant about form, strict about amounts, honest about gaps."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from calendars.content_lines import Component, parse
from calendars.entry import as_utc
from calendars.foreign_events import ForeignEvent, read_event
from calendars.foreign_rule import Work
from calendars.foreign_series import Window, dates_of
from calendars.foreign_times import Zones
from calendars.read_result import INCOMPLETE, Limits, Problem, ProblemCode, ReadDate, ReadingProblem, ReadResult
from calendars.wall_time import BERLIN, zone_of
from calendars.zone_names import find_zone

__all__ = ["Limits", "Problem", "ProblemCode", "ReadDate", "ReadResult", "read_calendar"]

_MOST_PROBLEMS = 200
# So many dates are sorted to find the earliest ones; more are not even collected.
_COLLECTED_PER_KEPT = 10


def read_calendar(data: bytes, *, now: datetime, zone: str = BERLIN, limits: Limits | None = None) -> ReadResult:
    """The dates around `now` in a calendar file (RFC 5545) as it comes, earliest first.

    Understands Windows and display names of zones, TZIDs without VTIMEZONE, floating times (read in X-WR-TIMEZONE, else
    in `zone`), all-day dates, EXDATE and RECURRENCE-ID in any form, THISANDFUTURE, several calendars in one file, and
    the usual breakage of encoding and folding. Of several versions of an event the highest SEQUENCE counts, then the
    last one; DTSTAMP is ignored. METHOD:CANCEL cancels every event of its calendar. Attendees, alarms, descriptions and
    attachments are not read.

    Never raises for anything in the file: oddities are in `problems`, and `truncated` says that dates may be missing,
    so that a time without a date is unknown, not free. Raises ValueError for a naive `now` or an unknown `zone`.
    """
    limits, home = limits or Limits(), zone_of(zone)
    now = as_utc(now, "now")
    window = Window(now - timedelta(days=limits.days_back), now + timedelta(days=limits.days_ahead))
    reading = _Reading(limits)
    if len(data) > limits.octets:
        reading.note(ProblemCode.TOO_LARGE)
        return reading.result([])
    parsed = parse(data, most_components=limits.components)
    for code in parsed.problems:
        reading.note(code)
    events: dict[str, list[ForeignEvent]] = {}
    for calendar in parsed.calendars:
        own = find_zone(calendar.text("X-WR-TIMEZONE")) if calendar.text("X-WR-TIMEZONE") else None
        for event in reading.events(calendar, Zones(own or home, _described(calendar))):
            events.setdefault(event.uid, []).append(event)
    return reading.result(reading.dates(events, window))


class _Reading:
    """What is remembered while one file is read: its problems and the work still allowed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._problems: dict[Problem, None] = {}
        self._incomplete = False
        self._work = Work(limits.days_looked_at)

    def note(self, code: ProblemCode, uid: str = "") -> None:
        self._incomplete |= code in INCOMPLETE
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems[Problem(code, uid)] = None

    def events(self, calendar: Component, zones: Zones) -> Iterator[ForeignEvent]:
        cancelled = calendar.text("METHOD").upper() == "CANCEL"
        for component in calendar.parts:
            if component.name != "VEVENT":
                continue
            zones.unknown.clear()
            event = read_event(component, zones, self.note)
            if event is not None:
                if zones.unknown:
                    self.note(ProblemCode.UNKNOWN_ZONE, event.uid)
                yield replace(event, cancelled=True) if cancelled else event

    def dates(self, events: dict[str, list[ForeignEvent]], window: Window) -> list[ReadDate]:
        found: list[ReadDate] = []
        for uid, versions in events.items():
            try:
                for date in dates_of(versions, window, self._work, self.note):
                    found.append(date)
                    if len(found) > self._limits.dates * _COLLECTED_PER_KEPT:
                        return found
            except ReadingProblem as problem:
                self.note(problem.code, uid)
        return found

    def result(self, found: list[ReadDate]) -> ReadResult:
        if len(found) > self._limits.dates:
            self.note(ProblemCode.TOO_MANY_DATES)
        dates = heapq.nsmallest(self._limits.dates, found, key=lambda date: (date.starts_at, date.ends_at, date.uid))
        return ReadResult(tuple(dates), tuple(self._problems), self._incomplete)


def _described(calendar: Component) -> dict[str, Component]:
    return {part.text("TZID"): part for part in calendar.parts if part.name == "VTIMEZONE"}
