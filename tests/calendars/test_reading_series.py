"""Series in foreign files: excluded, replaced, moved and called-off dates, in whatever form they are named."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.reading import ReadResult, read_calendar

NOW = datetime(2027, 3, 15, tzinfo=UTC)
SERIES = (
    "UID:a",
    "SUMMARY:Kurs",
    "DTSTART;TZID=Europe/Berlin:20270315T090000",
    "DTEND;TZID=Europe/Berlin:20270315T100000",
    "RRULE:FREQ=WEEKLY;COUNT=4",
)


def file(*events: tuple[str, ...]) -> bytes:
    blocks = "".join("BEGIN:VEVENT\r\n" + "\r\n".join(lines) + "\r\nEND:VEVENT\r\n" for lines in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//DE\r\n{blocks}END:VCALENDAR\r\n".encode()


def read(*events: tuple[str, ...]) -> ReadResult:
    return read_calendar(file(*events), now=NOW)


def starts(result: ReadResult) -> list[str]:
    return [f"{item.starts_at:%d.%m. %H:%M}{' abgesagt' if item.cancelled else ''}" for item in result.dates]


def test_a_series_keeps_its_wall_time_over_the_clock_change():
    assert starts(read(SERIES)) == ["15.03. 08:00", "22.03. 08:00", "29.03. 07:00", "05.04. 07:00"]


def test_an_empty_rule_is_no_rule():
    result = read((*SERIES[:4], "RRULE:"))
    assert starts(result) == ["15.03. 08:00"]
    assert not result.truncated


def test_a_night_shift_ends_at_six_on_the_night_of_the_clock_change():
    lines = (
        "UID:n",
        "DTSTART;TZID=Europe/Berlin:20270326T220000",
        "DTEND;TZID=Europe/Berlin:20270327T060000",
        "RRULE:FREQ=DAILY;COUNT=3",
    )
    assert [f"{item.ends_at:%d. %H:%M}" for item in read(lines).dates] == ["27. 05:00", "28. 04:00", "29. 04:00"]


def test_an_exact_duration_stays_exact_on_that_night():
    lines = ("UID:n", "DTSTART;TZID=Europe/Berlin:20270327T220000", "DURATION:PT8H")
    (found,) = read(lines).dates
    assert found.ends_at - found.starts_at == timedelta(hours=8)


@pytest.mark.parametrize(
    "exclusion",
    [
        "EXDATE;TZID=Europe/Berlin:20270322T090000",
        "EXDATE:20270322T080000Z",
        "EXDATE;VALUE=DATE:20270322",
        "EXDATE:20270322",
        "EXDATE:20270322T090000",
        "EXDATE;TZID=Europe/Kyiv:20270322T100000",
        "EXDATE;TZID=W. Europe Standard Time:20270101T090000,20270322T090000",
    ],
)
def test_an_excluded_date_goes_whatever_form_it_has(exclusion):
    result = read((*SERIES, exclusion))
    assert starts(result) == ["15.03. 08:00", "29.03. 07:00", "05.04. 07:00"]
    assert result.problems == ()


@pytest.mark.parametrize(
    "exclusion", ["EXDATE;VALUE=DATE:20270316", "EXDATE:20270316T000000", "EXDATE:20270315T230000Z"]
)
def test_an_excluded_whole_day_goes_whatever_form_it_has(exclusion):
    lines = ("UID:d", "DTSTART;VALUE=DATE:20270315", "RRULE:FREQ=DAILY;COUNT=3", exclusion)
    assert [item.on for item in read(lines).dates] == [date(2027, 3, 15), date(2027, 3, 17)]


@pytest.mark.parametrize(
    "replaced",
    [
        "RECURRENCE-ID;TZID=Europe/Berlin:20270322T090000",
        "RECURRENCE-ID:20270322T080000Z",
        "RECURRENCE-ID;VALUE=DATE:20270322",
        "RECURRENCE-ID:20270322T090000",
    ],
)
def test_a_moved_date_replaces_its_original_whatever_form_names_it(replaced):
    moved = ("UID:a", replaced, "DTSTART:20270323T120000Z", "SUMMARY:Kurs, verlegt")
    result = read(SERIES, moved)
    assert starts(result) == ["15.03. 08:00", "23.03. 12:00", "29.03. 07:00", "05.04. 07:00"]
    assert result.dates[1].summary == "Kurs, verlegt"
    assert result.dates[1].original_at == datetime(2027, 3, 22, 8, tzinfo=UTC)


def test_a_single_date_of_a_series_can_be_called_off():
    off = ("UID:a", "RECURRENCE-ID:20270322T080000Z", "DTSTART:20270322T080000Z", "STATUS:CANCELLED")
    assert starts(read(SERIES, off)) == ["15.03. 08:00", "22.03. 08:00 abgesagt", "29.03. 07:00", "05.04. 07:00"]


def test_this_and_all_later_dates_move_together():
    later = (
        "UID:a",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20270322T090000",
        "DTSTART;TZID=Europe/Berlin:20270323T110000",
        "DURATION:PT30M",
    )
    result = read(SERIES, later)
    assert starts(result) == ["15.03. 08:00", "23.03. 10:00", "30.03. 09:00", "06.04. 09:00"]
    assert result.dates[3].ends_at - result.dates[3].starts_at == timedelta(minutes=30)


def test_this_and_all_later_dates_can_be_called_off_but_for_one():
    later = (
        "UID:a",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270322T080000Z",
        "DTSTART:20270322T080000Z",
        "STATUS:CANCELLED",
    )
    single = ("UID:a", "RECURRENCE-ID:20270329T070000Z", "DTSTART:20270329T150000Z")
    assert starts(read(SERIES, later, single)) == [
        "15.03. 08:00",
        "22.03. 08:00 abgesagt",
        "29.03. 15:00",
        "05.04. 07:00 abgesagt",
    ]


def test_a_replacement_without_its_series_still_takes_place():
    (found,) = read(("UID:a", "RECURRENCE-ID:20270322T080000Z", "DTSTART:20270323T120000Z")).dates
    assert found.starts_at == datetime(2027, 3, 23, 12, tzinfo=UTC)


def test_a_date_moved_into_the_window_from_far_outside_is_kept():
    moved = ("UID:a", "RECURRENCE-ID:20200106T080000Z", "DTSTART:20270401T120000Z")
    old = ("UID:a", "DTSTART:20200106T080000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert starts(read(old, moved)) == ["01.04. 12:00"]


def test_the_newest_replacement_counts():
    first = ("UID:a", "RECURRENCE-ID:20270322T080000Z", "DTSTART:20270323T120000Z", "SEQUENCE:2")
    older = ("UID:a", "RECURRENCE-ID:20270322T080000Z", "DTSTART:20270324T120000Z", "SEQUENCE:1")
    assert "23.03. 12:00" in starts(read(SERIES, first, older))


def test_extra_dates_come_on_top_in_any_form_and_only_once():
    extra = "RDATE;VALUE=PERIOD:20270316T080000Z/PT2H,20270316T080000Z/20270316T090000Z"
    lines = (*SERIES[:4], extra, "RDATE;TZID=Europe/Berlin:20270317T090000,20270315T090000")
    assert starts(read(lines)) == ["15.03. 08:00", "16.03. 08:00", "17.03. 08:00"]


@pytest.mark.parametrize(
    ("until", "number"),
    [("20270329", 3), ("20270329T070000Z", 3), ("20270329T065959Z", 2), ("20270329T090000", 3), ("20270329T085959", 2)],
)
def test_the_end_of_a_series_in_every_form(until, number):
    lines = (*SERIES[:4], f"RRULE:FREQ=WEEKLY;UNTIL={until}")
    assert len(read(lines).dates) == number


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=SECONDLY", "rule_too_frequent"),
        ("FREQ=OFTEN", "rule_not_understood"),
        ("FREQ=WEEKLY;UNTIL=x", "broken_value"),
    ],
)
def test_a_rule_that_cannot_be_read_leaves_its_first_date_and_the_rest_unknown(rule, code):
    result = read((*SERIES[:4], f"RRULE:{rule}"))
    assert starts(result) == ["15.03. 08:00"]
    assert [problem.code for problem in result.problems] == [code]
    assert result.truncated


@given(
    st.dates(date(2026, 1, 1), date(2027, 3, 1)),
    st.integers(4, 22),
    st.sampled_from(["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY"]),
    st.sets(st.integers(0, 30), max_size=5),
)
@settings(deadline=None, max_examples=40)
def test_another_program_sees_the_same_series(day, hour, rule, excluded):
    at = datetime.combine(day, time(hour))
    off = ",".join(f"{at + timedelta(days=number):%Y%m%dT%H%M%S}" for number in sorted(excluded))
    lines = (
        "UID:s",
        f"DTSTART;TZID=Europe/Berlin:{at:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Europe/Berlin:{at + timedelta(hours=1):%Y%m%dT%H%M%S}",
        f"RRULE:{rule}",
        *([f"EXDATE;TZID=Europe/Berlin:{off}"] if off else []),
    )
    data = file(lines)
    first, last = NOW - timedelta(days=31), NOW + timedelta(days=731)
    others = recurring_ical_events.of(Calendar.from_ical(data)).between(first, last)
    # RFC 5545, 3.8.5.3 makes DTSTART a date of the series even where its rule does not name it; the other program
    # leaves it out, so that it is compared only if both have it.
    expected = {event.start.astimezone(UTC) for event in others}
    found = {item.starts_at for item in read_calendar(data, now=NOW).dates}
    assert found - {at.astimezone(UTC)} == expected - {at.astimezone(UTC)}
