"""A window cut into meetings of equal length that follow each other, and such meetings joined to their window again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from calendars.rule import Rule, SingleDate, WeekdayTime

Span = tuple[time, time]


def cut(rule: Rule, minutes: int) -> Rule:
    """Return the rule with each meeting cut into pieces of so many minutes; what is left over at the end falls away.

    A meeting shorter than one piece stays whole, and so does every meeting with 0 minutes.
    """
    if minutes <= 0:
        return rule
    weekdays = tuple(
        WeekdayTime(item.weekday, *span, item.nth)
        for item in rule.weekdays
        for span in _pieces((item.start, item.end), minutes)
    )
    dates = tuple(
        SingleDate(item.on, *span) for item in rule.dates for span in _pieces((item.start, item.end), minutes)
    )
    return replace(rule, weekdays=weekdays, dates=dates)


def join(rule: Rule) -> tuple[Rule, int]:
    """Return the rule with pieces joined, and their length in minutes; 0 where nothing follows on equal terms."""
    lengths = {_minutes((item.start, item.end)) for item in rule.weekdays}
    lengths |= {_minutes((item.start, item.end)) for item in rule.dates}
    if len(lengths) != 1:
        return rule, 0
    days: dict[tuple[int, int], list[Span]] = {}
    for item in rule.weekdays:
        days.setdefault((item.weekday, item.nth), []).append((item.start, item.end))
    weekdays = tuple(
        WeekdayTime(weekday, *span, nth) for (weekday, nth), spans in days.items() for span in _joined(spans)
    )
    single: dict[date, list[Span]] = {}
    for one in rule.dates:
        single.setdefault(one.on, []).append((one.start, one.end))
    dates = tuple(SingleDate(on, *span) for on, spans in single.items() for span in _joined(spans))
    if len(weekdays) + len(dates) == len(rule.weekdays) + len(rule.dates):
        return rule, 0
    return replace(rule, weekdays=weekdays, dates=dates), lengths.pop()


def _pieces(span: Span, minutes: int) -> Iterator[Span]:
    number = _minutes(span) // minutes
    if number == 0:
        yield span
    start = datetime.combine(date.min, span[0])
    for index in range(number):
        first = start + timedelta(minutes=index * minutes)
        yield first.time(), (first + timedelta(minutes=minutes)).time()


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _minutes(span: Span) -> int:
    """How long a meeting is; an end before the start is on the next day."""
    start, end = (one.hour * 60 + one.minute for one in span)
    return (end - start) % (24 * 60)
