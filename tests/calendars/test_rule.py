"""Rules refuse contradictions and survive the way through RFC 5545 text."""

from datetime import UTC, date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime, from_rrule_text

MONDAY_MORNING = WeekdayTime(0, time(9), time(10))
START = date(2026, 3, 2)


@st.composite
def repeating_rules(draw: st.DrawFn) -> Rule:
    monthly = draw(st.booleans())
    nth = st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]) if monthly else st.just(0)
    spans = st.sampled_from([(time(9), time(10)), (time(13, 30), time(15)), (time(22), time(6))])
    meetings = st.builds(lambda day, span, n: WeekdayTime(day, *span, n), st.integers(0, 6), spans, nth)
    end = draw(st.sampled_from(["until_on", "count", "never"]))
    starts_on = draw(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
    return Rule(
        frequency=Frequency.MONTHLY_BY_WEEKDAY if monthly else Frequency.WEEKLY,
        starts_on=starts_on,
        interval=draw(st.integers(1, 6)),
        weekdays=tuple(draw(st.lists(meetings, min_size=1, max_size=5))),
        until_on=draw(st.dates(starts_on, date(2032, 1, 1))) if end == "until_on" else None,
        count=draw(st.integers(1, 60)) if end == "count" else None,
    )


@given(repeating_rules())
def test_a_rule_survives_the_way_through_text(rule):
    again = from_rrule_text(rule.to_rrule_text(), starts_on=rule.starts_on, weekdays=rule.weekdays)
    assert again == rule


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "FREQ=WEEKLY;BYDAY=MO"),
        ({"interval": 2, "count": 10}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10"),
        ({"until_on": date(2026, 7, 31)}, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260731T215959Z"),
        ({"until_on": date(2026, 12, 21)}, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261221T225959Z"),
        (
            {"frequency": "monthly_by_weekday", "weekdays": ((1, time(9), time(10), 2), (4, time(9), time(10), -1))},
            "FREQ=MONTHLY;BYDAY=2TU,-1FR",
        ),
    ],
)
def test_the_text_of_common_rules(changes, text):
    rule = Rule(**{"frequency": "weekly", "starts_on": START, "weekdays": (MONDAY_MORNING,), **changes})
    assert rule.to_rrule_text() == text


@pytest.mark.parametrize(
    ("text", "until_on"),
    [
        ("RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260731", date(2026, 7, 31)),
        ("freq=weekly;byday=mo;wkst=mo;until=20260731T235959", date(2026, 7, 31)),
        ("FREQ=WEEKLY;UNTIL=20260730T220000Z", date(2026, 7, 31)),
    ],
)
def test_equivalent_texts_are_understood(text, until_on):
    assert from_rrule_text(text, starts_on=START, weekdays=[MONDAY_MORNING]).until_on == until_on


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=DAILY",
        "FREQ=SECONDLY;COUNT=5",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=MO,TU",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=MO;FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=MO;WKST=SU",
        "FREQ=WEEKLY;BYDAY=MO;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=MO;INTERVAL=-1",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=٣",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=999999999999",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20269931",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=tomorrow",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260731;COUNT=2",
    ],
)
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        from_rrule_text(text, starts_on=START, weekdays=[MONDAY_MORNING])


@pytest.mark.parametrize(
    "changes",
    [
        {"frequency": "daily"},
        {"weekdays": ()},
        {"interval": 0},
        {"count": 0},
        {"count": 3, "until_on": date(2026, 4, 1)},
        {"until_on": date(2026, 3, 1)},
        {"zone": "Mars/Olympus"},
        {"dates": (SingleDate(START, time(9), time(10)),)},
        {"weekdays": (WeekdayTime(7, time(9), time(10)),)},
        {"weekdays": (WeekdayTime(0, time(9), time(9)),)},
        {"weekdays": (WeekdayTime(0, time(9, tzinfo=UTC), time(10)),)},
        {"weekdays": (WeekdayTime(0, time(9), time(10), 2),)},
        {"frequency": "monthly_by_weekday"},
        {"frequency": "monthly_by_weekday", "weekdays": (WeekdayTime(0, time(9), time(10), 6),)},
        {"frequency": "dates"},
    ],
)
def test_contradictions_are_refused(changes):
    with pytest.raises(ValueError, match=r".+"):
        Rule(**{"frequency": "weekly", "starts_on": START, "weekdays": (MONDAY_MORNING,), **changes})


@pytest.mark.parametrize(
    "changes", [{"count": 2}, {"until_on": START}, {"interval": 2}, {"weekdays": (MONDAY_MORNING,)}]
)
def test_a_rule_of_dates_has_nothing_but_dates(changes):
    dates = (SingleDate(START, time(9), time(10)),)
    with pytest.raises(ValueError, match="a rule of dates"):
        Rule(frequency="dates", starts_on=START, dates=dates, **changes)


def test_a_rule_of_dates_has_no_rrule():
    rule = Rule(frequency="dates", starts_on=START, dates=(SingleDate(START, time(9), time(10)),))
    with pytest.raises(ValueError, match="no RRULE"):
        rule.to_rrule_text()


def test_the_order_of_the_times_makes_no_other_rule():
    times = (WeekdayTime(2, time(9), time(10)), MONDAY_MORNING)
    fields = {"frequency": "weekly", "starts_on": START}
    assert Rule(weekdays=times, **fields) == Rule(weekdays=times[::-1], **fields)
