"""Hostile and enormous files end in a coded answer after a counted amount of work, never in an exception."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.entry import CalendarEntry, CalendarHead
from calendars.reading import Limits, read_calendar
from calendars.writing import write_calendar

NOW = datetime(2026, 11, 21, tzinfo=UTC)
START = "DTSTART;TZID=Europe/Berlin:20250901T090000\nDTEND;TZID=Europe/Berlin:20250901T100000\n"


def file_of(number: int, body: str) -> bytes:
    events = "".join(f"BEGIN:VEVENT\nUID:u{place}\n{body}\nEND:VEVENT\n" for place in range(number))
    return f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode()


def crowd_under_one_uid() -> bytes:
    days = [datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=number) for number in range(4900)]
    series = "".join(f"BEGIN:VEVENT\nUID:a\nDTSTART:{at:%Y%m%dT%H%M%SZ}\nEND:VEVENT\n" for at in days)
    replaced = "".join(
        f"BEGIN:VEVENT\nUID:a\nDTSTART:20250101\nRECURRENCE-ID:{at:%Y%m%dT%H%M%SZ}\nEND:VEVENT\n" for at in days
    )
    return f"BEGIN:VCALENDAR\n{series}{replaced}END:VCALENDAR\n".encode()


HOSTILE = {
    "every second": (file_of(9000, f"{START}RRULE:FREQ=SECONDLY"), "rule_too_frequent"),
    "never": (file_of(9000, f"{START}RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "too_much_work"),
    "since 1601": (file_of(9000, "DTSTART:16010101T090000Z\nRRULE:FREQ=DAILY;COUNT=99999"), "too_much_work"),
    "for ever": (file_of(9000, f"{START}RRULE:FREQ=DAILY"), "too_many_dates"),
    "one uid": (crowd_under_one_uid(), "too_much_work"),
    "nested": (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 300_000, "too_many_components"),
    "many components": (file_of(10_001, "DTSTART:20261201"), "too_many_components"),
    "too large": (b"BEGIN:VCALENDAR\n" + b" \n" * 2_600_000, "too_large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered(name):
    data, code = HOSTILE[name]
    result = read_calendar(data, now=NOW)
    assert code in [problem.code for problem in result.problems]
    assert result.truncated
    assert len(result.dates) <= 2000
    assert len(result.problems) <= 200


def steps(data: bytes, limits: Limits) -> int:
    """How many calls of functions it takes to read a file: a measure of work that is the same on every machine."""
    number = 0

    def count(_frame, event, _argument):
        nonlocal number
        number += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read_calendar(data, now=NOW, limits=limits)
    finally:
        sys.setprofile(before)
    return number


RULES = [
    "DTSTART:20261201T090000Z\nRRULE:FREQ=SECONDLY",
    "DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))) + ";BYMINUTE=1,2,3",
    f"{START}RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    f"{START}RRULE:FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "DTSTART:16010101T090000Z\nRRULE:FREQ=DAILY;COUNT=99999",
    f"{START}RRULE:FREQ=DAILY",
]


@pytest.mark.parametrize("days", [1_000, 20_000])
@pytest.mark.parametrize("rule", RULES)
def test_the_work_is_bounded_by_the_limits_whatever_the_rules_say(rule, days):
    limits, number = Limits(days_looked_at=days, dates=200, components=1_000), 400
    # Measured: up to 350 for an event and 10 for a day looked at. Unguarded it would be billions.
    assert steps(file_of(number, rule), limits) < number * 400 + days * 15


def test_a_rule_of_every_second_costs_no_more_than_the_line_it_stands_in():
    limits = Limits(days_looked_at=0)  # not a single day may be looked at
    plain, second = file_of(5_000, START), file_of(4_999, START)
    second = second.replace(b"END:VCALENDAR\n", b"") + file_of(1, f"{START}RRULE:FREQ=SECONDLY").partition(b"\n")[2]
    assert abs(steps(second, limits) - steps(plain, limits)) < 100
    result = read_calendar(second, now=NOW, limits=limits)
    assert "rule_too_frequent" in [problem.code for problem in result.problems]
    assert "too_much_work" not in [problem.code for problem in result.problems]


def test_of_too_many_dates_the_earliest_are_kept():
    result = read_calendar(file_of(1, f"{START}RRULE:FREQ=DAILY"), now=NOW, limits=Limits(dates=10))
    days = [item.starts_at.date() for item in result.dates]
    assert days == [(NOW - timedelta(days=31 - number)).date() for number in range(10)]
    assert result.truncated


def test_exactly_the_limit_is_whole():
    data = file_of(1, "DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY;COUNT=10")
    result = read_calendar(data, now=NOW, limits=Limits(dates=10, octets=len(data), components=2))
    assert len(result.dates) == 10
    assert not result.truncated


LINES = rb"""
BEGIN:VCALENDAR
END:VCALENDAR
BEGIN:VEVENT
END:VEVENT
BEGIN:VTIMEZONE
END:VTIMEZONE
BEGIN:STANDARD
END:STANDARD
TZID:X
TZOFFSETFROM:+9999
TZOFFSETTO:+0100
UID:a
UID:b
DTSTART:20261201T090000Z
DTSTART;VALUE=DATE:20261201
DTSTART:16000101T000000Z
DTSTART:22001231T235959
DTSTART;TZID=X:20261201T090000
DTSTART;TZID=UTC-23:22001231T235959
DTSTART;TZID="a:20261201
DTEND:22001231T235959Z
DTEND:16000101
DURATION:P3659D
DURATION:-P9W
RRULE:FREQ=WEEKLY;UNTIL=16000101
RRULE:FREQ=YEARLY;BYDAY=-53MO
RRULE:FREQ=MONTHLY;INTERVAL=999999;BYSETPOS=-366;COUNT=9
RRULE:FREQ=DAILY;UNTIL=20270101T000000Z;BYHOUR=0,23
RECURRENCE-ID;RANGE=THISANDFUTURE:20261201
RECURRENCE-ID:22001231T000000
EXDATE:,,20261201,
RDATE;VALUE=PERIOD:20261201T090000Z/PT1H
SEQUENCE:99999999999999999999
SUMMARY:\
CATEGORIES:,\,,
X-WR-TIMEZONE:..
METHOD:CANCEL
STATUS:CANCELLED
""".split(b"\n")
scraps = st.sampled_from([line + b"\r\n" for line in LINES]) | st.binary(max_size=8)


@given(st.lists(scraps, max_size=12), st.lists(scraps, max_size=12))
@settings(deadline=None, max_examples=400)
def test_nothing_in_a_file_raises(one, two):
    event = b"BEGIN:VEVENT\nUID:a\n%sEND:VEVENT\n"
    data = b"BEGIN:VCALENDAR\n" + event % b"".join(one) + event % b"".join(two) + b"END:VCALENDAR"
    result = read_calendar(data, now=NOW)
    assert all(item.ends_at >= item.starts_at for item in result.dates)
    assert read_calendar(data, now=NOW) == result


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4), st.text(max_size=30), st.booleans()), max_size=8)
)
@settings(deadline=None)
def test_what_we_write_we_read(events):
    head = CalendarHead(name="T", prodid="-//T//DE", refresh=timedelta(hours=1), cancelled_prefix="Abgesagt: ")
    entries = [
        CalendarEntry(
            uid=f"{place}@t",
            summary="x" + text,
            changed_at=NOW,
            starts_at=NOW + timedelta(minutes=minute),
            ends_at=NOW + timedelta(minutes=minute + length),
            cancelled=cancelled,
        )
        for place, (minute, length, text, cancelled) in enumerate(events)
    ]
    result = read_calendar(write_calendar(head, entries), now=NOW)
    assert {(item.uid, item.starts_at, item.ends_at, item.cancelled) for item in result.dates} == {
        (entry.uid, entry.starts_at, entry.ends_at, entry.cancelled) for entry in entries
    }
    assert result.problems == ()
