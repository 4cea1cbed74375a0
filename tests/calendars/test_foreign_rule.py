"""Rules from foreign files: the same dates as dateutil gives, and no rule can stop the house."""

from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.foreign_rule import Work, parse_rule, walls
from calendars.read_result import ReadingProblem

START = datetime(2025, 9, 1, 9)  # noqa: DTZ001 (wall time, as in the whole file)
LOW, HIGH = datetime(2026, 1, 1), datetime(2027, 6, 30)  # noqa: DTZ001


def expanded(text: str, start: datetime = START, *, until: datetime | None = None, days: int = 10**6) -> list[datetime]:
    return list(walls(parse_rule(text), start, until=until, low=LOW, high=HIGH, work=Work(days)))


def lists(values: st.SearchStrategy[int], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


# What can go together so that a rule comes true again and again: dateutil searches to the year 9999 for what never does
TOGETHER = {
    "DAILY": [{"INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY"}],
    "WEEKLY": [{"INTERVAL", "BYDAY", "BYMONTH", "WKST"}],
    "MONTHLY": [
        {"INTERVAL", "BYMONTHDAY"},
        {"INTERVAL", "NUMBERED", "BYSETPOS"},
        {"BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS"},
    ],
    "YEARLY": [
        {"INTERVAL", "BYMONTH", "BYMONTHDAY"},
        {"INTERVAL", "BYYEARDAY"},
        {"INTERVAL", "NUMBERED"},
        {"BYMONTH", "NUMBERED"},
    ],
}
WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
NTH = st.builds("{}{}".format, st.sampled_from(["1", "2", "-1", "-2", "5"]), WEEKDAYS)
VALUES = {
    "INTERVAL": st.integers(1, 4).map(str),
    "BYMONTH": lists(st.integers(1, 12)),
    "BYMONTHDAY": lists(st.integers(1, 28) | st.integers(-5, -1)),
    "BYDAY": st.lists(WEEKDAYS, min_size=1, max_size=3, unique=True).map(",".join),
    "NUMBERED": st.lists(NTH, min_size=1, max_size=3, unique=True).map(",".join),
    "BYYEARDAY": lists(st.sampled_from([1, 60, 100, -1, -365])),
    "BYSETPOS": lists(st.sampled_from([1, -1])),
    "BYHOUR": lists(st.integers(0, 23)),
    "BYMINUTE": lists(st.integers(0, 59)),
    "COUNT": st.integers(1, 40).map(str),
    "WKST": st.sampled_from(["MO", "SU"]),
}


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(sorted(TOGETHER)))
    may = sorted(draw(st.sampled_from(TOGETHER[frequency])) | {"BYHOUR", "BYMINUTE", "COUNT"})
    names = draw(st.lists(st.sampled_from(may), unique=True))
    # With BYSETPOS alone dateutil has no set to choose from.
    names = [name for name in names if name != "BYSETPOS" or {"BYDAY", "NUMBERED", "BYMONTHDAY"} & set(names)]
    parts = [f"{name.replace('NUMBERED', 'BYDAY')}={draw(VALUES[name])}" for name in names]
    return ";".join([f"FREQ={frequency}", *parts])


@given(rule_texts(), st.datetimes(datetime(2023, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001
@settings(deadline=None, max_examples=300)
def test_every_rule_gives_the_dates_dateutil_gives(text, start):
    start = start.replace(microsecond=0)
    bounded = text if "COUNT" in text else f"{text};UNTIL={HIGH:%Y%m%dT%H%M%S}"
    expected = {at for at in rrulestr(bounded, dtstart=start) if LOW <= at <= HIGH}
    assert expanded(text, start) == sorted(expected | ({start} if LOW <= start <= HIGH else set()))


def test_days_with_and_without_number_add_up():
    # dateutil wants both at once; RFC 5545, 3.3.10 lets each name its own days.
    assert expanded("FREQ=MONTHLY;BYDAY=MO,1MO") == expanded("FREQ=MONTHLY;BYDAY=MO")


def test_the_366th_day_comes_in_leap_years_only():
    start = datetime(2024, 12, 31, 9)  # noqa: DTZ001
    rule, high = parse_rule("FREQ=YEARLY;BYYEARDAY=366"), datetime(2033, 1, 1)  # noqa: DTZ001
    found = walls(rule, start, until=None, low=start, high=high, work=Work(10**6))
    assert [at.year for at in found] == [2024, 2028, 2032]


@pytest.mark.parametrize("text", ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=3", "freq=hourly"])
def test_rules_that_repeat_within_a_day_are_not_expanded(text):
    with pytest.raises(ReadingProblem, match="rule_too_frequent"):
        parse_rule(text)


def test_very_many_times_a_day_are_too_frequent_too():
    minutes = ",".join(map(str, range(60)))
    with pytest.raises(ReadingProblem, match="rule_too_frequent"):
        parse_rule(f"FREQ=DAILY;BYHOUR=1,2;BYMINUTE={minutes}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=1,2",
        "FREQ=WEEKLY;COUNT=-3",
        "FREQ=WEEKLY;COUNT=",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=YEARLY;RSCALE=HEBREW",
    ],
)
def test_broken_and_exotic_rules_are_not_guessed_at(text):
    with pytest.raises(ReadingProblem, match="rule_not_understood"):
        parse_rule(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;",
        "FREQ=WEEKLY;X-NOTE=1",
        "FREQ=WEEKLY; INTERVAL=1",
        "RSCALE=GREGORIAN;FREQ=WEEKLY",
        "FREQ=WEEKLY;COUNT=-1",
    ],
)
def test_harmless_additions_are_ignored(text):
    assert expanded(text) == expanded("FREQ=WEEKLY")


@pytest.mark.parametrize("text", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1"])
def test_a_rule_that_never_comes_true_ends_at_the_window(text):
    assert expanded(text, days=3000) == []


def test_long_past_beginnings_cost_nothing():
    start = datetime(1601, 1, 1, 9)  # noqa: DTZ001
    assert len(expanded("FREQ=WEEKLY", start, days=700)) == 78


def test_the_account_of_work_runs_out():
    with pytest.raises(ReadingProblem, match="too_much_work"):
        expanded("FREQ=DAILY;COUNT=99999", datetime(1700, 1, 1), days=1000)  # noqa: DTZ001


def test_the_end_of_a_rule_is_included():
    until = datetime(2026, 1, 12, 9)  # noqa: DTZ001
    assert [at.day for at in expanded("FREQ=WEEKLY", until=until)] == [5, 12]
    assert [at.day for at in expanded("FREQ=WEEKLY", until=until - timedelta(seconds=1))] == [5]
