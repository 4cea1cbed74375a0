"""VEVENTs of foreign calendars become values; oddities are noted, never raised."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final

from calendars.content_lines import Component
from calendars.foreign_times import Moment, Zones, read_duration, read_moment, read_moments
from calendars.read_result import ProblemCode, ReadingProblem
from calendars.text import clean_line

_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_COMMA: Final = re.compile(r"(?<!\\),")
_LONGEST_TEXT: Final = 300
_MOST_CATEGORIES: Final = 20
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignEvent:
    """One VEVENT. `length` is wall time unless `exact`; `home` is the zone of times without one."""

    uid: str
    start: Moment
    length: timedelta
    exact: bool
    home: tzinfo
    summary: str
    categories: tuple[str, ...]
    transparent: bool
    cancelled: bool
    sequence: int
    rules: tuple[str, ...]
    more: tuple[Moment, ...]
    excluded: tuple[Moment, ...]
    replaces: Moment | None
    and_future: bool

    @property
    def zone(self) -> tzinfo:
        """The zone its series is counted in."""
        return self.start.zone or self.home


def read_event(component: Component, zones: Zones, note: Callable[[ProblemCode, str], None]) -> ForeignEvent | None:
    """The event in a VEVENT, or None with a note when its start cannot be read."""
    uid = component.text("UID")[:_LONGEST_TEXT]
    if not uid:
        note(ProblemCode.MISSING_UID, "")
        uid = _made_up_uid(component)
    try:
        start_line = component.first("DTSTART")
        if start_line is None:
            raise ReadingProblem(ProblemCode.MISSING_START)
        start = read_moment(start_line, zones)
        replaced = component.first("RECURRENCE-ID")
        replaces = read_moment(replaced, zones) if replaced else None
    except ReadingProblem as problem:
        note(problem.code, uid)
        return None
    length, exact = _length(component, start, zones, lambda code: note(code, uid))
    return ForeignEvent(
        uid=uid,
        start=start,
        length=length,
        exact=exact,
        home=zones.home,
        summary=_plain(component.text("SUMMARY")),
        categories=_categories(component),
        transparent=component.text("TRANSP").upper() == "TRANSPARENT",
        cancelled=component.text("STATUS").upper() == "CANCELLED",
        sequence=_sequence(component.text("SEQUENCE")),
        rules=tuple(line.value for line in component.lines.get("RRULE", []) if line.value.strip()),
        more=_moments(component, "RDATE", zones, lambda code: note(code, uid)),
        excluded=_moments(component, "EXDATE", zones, lambda code: note(code, uid)),
        replaces=replaces,
        and_future=replaced is not None and replaced.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
    )


def _length(
    component: Component, start: Moment, zones: Zones, note: Callable[[ProblemCode], None]
) -> tuple[timedelta, bool]:
    shortest = _DAY if start.all_day else timedelta(0)
    duration, end = component.text("DURATION"), component.first("DTEND")
    try:
        if end is not None:
            length, exact = _until(read_moment(end, zones), start, zones.home), False
        elif duration:
            length, exact = read_duration(duration), "T" in duration.upper() and "D" not in duration.upper()
        else:
            return shortest, False
    except ReadingProblem as problem:
        note(problem.code)
        return shortest, False
    if length < timedelta(0):
        note(ProblemCode.END_BEFORE_START)
    if start.all_day:
        length = timedelta(days=-(-length // _DAY))
    return max(length, shortest), exact


def _until(end: Moment, start: Moment, home: tzinfo) -> timedelta:
    """The wall time between start and end, seen in the start's zone: a night shift ends at six on every night."""
    zone = start.zone or home
    seen = end.wall if end.zone is None else end.at(home).astimezone(zone).replace(tzinfo=None)
    return seen - start.wall


def _moments(component: Component, name: str, zones: Zones, note: Callable[[ProblemCode], None]) -> tuple[Moment, ...]:
    found: list[Moment] = []
    for line in component.lines.get(name, []):
        try:
            found += read_moments(line, zones)
        except ReadingProblem as problem:
            note(problem.code)
    return tuple(found)


def _categories(component: Component) -> tuple[str, ...]:
    found = [_plain(item) for line in component.lines.get("CATEGORIES", []) for item in _COMMA.split(line.value)]
    return tuple(dict.fromkeys(item for item in found if item))[:_MOST_CATEGORIES]


def _plain(text: str) -> str:
    unescaped = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)
    return clean_line(unescaped)[:_LONGEST_TEXT]


def _sequence(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("2147483647") else 0


def _made_up_uid(component: Component) -> str:
    """The same event without UID gets the same one when the file is read again."""
    seen = "\n".join(component.text(name) for name in ("DTSTART", "DTEND", "DURATION", "RRULE", "SUMMARY"))
    return f"without-uid-{hashlib.sha256(seen.encode()).hexdigest()[:26]}"
