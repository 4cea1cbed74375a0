"""When a person is reminded of a date: at the time they chose, early enough for the way they chose."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum

from calendars.holidays import closed_days
from calendars.wall_time import resolve
from calendars.working_time import add_working_days
from hub import clock
from hub.models.notice import Channel
from hub.queries.quiet_hours import left_before

FARTHEST = timedelta(days=21)  # no reminder is earlier than that, holidays counted in
WHEN = "when"  # what the choice calls it
POST_DAYS = 4  # working days from the print to the letter box


class When(StrEnum):
    """When somebody wants to be reminded."""

    DAY_BEFORE = "day_before"
    MORNING = "morning"
    TWO_DAYS = "two_days"


HOURS: Mapping[When, tuple[int, time]] = {
    When.DAY_BEFORE: (1, time(16)),
    When.MORNING: (0, time(8)),
    When.TWO_DAYS: (2, time(16)),
}
CALLED = time(8)  # a call stands on the coach's day from the morning on
LEAST = timedelta(hours=1)  # before the date; what would come later comes the working day before


def when_of(choice: Mapping[str, str]) -> When:
    """Return when the person wants to be reminded; who chose before there was a choice is reminded the day before."""
    return When(choice.get(WHEN) or When.DAY_BEFORE)


def reminds_at(starts_at: datetime, when: When, channel: Channel) -> datetime:
    """Return the instant of the reminder, in wall time before the date and never in quiet hours. UTC.

    A letter leaves four working days before, whatever was chosen: it has to get there.
    """
    if channel is Channel.PRINT:
        return add_working_days(starts_at, -POST_DAYS, closed=closed_days())
    days, hour = HOURS[when]
    on = clock.local_date(starts_at) - timedelta(days=days)
    wished = resolve(datetime.combine(on, CALLED if channel is Channel.CALL else hour)).at
    return left_before(min(wished, starts_at - LEAST))
