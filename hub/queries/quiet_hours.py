"""When the house writes: to people in the daytime of working days, to staff from morning to evening; never at night."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from calendars.holidays import closed_days
from calendars.wall_time import resolve
from calendars.working_time import is_working_day
from hub import clock

Hours = tuple[time, time]
FOR_STAFF: Hours = (time(7), time(19))  # every day: a volunteer's week has no working days
FOR_PEOPLE: Hours = (time(8), time(18))
ON_SATURDAYS: Hours = (time(9), time(13))  # for people
DAYS = 14  # no row of holidays is longer
LEEWAY = timedelta(hours=1)  # what is queued as the hours end may miss them, and waits for the next ones
SATURDAY = 5


def leaves_at(at: datetime, *, to_person: bool, urgent: bool = False) -> datetime:
    """Return when something queued at this instant may leave: now, or when the next hours begin. UTC."""
    if urgent:
        return at
    return next(max(at, opens_at) for opens_at, closes_at in _hours(at, 1, to_person) if at <= closes_at)


def left_before(at: datetime) -> datetime:
    """Return the last instant up to this one at which a person may be written to, with time left to do it. UTC."""
    return next(min(at, closes_at - LEEWAY) for opens_at, closes_at in _hours(at, -1, to_person=True) if opens_at <= at)


def _hours(at: datetime, step: int, to_person: bool) -> Iterator[tuple[datetime, datetime]]:
    """Give the hours of the day of `at` and of the days after it (before it with a step of -1), where there are any."""
    for number in range(DAYS):
        on = clock.local_date(at) + timedelta(days=step * number)
        hours = _of_people(on) if to_person else FOR_STAFF
        if hours is not None:
            yield _instant(on, hours[0]), _instant(on, hours[1])


def _of_people(on: date) -> Hours | None:
    if is_working_day(on, closed=closed_days()):
        return FOR_PEOPLE
    return ON_SATURDAYS if on.weekday() == SATURDAY and not closed_days()(on) else None


def _instant(on: date, hour: time) -> datetime:
    return resolve(datetime.combine(on, hour)).at
