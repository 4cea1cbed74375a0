"""Deadlines in working days and hours: weekends, Saxon holidays, own closures, clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.holidays import closed_days
from calendars.working_time import add_working_days, add_working_hours, is_working_day, working_hours_between

BERLIN = ZoneInfo("Europe/Berlin")
SAXONY = closed_days([date(2026, 8, 3)])
instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("at", "days", "expected"),
    [
        ("2026-03-02T10:00", 1, "2026-03-03T10:00"),
        ("2026-03-06T10:00", 1, "2026-03-09T10:00"),
        ("2026-03-07T10:00", 1, "2026-03-09T10:00"),
        ("2026-03-27T10:00", 1, "2026-03-30T10:00"),
        ("2026-04-02T16:30", 1, "2026-04-07T16:30"),
        ("2026-11-17T09:00", 1, "2026-11-19T09:00"),
        ("2026-10-30T09:00", 1, "2026-11-02T09:00"),
        ("2026-07-31T09:00", 1, "2026-08-04T09:00"),
        ("2026-12-23T09:00", 5, "2026-12-31T09:00"),
        ("2026-03-09T10:00", -1, "2026-03-06T10:00"),
        ("2026-04-07T10:00", -2, "2026-04-01T10:00"),
        ("2026-03-07T10:00", 0, "2026-03-07T10:00"),
    ],
)
def test_working_days_keep_the_wall_time(at, days, expected):
    found = add_working_days(berlin(at), days, closed=SAXONY)
    assert found == berlin(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("2026-03-02T10:00", 2, "2026-03-02T12:00"),
        ("2026-03-02T16:00", 2, "2026-03-03T09:00"),
        ("2026-03-02T16:00", 1, "2026-03-02T17:00"),
        ("2026-03-02T06:00", 1, "2026-03-02T09:00"),
        ("2026-03-02T20:00", 1, "2026-03-03T09:00"),
        ("2026-03-06T16:30", 1.5, "2026-03-09T09:00"),
        ("2026-03-02T08:00", 27, "2026-03-04T17:00"),
        ("2026-03-27T16:00", 2, "2026-03-30T09:00"),
        ("2026-11-17T16:00", 2, "2026-11-19T09:00"),
        ("2026-03-02T10:00", 0, "2026-03-02T10:00"),
        ("2026-03-07T10:00", 0, "2026-03-09T08:00"),
        ("2026-03-02T17:00", 0, "2026-03-03T08:00"),
    ],
)
def test_working_hours_run_only_while_the_office_is_open(at, hours, expected):
    found = add_working_hours(berlin(at), hours, closed=SAXONY)
    assert found == berlin(expected)
    assert found.tzinfo is UTC


def test_hours_on_a_clock_change_sunday_are_real_hours():
    at = berlin("2026-03-29T00:00")
    found = add_working_hours(at, 3, opening=time(0), closing=time(20), weekend=())
    assert found - at == timedelta(hours=3)
    assert found == berlin("2026-03-29T04:00")


@given(instants, st.integers(-30, 30))
def test_the_result_is_a_working_day_and_as_many_working_days_away(at, days):
    found = add_working_days(at, days, closed=SAXONY).astimezone(BERLIN)
    start = at.astimezone(BERLIN)
    if days == 0:
        assert found == start
        return
    assert is_working_day(found.date(), closed=SAXONY)
    low, high = sorted([start.date(), found.date()])
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    assert sum(is_working_day(day, closed=SAXONY) for day in between if day != start.date()) == abs(days)


@given(instants, st.integers(0, 20), st.integers(0, 20))
def test_working_days_add_up(at, some, more):
    steps = add_working_days(add_working_days(at, some, closed=SAXONY), more, closed=SAXONY)
    direct = add_working_days(at, some + more, closed=SAXONY)
    assert steps.astimezone(BERLIN).date() == direct.astimezone(BERLIN).date()


@given(instants.map(lambda at: at.replace(second=0, microsecond=0)), st.integers(1, 60 * 30))
@settings(deadline=None, max_examples=50)
def test_working_hours_are_the_open_minutes_between(at, minutes):
    found = add_working_hours(at, minutes / 60, closed=SAXONY)
    found += timedelta(seconds=30)  # float hours may be microseconds short of the minute
    open_minutes, moment = 0, at
    while moment + timedelta(minutes=1) <= found:
        wall = moment.astimezone(BERLIN)
        open_minutes += 8 <= wall.hour < 17 and is_working_day(wall.date(), closed=SAXONY)
        moment += timedelta(minutes=1)
    assert open_minutes == minutes


@pytest.mark.parametrize("hours", [0, 0.5, 8.5, 9, 26.25, 100])
def test_hours_that_were_added_are_counted_again(hours):
    for since in ("2026-03-27T16:30", "2026-04-02T12:00", "2026-10-23T08:00"):  # clock changes, and Easter
        until = add_working_hours(berlin(since), hours, closed=SAXONY)
        assert working_hours_between(berlin(since), until, closed=SAXONY) == hours
    assert working_hours_between(until, berlin("2026-03-02T10:00"), closed=SAXONY) == 0


def test_a_set_of_closed_days_does_as_well_as_a_question():
    closed = frozenset({date(2026, 3, 3)})
    assert add_working_days(berlin("2026-03-02T10:00"), 1, closed=closed) == berlin("2026-03-04T10:00")


def test_an_office_that_never_opens_is_an_error():
    with pytest.raises(ValueError, match="without a working day"):
        add_working_days(berlin("2026-03-02T10:00"), 1, closed=lambda _: True)
    with pytest.raises(ValueError, match="without a working day"):
        add_working_hours(berlin("2026-03-02T10:00"), 1, weekend=range(7))


def test_what_makes_no_sense_is_refused():
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001 (the point of this test)
    with pytest.raises(ValueError, match="aware"):
        add_working_days(naive, 1)
    with pytest.raises(ValueError, match="aware"):
        add_working_hours(naive, 1)
    with pytest.raises(ValueError, match="negative"):
        add_working_hours(berlin("2026-03-02T10:00"), -1)
    with pytest.raises(ValueError, match="after opening"):
        add_working_hours(berlin("2026-03-02T10:00"), 1, opening=time(9), closing=time(9))
