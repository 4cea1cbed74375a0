"""Dates, times and durations as foreign calendar files write them (RFC 5545, 3.3.4 to 3.3.6)."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from calendars.content_lines import Component, Line
from calendars.read_result import ProblemCode, ReadingProblem
from calendars.zone_names import find_zone

_MOMENT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?\Z", re.ASCII)
_DURATION: Final = re.compile(
    r"([+-])?P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?\Z", re.ASCII
)
# Outside these years there are no dates a person would plan; inside them no sum can overflow.
_YEARS: Final = range(1600, 2201)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a wall time; `zone` is None where the file says none (floating and all-day)."""

    wall: datetime
    zone: tzinfo | None
    all_day: bool

    def at(self, zone: tzinfo) -> datetime:
        """The instant in UTC; floating times and days are read in `zone`."""
        return to_utc(self.wall, self.zone or zone)

    def day(self, zone: tzinfo) -> date:
        """The day this falls on in `zone`."""
        return self.wall.date() if self.zone is None else self.at(zone).astimezone(zone).date()


@dataclass(slots=True)
class Zones:
    """The zones one calendar uses: `home` for times without one, descriptions by TZID, and the names nobody knew."""

    home: tzinfo
    described: dict[str, Component]
    unknown: set[str] = field(default_factory=set)
    _found: dict[str, tzinfo | None] = field(default_factory=dict)

    def find(self, name: str) -> tzinfo | None:
        """The zone of this TZID; None, and remembered as unknown, if there is none."""
        if name not in self._found:
            self._found[name] = find_zone(name, self.described.get(name))
        if self._found[name] is None:
            self.unknown.add(name)
        return self._found[name]


def to_utc(wall: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive wall time: the first of two, and with the offset before a gap (RFC 5545, 3.3.5)."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def read_moments(line: Line, zones: Zones) -> list[Moment]:
    """The dates and times of a property, of periods their starts; ReadingProblem BROKEN_VALUE if one cannot be read."""
    zone = zones.find(line.parameters["TZID"]) if "TZID" in line.parameters else None
    return [_moment(item.partition("/")[0], zone) for item in line.value.split(",") if item.strip()]


def read_moment(line: Line, zones: Zones) -> Moment:
    """The one date or time of a property; ReadingProblem BROKEN_VALUE if there is none."""
    moments = read_moments(line, zones)
    if not moments:
        raise ReadingProblem(ProblemCode.BROKEN_VALUE)
    return moments[0]


def read_until(text: str, zone: tzinfo) -> datetime:
    """The UNTIL of a rule as last possible wall time in `zone`: a day counts to its end (RFC 5545, 3.3.10)."""
    moment = _moment(text, None)
    if moment.all_day:
        return moment.wall + timedelta(hours=23, minutes=59, seconds=59)
    return moment.at(zone).astimezone(zone).replace(tzinfo=None)


def read_duration(text: str) -> timedelta:
    """A DURATION value; ReadingProblem BROKEN_VALUE if it cannot be read."""
    found = _DURATION.match(text.strip().upper())
    if found is None:
        raise ReadingProblem(ProblemCode.BROKEN_VALUE)
    weeks, days, hours, minutes, seconds = (int(found[place] or 0) for place in (2, 3, 5, 6, 7))
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length > timedelta(days=3660):
        raise ReadingProblem(ProblemCode.BROKEN_VALUE)
    return -length if found[1] == "-" else length


def _moment(text: str, zone: tzinfo | None) -> Moment:
    found = _MOMENT.match(text.strip().upper().replace("-", "").replace(":", ""))
    if found is None or int(found[1]) not in _YEARS:
        raise ReadingProblem(ProblemCode.BROKEN_VALUE)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        wall = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 (a wall time)
    except ValueError as reason:
        raise ReadingProblem(ProblemCode.BROKEN_VALUE) from reason
    if found[4] is None:
        return Moment(wall, None, all_day=True)
    return Moment(wall, UTC if found[7] else zone, all_day=False)
