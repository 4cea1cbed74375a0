"""A series keeps its rule as plain columns and gives it back unchanged."""

import json
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub.models.series import Series

TIMES = st.tuples(st.times(), st.times()).map(lambda pair: [one.replace(second=0, microsecond=0) for one in pair])
SPANS = TIMES.filter(lambda pair: pair[0] != pair[1])
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
WEEKLY = st.builds(
    Rule,
    frequency=st.just(Frequency.WEEKLY),
    starts_on=DAYS,
    interval=st.integers(1, 4),
    weekdays=st.lists(st.tuples(st.integers(0, 6), SPANS), min_size=1, max_size=4).map(
        lambda items: tuple(WeekdayTime(day, *span) for day, span in items)
    ),
    count=st.none() | st.integers(1, 40),
)
SINGLE = st.builds(
    Rule,
    frequency=st.just(Frequency.DATES),
    starts_on=DAYS,
    dates=st.lists(st.tuples(DAYS, SPANS), min_size=1, max_size=6).map(
        lambda items: tuple(SingleDate(day, *span) for day, span in items)
    ),
)


@given(WEEKLY | SINGLE)
def test_a_rule_comes_back_as_it_was_through_json(rule):
    series = Series(rule=rule)
    series.times = json.loads(json.dumps(series.times))
    assert series.rule == rule


def test_a_monthly_rule_comes_back_too():
    last_friday = WeekdayTime(4, time(14), time(15), nth=-1)
    rule = Rule(frequency=Frequency.MONTHLY_BY_WEEKDAY, starts_on=date(2026, 9, 1), weekdays=(last_friday,))
    assert Series(rule=rule).rule == rule
