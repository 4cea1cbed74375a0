"""The rule of a series in wall time: what it may say, and its RFC 5545 text."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final, NamedTuple

from calendars.wall_time import BERLIN, resolve, zone_of

_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)\Z")
_UNTIL: Final = re.compile(r"(\d{8})(T\d{6}Z?)?\Z")
_PARTS: Final = {"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"}
_FREQUENCIES: Final = {"WEEKLY": "weekly", "MONTHLY": "monthly_by_weekday"}
_DAYS_IN_WEEK: Final = 7
_LAST_NTH: Final = 5
_LONGEST_NUMBER: Final = 5


class Frequency(StrEnum):
    """How a series repeats."""

    WEEKLY = "weekly"
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"
    DATES = "dates"


class WeekdayTime(NamedTuple):
    """A meeting on a weekday (0 is Monday), in wall time; an end before the start is on the next day.

    `nth` belongs to monthly rules: 1 to 5 from the month's start, -1 to -5 from its end; 0 in weekly rules.
    """

    weekday: int
    start: time
    end: time
    nth: int = 0


class SingleDate(NamedTuple):
    """A meeting on one date, in wall time; an end before the start is on the next day."""

    on: date
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a series meets, in the wall time of `zone`.

    Weekly and monthly rules need `weekdays` (several are allowed, also several on one day) and end with `until_on`
    (included), after `count` *days with a meeting*, or not at all. Weeks start on Monday; intervals count from the week
    or month of `starts_on`, which itself need not be a meeting day. `dates` rules list every date and nothing else.
    Raises ValueError for contradictions, times without length, times with a zone, and unknown zones.
    """

    frequency: Frequency
    starts_on: date
    interval: int = 1
    weekdays: tuple[WeekdayTime, ...] = ()
    dates: tuple[SingleDate, ...] = ()
    until_on: date | None = None
    count: int | None = None
    zone: str = BERLIN

    def __post_init__(self) -> None:
        object.__setattr__(self, "frequency", Frequency(self.frequency))
        object.__setattr__(self, "weekdays", tuple(sorted({WeekdayTime(*item) for item in self.weekdays})))
        object.__setattr__(self, "dates", tuple(sorted({SingleDate(*item) for item in self.dates})))
        zone_of(self.zone)
        spans = [(item.start, item.end) for item in self.weekdays] + [(item.start, item.end) for item in self.dates]
        for start, end in spans:
            _require(start.tzinfo is None and end.tzinfo is None, "times must have no zone of their own")
            _require(start != end, "a meeting must have a length")
        if self.frequency is Frequency.DATES:
            self._check_dates()
        else:
            self._check_repeating()

    def times_on(self, day: date) -> list[tuple[time, time]]:
        """Start and end of the meetings a matching day has, in order; empty on other days. Ignores interval and end."""
        if self.frequency is Frequency.DATES:
            return [(item.start, item.end) for item in self.dates if item.on == day]
        return sorted({(item.start, item.end) for item in self.weekdays if _falls_on(item, day)})

    def to_rrule_text(self) -> str:
        """The days of the rule as the value of an RRULE property (RFC 5545, 3.3.10), without the times.

        UNTIL is the end of `until_on` in the rule's zone, given in UTC as for a DTSTART with TZID. Raises ValueError
        for a rule of dates, which has no RRULE.
        """
        _require(self.frequency is not Frequency.DATES, "single dates have no RRULE")
        parts = [f"FREQ={'WEEKLY' if self.frequency is Frequency.WEEKLY else 'MONTHLY'}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        days = sorted({(item.weekday, item.nth) for item in self.weekdays})
        parts.append("BYDAY=" + ",".join(f"{nth or ''}{_WEEKDAYS[weekday]}" for weekday, nth in days))
        if self.until_on:
            end = resolve(datetime.combine(self.until_on, time(23, 59, 59)), self.zone).at
            parts.append(f"UNTIL={end:%Y%m%dT%H%M%SZ}")
        if self.count:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)

    def _check_dates(self) -> None:
        _require(bool(self.dates) and not self.weekdays, "a rule of dates has dates and no weekdays")
        _require(self.until_on is None and self.count is None, "a rule of dates ends with its last date")
        _require(self.interval == 1, "a rule of dates has no interval")

    def _check_repeating(self) -> None:
        monthly = self.frequency is Frequency.MONTHLY_BY_WEEKDAY
        _require(bool(self.weekdays) and not self.dates, "a repeating rule has weekdays and no dates")
        _require(all(0 <= item.weekday < _DAYS_IN_WEEK for item in self.weekdays), "weekdays go from 0 to 6")
        _require(all(bool(item.nth) is monthly for item in self.weekdays), "nth belongs to monthly rules")
        _require(all(abs(item.nth) <= _LAST_NTH for item in self.weekdays), "nth goes from 1 to 5 or -1 to -5")
        _require(self.interval >= 1, "interval must be at least 1")
        _require(self.count is None or self.count >= 1, "count must be at least 1")
        _require(self.until_on is None or self.count is None, "give until_on or count, not both")
        _require(self.until_on is None or self.until_on >= self.starts_on, "until_on is before starts_on")


def from_rrule_text(text: str, *, starts_on: date, weekdays: Iterable[WeekdayTime], zone: str = BERLIN) -> Rule:
    """The rule an RRULE value describes, with the times its days have.

    Understands what `Rule.to_rrule_text` writes and its equivalents: FREQ=WEEKLY or MONTHLY with BYDAY, INTERVAL,
    WKST=MO and UNTIL (counted as the whole day in `zone`) or COUNT. Raises ValueError for anything else, and when the
    days of `weekdays` are not exactly those of the text.
    """
    parts = _parts(text)
    _require(parts.get("FREQ") in _FREQUENCIES, "only weekly and monthly rules are understood")
    _require(parts.get("WKST", "MO") == "MO", "weeks start on Monday")
    times = tuple(weekdays)
    named = {_byday(item) for item in parts["BYDAY"].split(",")} if "BYDAY" in parts else {(starts_on.weekday(), 0)}
    _require(named == {(item.weekday, item.nth) for item in times}, "the times must belong to the days of the rule")
    return Rule(
        frequency=Frequency(_FREQUENCIES[parts["FREQ"]]),
        starts_on=starts_on,
        interval=_number(parts.get("INTERVAL", "1")),
        weekdays=times,
        until_on=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        zone=zone,
    )


def _parts(text: str) -> dict[str, str]:
    pairs = [part.partition("=")[::2] for part in text.strip().removeprefix("RRULE:").upper().split(";")]
    parts = dict(pairs)
    _require(len(parts) == len(pairs) and parts.keys() <= _PARTS, "a part is unknown or given twice")
    return parts


def _byday(text: str) -> tuple[int, int]:
    found = _BYDAY.match(text)
    if found is None:
        raise ValueError(f"not a weekday: {text!r}")
    return _WEEKDAYS.index(found[2]), int(found[1] or 0)


def _number(text: str) -> int:
    _require(text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER, f"not a number: {text!r}")
    return int(text)


def _until(text: str, zone: str) -> date:
    found = _UNTIL.match(text)
    if found is None:
        raise ValueError(f"not a date: {text!r}")
    if not text.endswith("Z"):
        return datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 (a day has no zone)
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone_of(zone)).date()


def _falls_on(item: WeekdayTime, day: date) -> bool:
    if item.weekday != day.weekday():
        return False
    if item.nth >= 0:
        return item.nth in (0, (day.day - 1) // _DAYS_IN_WEEK + 1)
    days_left = monthrange(day.year, day.month)[1] - day.day
    return -item.nth == days_left // _DAYS_IN_WEEK + 1


def _require(right: bool, otherwise: str) -> None:
    if not right:
        raise ValueError(otherwise)
