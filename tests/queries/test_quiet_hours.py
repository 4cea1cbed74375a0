"""When the house writes, and when a person is reminded: nights, weekends, holidays, both clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub import clock
from hub.models.notice import Channel
from hub.queries.quiet_hours import leaves_at, left_before
from hub.queries.reminders import FARTHEST, When, reminds_at, when_of

BERLIN = ZoneInfo("Europe/Berlin")


def wall(text: str) -> datetime:
    """Return a wall time in Berlin as the instant it is."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("queued", "leaves"),
    [
        ("2026-09-14 07:59", "2026-09-14 08:00"),  # a Monday
        ("2026-09-14 08:00", "2026-09-14 08:00"),
        ("2026-09-14 18:00", "2026-09-14 18:00"),
        ("2026-09-14 18:01", "2026-09-15 08:00"),
        ("2026-09-18 20:00", "2026-09-19 09:00"),  # Friday evening: on Saturday
        ("2026-09-19 13:01", "2026-09-21 08:00"),  # Saturday afternoon: on Monday
        ("2026-09-20 10:00", "2026-09-21 08:00"),
        ("2026-10-02 18:30", "2026-10-05 08:00"),  # Unity Day is a Saturday
        ("2026-12-24 19:00", "2026-12-28 08:00"),  # both Christmas days, of which one is a Saturday
        ("2026-03-28 14:00", "2026-03-30 08:00"),  # over the night that lacks an hour
        ("2026-10-24 14:00", "2026-10-26 08:00"),  # over the one that has an hour twice
    ],
)
def test_people_are_written_to_in_the_daytime_of_working_days(queued, leaves):
    assert leaves_at(wall(queued), to_person=True) == wall(leaves)
    assert leaves_at(wall(queued), to_person=True, urgent=True) == wall(queued)


@pytest.mark.parametrize(
    ("queued", "leaves"),
    [
        ("2026-09-14 06:59", "2026-09-14 07:00"),
        ("2026-09-14 19:00", "2026-09-14 19:00"),
        ("2026-09-14 19:01", "2026-09-15 07:00"),
        ("2026-09-20 10:00", "2026-09-20 10:00"),  # a Sunday: volunteers have no working days
    ],
)
def test_staff_are_written_to_from_morning_to_evening_on_every_day(queued, leaves):
    assert leaves_at(wall(queued), to_person=False) == wall(leaves)


@pytest.mark.parametrize(
    ("wished", "left"),
    [
        ("2026-09-14 16:00", "2026-09-14 16:00"),
        ("2026-09-14 07:00", "2026-09-12 12:00"),  # before Monday's hours: Saturday noon
        ("2026-09-20 16:00", "2026-09-19 12:00"),
        ("2026-09-14 17:30", "2026-09-14 17:00"),
        ("2026-11-18 16:00", "2026-11-17 17:00"),  # the Day of Repentance
    ],
)
def test_a_reminder_goes_before_the_quiet_time_never_after(wished, left):
    assert left_before(wall(wished)) == wall(left)


@pytest.mark.parametrize(
    ("starts", "when", "channel", "reminds"),
    [
        ("2026-09-16 10:00", "day_before", Channel.EMAIL, "2026-09-15 16:00"),
        ("2026-09-16 10:00", "morning", Channel.EMAIL, "2026-09-16 08:00"),
        ("2026-09-16 10:00", "two_days", Channel.EMAIL, "2026-09-14 16:00"),
        ("2026-09-14 10:00", "day_before", Channel.EMAIL, "2026-09-12 12:00"),  # of a Monday on Saturday
        ("2026-03-30 10:00", "day_before", Channel.EMAIL, "2026-03-28 12:00"),
        ("2026-03-31 10:00", "two_days", Channel.EMAIL, "2026-03-28 12:00"),
        ("2026-10-26 09:00", "morning", Channel.EMAIL, "2026-10-26 08:00"),
        ("2026-09-16 09:00", "morning", Channel.EMAIL, "2026-09-16 08:00"),
        ("2026-09-16 08:00", "morning", Channel.EMAIL, "2026-09-15 17:00"),  # that morning would be too late
        ("2026-09-14 08:30", "morning", Channel.CALL, "2026-09-12 12:00"),
        ("2026-09-16 10:00", "day_before", Channel.CALL, "2026-09-15 08:00"),  # on the coach's list from the morning on
        ("2026-09-16 10:00", "morning", Channel.PRINT, "2026-09-10 10:00"),  # a letter: four working days
        ("2026-11-20 10:00", "morning", Channel.PRINT, "2026-11-13 10:00"),  # with the Day of Repentance between
    ],
)
def test_reminders_keep_to_the_clock_on_the_wall(starts, when, channel, reminds):
    assert reminds_at(wall(starts), When(when), channel) == wall(reminds)


def test_no_reminder_is_farther_ahead_than_the_search_looks():
    day = wall("2026-01-01 09:00")
    for number in range(366):
        starts = day + timedelta(days=number)
        for when in When:
            for channel in (Channel.EMAIL, Channel.CALL, Channel.PRINT):
                due = reminds_at(starts, when, channel)
                assert starts - FARTHEST < due <= starts, (starts, when, channel)
                assert channel is Channel.PRINT or leaves_at(due, to_person=True) == due, clock.local(due)
                late = due + timedelta(minutes=30)  # a worker that comes by later still sends it before the date
                assert channel is Channel.PRINT or leaves_at(late, to_person=True) == late < starts, clock.local(due)


def test_who_never_chose_a_time_is_reminded_the_day_before():
    assert when_of({"reminders": "email"}) is When.DAY_BEFORE
    assert when_of({"reminders": "email", "when": "two_days"}) is When.TWO_DAYS
