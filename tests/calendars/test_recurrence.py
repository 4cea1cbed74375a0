"""Series become the right dates: over clock changes, over night, closed days, several times a week."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import recurring_ical_events
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.recurrence import (
    Frequency,
    Rule,
    SingleDate,
    TooManyOccurrences,
    WeekdayTime,
    describe,
    expand,
)

START = date(2026, 3, 2)
YEAR_END = date(2026, 12, 31)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def weekly(*times: WeekdayTime, **changes) -> Rule:
    return Rule(**{"frequency": "weekly", "starts_on": START, "weekdays": times, **changes})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_nine_in_the_morning_stays_nine_in_the_morning_across_both_clock_changes():
    found = expand(weekly(WeekdayTime(0, time(9), time(10))), first=START, last=YEAR_END)
    assert {item.wall_start.time() for item in found} == {time(9)}
    by_day = {item.on: item.starts_at for item in found}
    assert by_day[date(2026, 3, 23)] == utc("2026-03-23T08:00")
    assert by_day[date(2026, 3, 30)] == utc("2026-03-30T07:00")
    assert by_day[date(2026, 10, 19)] == utc("2026-10-19T07:00")
    assert by_day[date(2026, 10, 26)] == utc("2026-10-26T08:00")
    assert not any(item.problem for item in found)


@pytest.mark.parametrize(
    ("day", "start", "end", "starts_at", "ends_at", "problem"),
    [
        (date(2026, 3, 29), time(2, 30), time(3, 30), "2026-03-29T01:30", "2026-03-29T02:30", "gap"),
        (date(2026, 3, 29), time(2, 30), time(10), "2026-03-29T01:30", "2026-03-29T08:00", "gap"),
        (date(2026, 3, 29), time(1), time(2, 30), "2026-03-29T00:00", "2026-03-29T01:30", "gap"),
        (date(2026, 3, 28), time(22), time(6), "2026-03-28T21:00", "2026-03-29T04:00", None),
        (date(2026, 10, 25), time(2, 30), time(3, 30), "2026-10-25T00:30", "2026-10-25T02:30", "doubled"),
        (date(2026, 10, 25), time(1), time(2, 30), "2026-10-24T23:00", "2026-10-25T00:30", "doubled"),
        (date(2026, 10, 24), time(22), time(6), "2026-10-24T20:00", "2026-10-25T05:00", None),
        (date(2026, 10, 24), time(22), time(2, 30), "2026-10-24T20:00", "2026-10-25T00:30", "doubled"),
        (date(2027, 3, 28), time(2), time(3), "2027-03-28T01:00", "2027-03-28T02:00", "gap"),
        (date(2027, 10, 31), time(2), time(3), "2027-10-31T00:00", "2027-10-31T02:00", "doubled"),
    ],
)
def test_the_nights_of_the_clock_changes(day, start, end, starts_at, ends_at, problem):
    (found,) = expand(weekly(WeekdayTime(day.weekday(), start, end)), first=day, last=day)
    assert (found.on, found.starts_at, found.ends_at) == (day, utc(starts_at), utc(ends_at))
    assert found.problem == problem
    assert found.wall_start == datetime.combine(day, start)


@pytest.mark.parametrize("day", [date(2026, 3, 22), date(2026, 10, 18)])
def test_only_the_night_itself_is_flagged(day):
    found = expand(weekly(WeekdayTime(6, time(2, 30), time(3))), first=day, last=day + timedelta(days=14))
    assert [item.problem is not None for item in found] == [False, True, False]


def test_several_times_a_week_and_on_one_day_keep_their_place():
    rule = weekly(
        WeekdayTime(2, time(14), time(15)), WeekdayTime(0, time(14), time(15)), WeekdayTime(0, time(9), time(10))
    )
    found = expand(rule, first=START, last=START + timedelta(days=6))
    assert [(item.on.day, item.index, item.wall_start.hour) for item in found] == [(2, 0, 9), (2, 1, 14), (4, 0, 14)]


def test_closed_days_are_marked_and_use_up_the_count():
    rule = weekly(WeekdayTime(0, time(9), time(10)), count=3)
    found = expand(rule, first=START, last=YEAR_END, closed=frozenset({date(2026, 3, 9)}))
    assert [(item.on.day, item.closed) for item in found] == [(2, False), (9, True), (16, False)]


def test_the_last_day_is_included():
    rule = weekly(WeekdayTime(0, time(9), time(10)), until_on=date(2026, 3, 16))
    assert [item.on.day for item in expand(rule, first=START, last=YEAR_END)] == [2, 9, 16]


def test_the_count_starts_with_the_series_not_with_the_window():
    rule = weekly(WeekdayTime(0, time(9), time(10)), count=3)
    assert [item.on.day for item in expand(rule, first=date(2026, 3, 9), last=YEAR_END)] == [9, 16]


def test_every_second_tuesday_and_last_friday_of_a_month():
    meetings = (WeekdayTime(1, time(9), time(10), 2), WeekdayTime(4, time(12), time(13), -1))
    rule = Rule(frequency="monthly_by_weekday", starts_on=START, weekdays=meetings)
    found = expand(rule, first=START, last=date(2026, 5, 31))
    assert [(item.on.month, item.on.day) for item in found] == [(3, 10), (3, 27), (4, 14), (4, 24), (5, 12), (5, 29)]


def test_a_fifth_weekday_skips_months_without_one():
    rule = Rule(frequency="monthly_by_weekday", starts_on=START, weekdays=(WeekdayTime(0, time(9), time(10), 5),))
    found = expand(rule, first=START, last=date(2026, 9, 1))
    assert [item.on for item in found] == [date(2026, 3, 30), date(2026, 6, 29), date(2026, 8, 31)]


def test_single_dates_have_their_own_times():
    dates = (
        SingleDate(date(2026, 5, 4), time(9), time(10)),
        SingleDate(date(2026, 3, 29), time(2, 30), time(4)),
        SingleDate(date(2026, 5, 4), time(8), time(8, 30)),
    )
    rule = Rule(frequency=Frequency.DATES, starts_on=START, dates=dates)
    found = expand(rule, first=START, last=YEAR_END, closed=frozenset({date(2026, 5, 4)}))
    assert [(item.on.day, item.index, item.closed, item.problem) for item in found] == [
        (29, 0, False, "gap"),
        (4, 0, True, None),
        (4, 1, True, None),
    ]


def test_too_many_dates_are_an_error_not_a_long_wait():
    rule = weekly(*(WeekdayTime(day, time(9), time(10)) for day in range(7)))
    with pytest.raises(TooManyOccurrences, match="more than 2000"):
        expand(rule, first=START, last=date(2035, 1, 1))
    with pytest.raises(TooManyOccurrences):
        expand(rule, first=date(9000, 1, 1), last=date(9000, 2, 1))
    assert len(expand(rule, first=START, last=START + timedelta(days=1999))) == 2000


def matches(rule: Rule, day: date) -> bool:
    """The definition, said once more without any library."""
    if rule.frequency is Frequency.WEEKLY:
        monday = rule.starts_on - timedelta(days=rule.starts_on.weekday())
        on_turn = (day - monday).days // 7 % rule.interval == 0
        return on_turn and day.weekday() in {item.weekday for item in rule.weekdays}
    months = (day.year - rule.starts_on.year) * 12 + day.month - rule.starts_on.month
    from_start = (day.day - 1) // 7 + 1
    later = sum((day + timedelta(days=7 * weeks)).month == day.month for weeks in range(1, 5))
    nths = {item.nth for item in rule.weekdays if item.weekday == day.weekday()}
    return months % rule.interval == 0 and bool(nths & {from_start, -later - 1})


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    monthly = draw(st.booleans())
    nth = st.sampled_from([1, 2, 3, 4, 5, -1, -2, -3]) if monthly else st.just(0)
    meetings = st.builds(lambda day, n: WeekdayTime(day, time(9), time(10), n), st.integers(0, 6), nth)
    starts_on = draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    limited = draw(st.booleans())
    return Rule(
        frequency="monthly_by_weekday" if monthly else "weekly",
        starts_on=starts_on,
        interval=draw(st.integers(1, 4)),
        weekdays=tuple(draw(st.lists(meetings, min_size=1, max_size=4))),
        until_on=draw(st.dates(starts_on, date(2029, 1, 1))) if limited else None,
        count=None if limited else draw(st.integers(1, 30) | st.none()),
    )


@given(rules(), st.integers(0, 500), st.integers(0, 500))
@settings(deadline=None)
def test_a_rule_gives_exactly_the_days_of_its_definition(rule, skip, length):
    first = rule.starts_on + timedelta(days=skip)
    last = first + timedelta(days=length)
    days = [rule.starts_on + timedelta(days=n) for n in range((last - rule.starts_on).days + 1)]
    expected = [day for day in days if matches(rule, day) and day <= (rule.until_on or day)][: rule.count]
    assert [item.on for item in expand(rule, first=first, last=last)] == [day for day in expected if day >= first]


@given(rules())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_another_program_reads_the_same_dates_from_the_text(rule):
    last = rule.starts_on + timedelta(days=400)
    found = expand(rule, first=rule.starts_on, last=last)
    assume(found)
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//DE\r\nBEGIN:VEVENT\r\nUID:s@t\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART;TZID=Europe/Berlin:{found[0].wall_start:%Y%m%dT%H%M%S}\r\n"
        f"DTEND;TZID=Europe/Berlin:{found[0].wall_end:%Y%m%dT%H%M%S}\r\n"
        f"RRULE:{rule.to_rrule_text()}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    read = recurring_ical_events.of(Calendar.from_ical(text)).between(rule.starts_on, last + timedelta(days=1))
    assert sorted(event.start.astimezone(UTC) for event in read) == [item.starts_at for item in found]


def test_the_parts_gather_days_that_share_a_time():
    rule = weekly(
        WeekdayTime(0, time(9), time(10)),
        WeekdayTime(4, time(22), time(6)),
        WeekdayTime(2, time(9), time(10)),
        count=8,
    )
    parts = describe(rule)
    assert (parts.frequency, parts.interval, parts.count, parts.starts_on) == ("weekly", 1, 8, START)
    assert [(group.start.hour, group.weekdays, group.overnight) for group in parts.groups] == [
        (9, ((0, 0), (2, 0)), False),
        (22, ((4, 0),), True),
    ]


def test_the_parts_of_single_dates_gather_dates():
    dates = tuple(SingleDate(date(2026, 5, day), time(9), time(10)) for day in (4, 6))
    (group,) = describe(Rule(frequency="dates", starts_on=START, dates=dates)).groups
    assert group.dates == (date(2026, 5, 4), date(2026, 5, 6))
    assert group.weekdays == ()
