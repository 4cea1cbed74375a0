"""Series of meetings: a rule in wall time and a zone becomes real dates in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from dateutil.rrule import MO, MONTHLY, WEEKLY, rrule, weekday  # type: ignore[import-untyped]

from calendars.rule import Frequency, Rule, SingleDate, WeekdayTime, from_rrule_text
from calendars.wall_time import WallProblem, resolve

__all__ = [
    "MAX_OCCURRENCES",
    "Frequency",
    "Occurrence",
    "Rule",
    "RuleParts",
    "SingleDate",
    "TimeGroup",
    "TooManyOccurrences",
    "WeekdayTime",
    "describe",
    "expand",
    "from_rrule_text",
]

MAX_OCCURRENCES: Final = 2000
_MAX_DAYS_LOOKED_AT: Final = 50_000


class TooManyOccurrences(ValueError):
    """The rule gives more dates in the asked period than `MAX_OCCURRENCES`."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a series.

    `on` (the day the rule names) and `index` (0 for that day's first meeting) identify it for good, also after it was
    moved. `starts_at` and `ends_at` are aware UTC, `wall_start` and `wall_end` naive wall times. `problem` says that
    the wall start or end does not exist (gap: do not offer this date without asking) or exists twice (doubled: taken is
    the first). `closed` says that the day is one of the closed days given.
    """

    on: date
    index: int
    starts_at: datetime
    ends_at: datetime
    wall_start: datetime
    wall_end: datetime
    closed: bool
    problem: WallProblem | None


def expand(
    rule: Rule, *, first: date, last: date, closed: frozenset[date] = frozenset(), limit: int = MAX_OCCURRENCES
) -> list[Occurrence]:
    """The occurrences whose day lies between `first` and `last`, both included, in order of their start.

    Days in `closed` stay in the list, marked; they also use up `count`, as excluded dates do in RFC 5545, 3.8.5.1.
    Raises TooManyOccurrences beyond `limit`, also when `last` is centuries away.
    """
    found: list[Occurrence] = []
    for day in _days(rule, first, last):
        for index, (start, end) in enumerate(rule.times_on(day)):
            if len(found) == limit:
                raise TooManyOccurrences(f"more than {limit} dates between {first} and {last}")
            found.append(_occurrence(rule.zone, day, index, start, end, closed=day in closed))
    return found


def _days(rule: Rule, first: date, last: date) -> Iterator[date]:
    if rule.frequency is Frequency.DATES:
        yield from sorted({item.on for item in rule.dates if first <= item.on <= last})
        return
    for looked_at, at in enumerate(_recurrence(rule)):
        if at.date() > last:
            return
        if looked_at == _MAX_DAYS_LOOKED_AT:
            raise TooManyOccurrences(f"more than {_MAX_DAYS_LOOKED_AT} days before {last}")
        if at.date() >= first:
            yield at.date()


def _recurrence(rule: Rule) -> rrule:
    # Midnights without a zone stand for days: dateutil then counts in wall time and never meets a clock change.
    return rrule(
        WEEKLY if rule.frequency is Frequency.WEEKLY else MONTHLY,
        dtstart=datetime.combine(rule.starts_on, time()),
        interval=rule.interval,
        byweekday=sorted({weekday(item.weekday, item.nth or None) for item in rule.weekdays}, key=repr),
        until=datetime.combine(rule.until_on, time()) if rule.until_on else None,
        count=rule.count,
        wkst=MO,
    )


def _occurrence(zone: str, day: date, index: int, start: time, end: time, *, closed: bool) -> Occurrence:
    wall_start = datetime.combine(day, start)
    wall_end = datetime.combine(day if end > start else day + timedelta(days=1), end)
    starts_at, start_problem = resolve(wall_start, zone)
    ends_at, end_problem = resolve(wall_end, zone)
    if ends_at <= starts_at:
        # Only a start in the gap with an end right behind it: keep the length, the date is flagged anyway.
        ends_at = starts_at + (wall_end - wall_start)
    problem = start_problem or end_problem
    return Occurrence(day, index, starts_at, ends_at, wall_start, wall_end, closed, problem)


class TimeGroup(NamedTuple):
    """Days that share one time: pairs of weekday and nth, or dates in a rule of dates."""

    start: time
    end: time
    weekdays: tuple[tuple[int, int], ...]
    dates: tuple[date, ...]

    @property
    def overnight(self) -> bool:
        """Whether the meeting ends on the next day."""
        return self.end < self.start


@dataclass(frozen=True, slots=True)
class RuleParts:
    """What a sentence about a rule needs; the sentence itself belongs to the program that knows the language."""

    frequency: Frequency
    interval: int
    groups: tuple[TimeGroup, ...]
    starts_on: date
    until_on: date | None
    count: int | None
    zone: str


def describe(rule: Rule) -> RuleParts:
    """The rule in parts, days with the same time gathered ("Mondays and Wednesdays 9 to 10, Fridays 14 to 15")."""
    spans = dict.fromkeys(
        [(item.start, item.end) for item in rule.weekdays] + [(item.start, item.end) for item in rule.dates]
    )
    groups = tuple(
        TimeGroup(
            start,
            end,
            tuple((item.weekday, item.nth) for item in rule.weekdays if (item.start, item.end) == (start, end)),
            tuple(item.on for item in rule.dates if (item.start, item.end) == (start, end)),
        )
        for start, end in spans
    )
    return RuleParts(rule.frequency, rule.interval, groups, rule.starts_on, rule.until_on, rule.count, rule.zone)
