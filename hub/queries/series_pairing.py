"""Which old date of a series becomes which new one, and where a changed rule begins: arithmetic without a database."""

from calendar import monthrange
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calendars.recurrence import Frequency, Rule, expand

_DAY = timedelta(days=1)
_A_YEAR = timedelta(days=400)
_DAYS_IN_WEEK = 7


class Meeting(NamedTuple):
    """One date as a rule names it: its day, its number on that day, and its start in wall time."""

    on: date
    number: int
    wall: datetime

    @property
    def key(self) -> tuple[date, int]:
        """What names it for good."""
        return self.on, self.number


def pair(
    old: Iterable[Meeting], new: Iterable[Meeting], period: Callable[[date], Hashable]
) -> dict[tuple[date, int], tuple[date, int]]:
    """Return which new date each old one becomes, by key.

    First those that stay where they are, then those of the same day in order, then those of the same period in order;
    what is left over on either side falls away or is new.
    """
    pairs: dict[tuple[date, int], tuple[date, int]] = {}
    groups: tuple[Callable[[Meeting], Hashable], ...] = (
        lambda one: one.wall,
        lambda one: one.on,
        lambda one: period(one.on),
    )
    left, free = sorted(old), sorted(new)
    for group in groups:
        waiting: defaultdict[Hashable, deque[Meeting]] = defaultdict(deque)
        for meeting in free:
            waiting[group(meeting)].append(meeting)
        for meeting in left:
            if waiting[group(meeting)]:
                pairs[meeting.key] = waiting[group(meeting)].popleft().key
        left = [meeting for meeting in left if meeting.key not in pairs]
        taken = set(pairs.values())
        free = [meeting for meeting in free if meeting.key not in taken]
    return pairs


def periods(old: Rule, new: Rule) -> Callable[[date], int]:
    """Return what numbers the stretches within which dates are paired: weeks, n weeks or months of the slower rule.

    Single days are paired within their week only, so that nobody is carried far without being asked about.
    """
    monthly = [rule for rule in (old, new) if rule.frequency is Frequency.MONTHLY_BY_WEEKDAY]
    repeating = monthly or [rule for rule in (old, new) if rule.frequency is Frequency.WEEKLY]
    number = _month if monthly else _week
    slower = max(repeating, key=lambda rule: rule.interval, default=None)
    if slower is None:
        return number
    interval, anchor = slower.interval, number(slower.starts_on)
    return lambda on: (number(on) - anchor) // interval


def rest_of(rule: Rule, since: date) -> Rule | None:
    """Return a rule that gives the same days as this one from a day on, or None when there are none."""
    if rule.frequency is Frequency.DATES:
        left = tuple(item for item in rule.dates if item.on >= since)
        return replace(rule, dates=left, starts_on=left[0].on) if left else None
    begin, count = next_in_phase(rule, since), rule.count
    if count is not None:
        count -= len(_days(rule, rule.starts_on, since - _DAY))
        if count < 1:
            return None
    if rule.until_on is not None and rule.until_on < begin:
        return None
    return replace(rule, starts_on=begin, count=count)


def before(rule: Rule, since: date) -> Rule | None:
    """Return a rule that gives the same days as this one up to the day before, or None when there are none."""
    if not _days(rule, rule.starts_on, since - _DAY):
        return None
    if rule.frequency is Frequency.DATES:
        return replace(rule, dates=tuple(item for item in rule.dates if item.on < since))
    last = min(rule.until_on or since, since - _DAY)
    return replace(rule, until_on=last, count=None)


def next_in_phase(rule: Rule, since: date) -> date:
    """Return the first day from which a rule of every n weeks or months can be counted on as before."""
    if since <= rule.starts_on:
        return rule.starts_on
    number = _month if rule.frequency is Frequency.MONTHLY_BY_WEEKDAY else _week
    behind = (number(since) - number(rule.starts_on)) % rule.interval
    if behind == 0:
        return since
    ahead = number(since) + rule.interval - behind
    if rule.frequency is Frequency.MONTHLY_BY_WEEKDAY:
        return date(ahead // 12, ahead % 12 + 1, 1)
    return date.fromordinal(ahead * _DAYS_IN_WEEK + 1)


def anchored(new: Rule, old: Rule, since: date) -> date:
    """Return the day a changed rule counts from: in step with the old one, or from its own first date."""
    if (new.frequency, new.interval) == (old.frequency, old.interval):
        return next_in_phase(old, since)
    if new.interval == 1 or new.frequency is not Frequency.WEEKLY:
        return since
    plain = replace(new, starts_on=since, interval=1, until_on=None, count=None)
    return _days(plain, since, since + _A_YEAR)[0]


def beginning(new: Rule, old: Rule, since: date, *, today: date) -> date:
    """Return the day from which a change of `since` and all later dates holds.

    A weekly date that moves from Wednesday to Monday begins on the Monday of its week, unless another date of the
    series or today lies between; otherwise the change begins on the day itself.
    """
    first, last = _stretch(new, since)
    if new.frequency is Frequency.DATES or old.frequency is not new.frequency:
        return since
    earlier = _days(old, first, since - _DAY)
    free = max(today, *(day + _DAY for day in earlier), first) if earlier else max(today, first)
    here = _days(replace(new, starts_on=since, until_on=None, count=None), since, last)
    return since if len(here) >= len(_days(old, since, last)) else min(free, since)


def _stretch(rule: Rule, on: date) -> tuple[date, date]:
    if rule.frequency is Frequency.MONTHLY_BY_WEEKDAY:
        return on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1])
    monday = on - timedelta(days=on.weekday())
    return monday, monday + timedelta(days=_DAYS_IN_WEEK - 1)


def _days(rule: Rule, first: date, last: date) -> list[date]:
    return sorted({one.on for one in expand(rule, first=first, last=last)}) if first <= last else []


def _week(on: date) -> int:
    return (on.toordinal() - 1) // _DAYS_IN_WEEK  # the first day of the calendar was a Monday


def _month(on: date) -> int:
    return on.year * 12 + on.month - 1
