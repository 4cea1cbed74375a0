"""What we write, other programs read: icalendar, ics and recurring-ical-events agree with the entry."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ics
import pytest
import recurring_ical_events
from dateutil.tz import tzical
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.entry import CalendarEntry, CalendarHead
from calendars.reading import read_calendar
from calendars.text import clean_line, clean_lines, clean_uri
from calendars.writing import empty_calendar, write_calendar

BERLIN = ZoneInfo("Europe/Berlin")
HEAD = CalendarHead(name="Termine", prodid="-//T//DE", refresh=timedelta(hours=4), cancelled_prefix="Abgesagt: ")
EVENT_PROPERTIES = {
    "DTSTART", "DTEND", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "LOCATION", "DESCRIPTION", "URL",
    "STATUS", "TRANSP",
}  # fmt: skip
instants = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
any_text = st.text(st.characters(codec=None), min_size=1, max_size=120)
hostile = st.lists(
    st.sampled_from(
        ["\r", "\n", "\r\n", "\u2028", "\u2029", "\x85", "\x0c", ";", ",", "\\", "\\n", ":", '"', " ", "ä", "👍"]
    )
    | st.sampled_from(["END:VEVENT", "BEGIN:VALARM", "ATTENDEE:mailto:a@b", "X" * 80]),
    min_size=1,
    max_size=25,
).map("".join)


@st.composite
def timed_entries(draw: st.DrawFn) -> CalendarEntry:
    starts_at = draw(instants)
    text = any_text | hostile
    return CalendarEntry(
        uid="u1@t.example",
        summary=draw(text),
        location=draw(text),
        description=draw(text),
        url=draw(text),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(seconds=draw(st.integers(1, 200_000))),
        changed_at=draw(instants),
        sequence=draw(st.integers(0, 99)),
        cancelled=draw(st.booleans()),
        transparent=draw(st.booleans()),
        alarm_minutes=tuple(draw(st.lists(st.integers(0, 10_000), max_size=3))),
    )


def only_event(written: bytes):
    calendar = Calendar.from_ical(written)
    assert not calendar.errors
    (event,) = calendar.events
    assert not event.errors
    return event


@given(timed_entries())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_in_any_field_gives_exactly_one_property(entry):
    written = write_calendar(HEAD, [entry])
    assert written.decode().splitlines() == written.decode().split("\r\n")[:-1]
    event = only_event(written)
    assert set(event.keys()) == EVENT_PROPERTIES
    assert not any(isinstance(value, list) for value in event.values())
    alarms = set() if entry.cancelled else set(entry.alarm_minutes)
    assert [part.name for part in event.subcomponents] == ["VALARM"] * len(alarms)


@given(timed_entries())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_icalendar_reads_back_every_field(entry):
    event = only_event(write_calendar(HEAD, [entry]))
    prefix = HEAD.cancelled_prefix if entry.cancelled else ""
    assert event.decoded("DTSTART") == entry.starts_at
    assert event.decoded("DTEND") == entry.ends_at
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == entry.changed_at
    assert event["SEQUENCE"] == entry.sequence
    assert str(event["SUMMARY"]) == clean_line(prefix + entry.summary)
    assert str(event["LOCATION"]) == clean_line(entry.location)
    assert str(event["DESCRIPTION"]) == clean_lines(entry.description)
    assert str(event["URL"]) == clean_uri(entry.url)
    assert event["STATUS"] == ("CANCELLED" if entry.cancelled else "CONFIRMED")
    assert event["TRANSP"] == ("TRANSPARENT" if entry.cancelled or entry.transparent else "OPAQUE")
    minutes = {-alarm.decoded("TRIGGER") // timedelta(minutes=1) for alarm in event.walk("VALARM")}
    assert minutes == (set() if entry.cancelled else set(entry.alarm_minutes))


@given(timed_entries())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_ics_reads_the_same_as_icalendar(entry):
    # ics 0.7.3 unescapes in several passes, so that a backslash before certain letters does not survive it.
    texts = {field: getattr(entry, field).replace("\\", "/") for field in ("summary", "location", "description")}
    entry = replace(entry, **texts)
    (event,) = ics.Calendar(write_calendar(HEAD, [entry]).decode()).events
    prefix = HEAD.cancelled_prefix if entry.cancelled else ""
    assert event.uid == entry.uid
    assert event.begin.datetime == entry.starts_at
    assert event.end.datetime == entry.ends_at
    assert event.last_modified.datetime == entry.changed_at
    assert (event.name or "") == clean_line(prefix + entry.summary)
    assert (event.location or "") == clean_line(entry.location)
    assert (event.description or "") == clean_lines(entry.description)
    assert event.transparent is (entry.cancelled or entry.transparent)
    assert event.status == ("CANCELLED" if entry.cancelled else "CONFIRMED")


@given(timed_entries())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_our_own_reader_reads_what_it_keeps(entry):
    entry = replace(entry, uid="u2@t.example")
    result = read_calendar(write_calendar(HEAD, [entry]), now=entry.starts_at)
    prefix = HEAD.cancelled_prefix if entry.cancelled else ""
    assert not result.problems
    (one,) = result.dates
    assert (one.uid, one.starts_at, one.ends_at) == (entry.uid, entry.starts_at, entry.ends_at)
    assert one.summary == clean_line(prefix + entry.summary)[:300]  # of a foreign title so much is kept
    assert (one.cancelled, one.transparent) == (entry.cancelled, entry.cancelled or entry.transparent)


@given(timed_entries())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_icalendar_writes_the_same_lines_again(entry):
    """Folds and the order within a rule are its own; alarms come back as other words for the same span."""
    written = write_calendar(HEAD, [replace(entry, alarm_minutes=())])
    again = Calendar.from_ical(written).to_ical(sorted=False)
    assert lines(again)[lines(again).index("BEGIN:VEVENT") :] == lines(written)[lines(written).index("BEGIN:VEVENT") :]


def lines(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


@given(st.lists(timed_entries(), max_size=6), st.randoms())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_one_state_gives_one_file(entries, random):
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert write_calendar(HEAD, shuffled) == write_calendar(HEAD, entries)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
@settings(deadline=None)
def test_whole_days_end_on_the_day_after_the_last(on, more):
    entry = CalendarEntry(
        uid="d@t",
        summary="Urlaub",
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
        on=on,
        until_on=on + timedelta(days=more),
    )
    written = write_calendar(HEAD, [entry])
    event = only_event(written)
    assert event.decoded("DTSTART") == on
    assert event.decoded("DTEND") == on + timedelta(days=more + 1)
    (other,) = ics.Calendar(written.decode()).events
    assert other.all_day
    assert other.begin.date() == on


def test_a_date_without_length_starts_and_ends_together_for_both_readers(make_entry):
    entry = make_entry(ends_at=make_entry().starts_at)
    written = write_calendar(HEAD, [entry])
    assert only_event(written).end == only_event(written).start == entry.starts_at
    (other,) = ics.Calendar(written.decode()).events
    assert other.end.datetime == entry.starts_at


@pytest.mark.parametrize("year", [1996, 2020, 2026, 2027, 2028, 2050])
def test_the_hand_written_zone_is_berlin_at_every_hour_around_both_clock_changes(year):
    text = empty_calendar(HEAD).decode()
    zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")] + "END:VTIMEZONE\r\n"
    written, real = tzical(io.StringIO(zone)).get("Europe/Berlin"), BERLIN
    for start in (datetime(year, 3, 24, tzinfo=UTC), datetime(year, 10, 24, tzinfo=UTC)):
        for half_hours in range(8 * 48):
            at = start + timedelta(minutes=30 * half_hours)
            assert at.astimezone(written).replace(tzinfo=None) == at.astimezone(real).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("starts_at", "wall", "hours"),
    [
        (datetime(2026, 3, 28, 21, tzinfo=UTC), "28.03. 22:00", 7),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), "29.03. 03:00", 1),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), "24.10. 22:00", 9),
        (datetime(2026, 10, 25, 2, tzinfo=UTC), "25.10. 03:00", 1),
        (datetime(2027, 3, 28, 0, tzinfo=UTC), "28.03. 01:00", 3),
        (datetime(2027, 10, 30, 20, tzinfo=UTC), "30.10. 22:00", 9),
    ],
)
def test_a_reader_in_berlin_sees_the_right_hour_around_both_clock_changes(make_entry, starts_at, wall, hours):
    entry = make_entry(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))
    calendar = Calendar.from_ical(write_calendar(HEAD, [entry]))
    (found,) = recurring_ical_events.of(calendar).between(starts_at, starts_at + timedelta(minutes=1))
    assert found.start.astimezone(BERLIN).strftime("%d.%m. %H:%M") == wall
    # Subtraction inside one zone counts wall time, so both ends go back to UTC first.
    assert found.end.astimezone(UTC) - found.start.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 10, 31)])
def test_the_doubled_hour_keeps_its_two_halves_apart(make_entry, day):
    first, second = (datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) for hour in (0, 1))
    event = only_event(write_calendar(HEAD, [make_entry(starts_at=first, ends_at=second)]))
    assert [event.start.astimezone(BERLIN).hour, event.end.astimezone(BERLIN).hour] == [2, 2]
    assert event.end - event.start == timedelta(hours=1)


def test_an_ended_feed_reads_as_a_calendar_without_events():
    written = empty_calendar(HEAD)
    calendar = Calendar.from_ical(written)
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert not ics.Calendar(written.decode()).events
