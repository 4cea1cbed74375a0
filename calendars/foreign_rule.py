"""RRULEs of foreign calendars (RFC 5545, 3.3.10), expanded with an account of the work they cause.

Written here because a rule that never matches ("30 February") keeps general libraries searching to the year 9999, and a
partner's file must not be able to stop the house.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from calendars.read_result import ProblemCode, ReadingProblem

_WEEKDAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)\Z")
_NUMBER: Final = re.compile(r"[+-]?\d{1,6}\Z", re.ASCII)
_RANGES: Final = {
    "BYMONTH": (1, 12), "BYMONTHDAY": (1, 31), "BYYEARDAY": (1, 366), "BYSETPOS": (1, 366),
    "BYHOUR": (0, 23), "BYMINUTE": (0, 59), "BYSECOND": (0, 59), "INTERVAL": (1, 999_999), "COUNT": (1, 999_999),
}  # fmt: skip
_SIGNED: Final = {"BYMONTHDAY", "BYYEARDAY", "BYSETPOS"}
_NO_COUNT: Final = {"-1", "0"}  # how some programs say "no limit"
_MOST_TIMES_A_DAY: Final = 100
_SUB_DAILY: Final = {"HOURLY", "MINUTELY", "SECONDLY"}
_FREQUENCIES: Final = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


@dataclass(slots=True)
class Work:
    """How many days and times may still be looked at, for all rules of a file together."""

    days: int

    def spend(self, days: int) -> None:
        """Take off so many days; ReadingProblem TOO_MUCH_WORK when none are left."""
        self.days -= days
        if self.days < 0:
            raise ReadingProblem(ProblemCode.TOO_MUCH_WORK)


@dataclass(frozen=True, slots=True)
class ForeignRule:
    """A parsed RRULE; empty sets mean "not given". Pairs of BYDAY are (nth or 0, weekday)."""

    frequency: str
    interval: int
    count: int | None
    until: str
    week_start: int
    by_day: frozenset[tuple[int, int]]
    numbers: dict[str, frozenset[int]]


def parse_rule(text: str) -> ForeignRule:
    """The rule in the value of an RRULE.

    Raises ReadingProblem: RULE_TOO_FREQUENT for rules that repeat within a day, RULE_NOT_UNDERSTOOD for broken ones and
    for BYWEEKNO and other parts no calendar program writes.
    """
    parts = dict(part.partition("=")[::2] for part in text.upper().replace(" ", "").strip(";").split(";"))
    frequency = parts.pop("FREQ", "")
    if frequency in _SUB_DAILY:
        raise ReadingProblem(ProblemCode.RULE_TOO_FREQUENT)
    _require(frequency in _FREQUENCIES)
    until, week_start = parts.pop("UNTIL", ""), parts.pop("WKST", "MO")
    if parts.get("COUNT") in _NO_COUNT:
        del parts["COUNT"]
    by_day = frozenset(_day(item) for item in parts.pop("BYDAY").split(",")) if "BYDAY" in parts else frozenset()
    # X-parts and RSCALE=GREGORIAN change nothing here.
    numbers = {
        name: _numbers(name, value)
        for name, value in parts.items()
        if not name.startswith("X-") and (name, value) != ("RSCALE", "GREGORIAN")
    }
    _require(week_start in _WEEKDAYS)
    times = [len(numbers.get(name, ())) or 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
    if times[0] * times[1] * times[2] > _MOST_TIMES_A_DAY:
        raise ReadingProblem(ProblemCode.RULE_TOO_FREQUENT)
    (interval,), count = numbers.pop("INTERVAL", frozenset({1})), numbers.pop("COUNT", frozenset())
    return ForeignRule(frequency, interval, next(iter(count), None), until, _WEEKDAYS[week_start], by_day, numbers)


def walls(
    rule: ForeignRule, start: datetime, *, until: datetime | None, low: datetime, high: datetime, work: Work
) -> Iterator[datetime]:
    """The naive wall times of a rule that starts at `start`, from `low` to `high` (and `until`), in order.

    `start` itself belongs to it whether or not the rule names it (RFC 5545, 3.8.5.3). Raises ReadingProblem
    TOO_MUCH_WORK when the account is empty.
    """
    if low <= start <= high:
        yield start
    high = min(high, until) if until else high
    counted = 0
    for period in _periods(rule, start, high, None if rule.count else low):
        for wall in _in_period(rule, period, start, work):
            if wall < start:
                continue
            counted += 1
            if wall > high or counted > (rule.count or counted):
                return
            if wall >= low and wall != start:
                yield wall


def _periods(rule: ForeignRule, start: datetime, high: datetime, low: datetime | None) -> Iterator[date]:
    """The first days of the rule's days, weeks, months or years; those long before `low` are skipped."""
    first, step = _first_day(rule, start.date()), rule.interval
    ahead = max(0, _periods_between(rule.frequency, first, low.date()) - 1) // step if low else 0
    number = ahead * step
    while (day := _later(rule.frequency, first, number)) is not None and day <= high.date():
        yield day
        number += step


def _first_day(rule: ForeignRule, day: date) -> date:
    if rule.frequency == "WEEKLY":
        return day - timedelta(days=(day.weekday() - rule.week_start) % 7)
    return (
        day.replace(month=1, day=1)
        if rule.frequency == "YEARLY"
        else (day.replace(day=1) if rule.frequency == "MONTHLY" else day)
    )


def _periods_between(frequency: str, first: date, day: date) -> int:
    if frequency == "YEARLY":
        return day.year - first.year
    if frequency == "MONTHLY":
        return (day.year - first.year) * 12 + day.month - first.month
    return (day - first).days // (7 if frequency == "WEEKLY" else 1)


def _later(frequency: str, first: date, number: int) -> date | None:
    try:
        if frequency in ("YEARLY", "MONTHLY"):
            months = first.month - 1 + number * (12 if frequency == "YEARLY" else 1)
            return date(first.year + months // 12, months % 12 + 1, 1)
        return first + timedelta(days=number * (7 if frequency == "WEEKLY" else 1))
    except (ValueError, OverflowError):
        return None


def _in_period(rule: ForeignRule, period: date, start: datetime, work: Work) -> list[datetime]:
    following = _later(rule.frequency, period, 1) or date.max
    length = (following - period).days
    days = [day for day in (period + timedelta(days=number) for number in range(length)) if _names(rule, day, start)]
    times = _times(rule, start) if days else []
    work.spend(length + len(days) * len(times))
    found = [datetime.combine(day, at) for day in days for at in times]
    positions = rule.numbers.get("BYSETPOS")
    if not positions:
        return found
    places = {place - 1 if place > 0 else len(found) + place for place in positions}
    return [wall for place, wall in enumerate(found) if place in places]


def _times(rule: ForeignRule, start: datetime) -> list[time]:
    hours = rule.numbers.get("BYHOUR") or {start.hour}
    minutes = rule.numbers.get("BYMINUTE") or {start.minute}
    seconds = rule.numbers.get("BYSECOND") or {start.second}
    return sorted(time(hour, minute, second) for hour in hours for minute in minutes for second in seconds)


def _names(rule: ForeignRule, day: date, start: datetime) -> bool:
    numbers = rule.numbers
    given = rule.by_day or "BYMONTHDAY" in numbers or "BYYEARDAY" in numbers
    if "BYMONTH" in numbers and day.month not in numbers["BYMONTH"]:
        return False
    if not given:
        return _as_the_start(rule, day, start)
    if (
        "BYMONTHDAY" in numbers
        and not {day.day, day.day - monthrange(day.year, day.month)[1] - 1} & numbers["BYMONTHDAY"]
    ):
        return False
    if "BYYEARDAY" in numbers:
        number, length = (day - date(day.year, 1, 1)).days + 1, (date(day.year, 12, 31) - date(day.year, 1, 1)).days + 1
        if not {number, number - length - 1} & numbers["BYYEARDAY"]:
            return False
    return not rule.by_day or any(weekday == day.weekday() and _is_nth(rule, day, nth) for nth, weekday in rule.by_day)


def _as_the_start(rule: ForeignRule, day: date, start: datetime) -> bool:
    if rule.frequency == "DAILY":
        return True
    if rule.frequency == "WEEKLY":
        return day.weekday() == start.weekday()
    in_month = rule.frequency == "MONTHLY" or "BYMONTH" in rule.numbers or day.month == start.month
    return in_month and day.day == start.day


def _is_nth(rule: ForeignRule, day: date, nth: int) -> bool:
    if nth == 0 or rule.frequency in ("DAILY", "WEEKLY"):
        return True
    if rule.frequency == "YEARLY" and "BYMONTH" not in rule.numbers:
        before, after = (day - date(day.year, 1, 1)).days, (date(day.year, 12, 31) - day).days
    else:
        before, after = day.day - 1, monthrange(day.year, day.month)[1] - day.day
    return nth == (before // 7 + 1 if nth > 0 else -(after // 7 + 1))


def _day(text: str) -> tuple[int, int]:
    found = _BYDAY.match(text)
    if found is None:
        raise ReadingProblem(ProblemCode.RULE_NOT_UNDERSTOOD)
    return int(found[1] or 0), _WEEKDAYS[found[2]]


def _numbers(name: str, text: str) -> frozenset[int]:
    _require(name in _RANGES)
    items = text.split(",")
    _require(all(_NUMBER.match(item) for item in items))
    low, high = _RANGES[name]
    found = frozenset(int(item) for item in items)
    _require(all(low <= (abs(number) if name in _SIGNED else number) <= high for number in found))
    _require(len(found) == 1 or name.startswith("BY"))
    return found


def _require(right: bool) -> None:
    if not right:
        raise ReadingProblem(ProblemCode.RULE_NOT_UNDERSTOOD)
