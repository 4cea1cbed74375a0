"""A clock that runs on working days only: deadlines in working days and working hours."""

from collections.abc import Callable, Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from calendars.wall_time import BERLIN, resolve, zone_of

ClosedDays = Callable[[date], bool] | Container[date]
WEEKEND: Final = frozenset({5, 6})
OPENING: Final = time(8)
CLOSING: Final = time(17)
_LONGEST_CLOSURE_IN_DAYS: Final = 732


def is_working_day(on: date, *, closed: ClosedDays = (), weekend: Container[int] = WEEKEND) -> bool:
    """Whether work is done on this day: neither in `weekend` (0 is Monday) nor closed."""
    return on.weekday() not in weekend and not (closed(on) if callable(closed) else on in closed)


def add_working_days(
    at: datetime, days: int, *, closed: ClosedDays = (), zone: str = BERLIN, weekend: Container[int] = WEEKEND
) -> datetime:
    """The same wall time `days` working days later (earlier, if negative), as aware UTC.

    The day of `at` itself does not count, whether worked on or not (as in section 187 BGB): one working day after a
    Friday, Saturday or Sunday is Monday. Zero days give `at`. Raises ValueError for a naive `at`, and if two years hold
    no working day.
    """
    wall = _wall(at, zone)
    if days == 0:
        return at.astimezone(UTC)
    later = _working_days(wall.date(), 1 if days > 0 else -1, closed, weekend)
    day = next(day for number, day in enumerate(later, start=1) if number == abs(days))
    return resolve(datetime.combine(day, wall.time()), zone).at


def add_working_hours(
    at: datetime,
    hours: float,
    *,
    opening: time = OPENING,
    closing: time = CLOSING,
    closed: ClosedDays = (),
    zone: str = BERLIN,
    weekend: Container[int] = WEEKEND,
) -> datetime:
    """The instant at which `hours` hours of opening time have gone by since `at`, as aware UTC.

    Only time between `opening` and `closing` (wall time) on working days counts; a span that is used up exactly at
    closing time ends there. Zero hours give `at` if it lies in opening time, else the next opening. Raises ValueError
    for a naive `at`, negative hours, closing not after opening, and if two years hold no working day.
    """
    if hours < 0 or closing <= opening:
        raise ValueError("hours must not be negative, and closing must be after opening")
    left, today = timedelta(hours=hours), _wall(at, zone).date()
    at = at.astimezone(UTC)  # sums inside another zone would be sums of wall time
    for day in _working_days(today - timedelta(days=1), 1, closed, weekend):
        closes_at = resolve(datetime.combine(day, closing), zone).at
        begins_at = max(at, resolve(datetime.combine(day, opening), zone).at)
        if begins_at >= closes_at:
            continue
        if left <= closes_at - begins_at:
            return begins_at + left
        left -= closes_at - begins_at
    raise AssertionError("working days never end")


def working_hours_between(
    since: datetime,
    until: datetime,
    *,
    opening: time = OPENING,
    closing: time = CLOSING,
    closed: ClosedDays = (),
    zone: str = BERLIN,
    weekend: Container[int] = WEEKEND,
) -> float:
    """The hours of opening time between two aware instants; 0 where `until` is not later. As in `add_working_hours`."""
    first, last = _wall(since, zone).date(), _wall(until, zone).date()
    since, until, total = since.astimezone(UTC), until.astimezone(UTC), timedelta()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if is_working_day(day, closed=closed, weekend=weekend):
            begins_at = max(since, resolve(datetime.combine(day, opening), zone).at)
            ends_at = min(until, resolve(datetime.combine(day, closing), zone).at)
            total += max(ends_at - begins_at, timedelta())
    return total / timedelta(hours=1)


def _wall(at: datetime, zone: str) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("at must be an aware datetime")
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)


def _working_days(after: date, step: int, closed: ClosedDays, weekend: Container[int]) -> Iterator[date]:
    day, off = after, 0
    while off < _LONGEST_CLOSURE_IN_DAYS:
        day += timedelta(days=step)
        if is_working_day(day, closed=closed, weekend=weekend):
            off = 0
            yield day
        else:
            off += 1
    raise ValueError("two years without a working day")
