"""Windows cut into pieces, and pieces joined again."""

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from calendars.pieces import cut, join
from calendars.rule import Frequency, Rule, SingleDate, WeekdayTime

TUESDAY, FRIDAY = 1, 4


def weekly(*times: WeekdayTime) -> Rule:
    return Rule(frequency=Frequency.WEEKLY, starts_on=date(2026, 9, 15), weekdays=times)


def spans(rule: Rule) -> list[str]:
    return [f"{item.start:%H:%M}-{item.end:%H:%M}" for item in rule.weekdays]


def test_three_hours_become_three_pieces_of_one() -> None:
    rule = cut(weekly(WeekdayTime(TUESDAY, time(9), time(12))), 60)
    assert spans(rule) == ["09:00-10:00", "10:00-11:00", "11:00-12:00"]
    assert join(rule) == (weekly(WeekdayTime(TUESDAY, time(9), time(12))), 60)


def test_what_is_left_over_falls_away_and_what_is_too_short_stays_whole() -> None:
    rule = weekly(WeekdayTime(TUESDAY, time(9), time(11)), WeekdayTime(FRIDAY, time(9), time(9, 45)))
    assert spans(cut(rule, 90)) == ["09:00-10:30", "09:00-09:45"]
    assert cut(rule, 0) == rule


def test_a_window_over_midnight_is_cut_too() -> None:
    assert spans(cut(weekly(WeekdayTime(FRIDAY, time(23), time(0, 30))), 30)) == [
        "00:00-00:30",
        "23:00-23:30",
        "23:30-00:00",
    ]


def test_single_days_are_cut_and_joined() -> None:
    day = SingleDate(date(2026, 9, 15), time(9), time(10))
    rule = Rule(frequency=Frequency.DATES, starts_on=day.on, dates=(day,))
    halves = cut(rule, 30)
    assert [(one.start, one.end) for one in halves.dates] == [(time(9), time(9, 30)), (time(9, 30), time(10))]
    assert join(halves) == (rule, 30)


def test_meetings_that_do_not_follow_each_other_or_differ_in_length_are_no_pieces() -> None:
    apart = weekly(WeekdayTime(TUESDAY, time(9), time(10)), WeekdayTime(TUESDAY, time(11), time(12)))
    unequal = weekly(WeekdayTime(TUESDAY, time(9), time(10)), WeekdayTime(TUESDAY, time(10), time(10, 30)))
    assert join(apart) == (apart, 0)
    assert join(unequal) == (unequal, 0)


@given(start=st.integers(0, 20), pieces=st.integers(2, 6), minutes=st.sampled_from([30, 60]))
def test_cutting_and_joining_give_the_window_back(start: int, pieces: int, minutes: int) -> None:
    end = min(start * 60 + pieces * minutes, 23 * 60)
    pieces = (end - start * 60) // minutes
    window = weekly(WeekdayTime(TUESDAY, time(start), time(end // 60, end % 60)))
    parts = cut(window, minutes)
    assert len(parts.weekdays) == pieces
    assert join(parts) == (window, minutes if pieces > 1 else 0)
