"""Rules cut in two and dates paired across an edit, over random rules: nothing is lost, doubled or carried far."""

from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime, expand
from hub.queries.series_pairing import Meeting, anchored, before, beginning, next_in_phase, pair, periods, rest_of
from tests.series import FIRST, FRIDAY, MONDAY, WEDNESDAY, weekly

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)
YEAR = (date(2026, 9, 1), date(2027, 8, 31))
DAY = timedelta(days=1)


@st.composite
def rules(draw):
    """A rule of any kind that begins in the autumn."""
    starts_on = date(2026, 9, 1) + draw(st.integers(0, 90)) * DAY
    hours = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(6, 20)), min_size=1, max_size=3, unique=True))
    kind = draw(st.sampled_from(Frequency))
    if kind is Frequency.DATES:
        days = draw(st.lists(st.integers(0, 120), min_size=1, max_size=6, unique=True))
        dates = tuple(SingleDate(starts_on + day * DAY, time(hours[0][1]), time(hours[0][1] + 1)) for day in days)
        return Rule(frequency=kind, starts_on=min(item.on for item in dates), dates=dates)
    nth = draw(st.sampled_from((1, 2, -1))) if kind is Frequency.MONTHLY_BY_WEEKDAY else 0
    times = tuple(WeekdayTime(day, time(hour), time(hour + 1), nth) for day, hour in hours)
    ending = draw(st.sampled_from(({}, {"count": 7}, {"until_on": starts_on + 80 * DAY})))
    return Rule(frequency=kind, starts_on=starts_on, interval=draw(st.integers(1, 3)), weekdays=times, **ending)


def meetings(rule):
    return (
        [Meeting(one.on, one.index, one.wall_start) for one in expand(rule, first=YEAR[0], last=YEAR[1])]
        if rule
        else []
    )


@SETTINGS
@given(rules(), st.integers(0, 150))
def test_a_rule_cut_in_two_gives_the_same_days(rule, after):
    since = date(2026, 9, 1) + after * DAY
    assert meetings(before(rule, since)) + meetings(rest_of(rule, since)) == meetings(rule)


@SETTINGS
@given(rules(), rules())
def test_no_date_becomes_two_and_no_two_become_one(old, new):
    period = periods(old, new)
    olds, news = meetings(old), meetings(new)
    pairs = pair(olds, news, period)
    assert len(set(pairs.values())) == len(pairs)
    assert set(pairs) <= {one.key for one in olds}
    assert set(pairs.values()) <= {one.key for one in news}
    assert all(before[0] == after[0] or period(before[0]) == period(after[0]) for before, after in pairs.items())
    left = {period(one.on) for one in olds if one.key not in pairs}
    assert left.isdisjoint(period(one.on) for one in news if one.key not in pairs.values())


@SETTINGS
@given(rules())
def test_every_date_of_the_same_rule_is_its_own_pair(rule):
    dates = meetings(rule)
    assert pair(dates, dates, periods(rule, rule)) == {one.key: one.key for one in dates}


def test_every_second_week_stays_in_step():
    rule = weekly(interval=2)  # weeks of 14 and 28 September
    assert next_in_phase(rule, date(2026, 9, 21)) == date(2026, 9, 28)
    assert next_in_phase(rule, date(2026, 9, 30)) == date(2026, 9, 30)
    assert anchored(weekly(FRIDAY, interval=2), rule, date(2026, 9, 22)) == date(2026, 9, 28)


def test_a_new_step_begins_with_the_first_date_of_the_rule():
    assert anchored(weekly(interval=2), weekly(), date(2026, 9, 17)) == date(2026, 9, 23)
    assert anchored(weekly(), weekly(interval=2), date(2026, 9, 17)) == date(2026, 9, 17)


def test_a_change_from_wednesday_to_monday_begins_on_the_monday_of_its_week():
    today, wednesday = date(2026, 9, 14), date(2026, 9, 23)
    assert beginning(weekly(MONDAY), weekly(), wednesday, today=today) == date(2026, 9, 21)
    assert beginning(weekly(MONDAY), weekly(), wednesday, today=date(2026, 9, 22)) == date(2026, 9, 22)
    assert beginning(weekly(FRIDAY), weekly(), wednesday, today=today) == wednesday
    assert beginning(weekly(MONDAY, WEDNESDAY), weekly(), wednesday, today=today) == wednesday
    # An own date on the Monday stays what it is.
    assert beginning(weekly(MONDAY), weekly(MONDAY, WEDNESDAY), wednesday, today=today) == date(2026, 9, 22)


def test_a_rule_without_days_left_is_none():
    assert rest_of(weekly(count=2), date(2026, 9, 24)) is None
    assert rest_of(weekly(until_on=date(2026, 9, 20)), date(2026, 9, 21)) is None
    assert before(weekly(), FIRST) is None
    assert rest_of(weekly(count=3), date(2026, 9, 24)) == weekly(count=1, starts_on=date(2026, 9, 24))
