"""Calendars as programs really write them, each with its dates beside it, and a second program that reads the same."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar

from calendars.read_result import ReadDate
from calendars.reading import ReadResult, read_calendar
from calendars.wall_time import BERLIN, zone_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FOLDER = Path(__file__).parent / "corpus"
FILES = sorted(path.stem for path in FOLDER.glob("*.ics"))
ZONE = zone_of(BERLIN)
Said = tuple[str, str, str, bool]


def read(data: bytes) -> ReadResult:
    return read_calendar(data, now=NOW)


def written(result: ReadResult) -> str:
    """What was read as a person would write it down, in German time."""
    lines = [_line(one) for one in result.dates]
    lines += [f"Auffällig: {problem.code.value}" for problem in result.problems]
    return "\n".join([*lines, *(["Nicht alles gelesen"] if result.truncated else []), ""])


def _line(one: ReadDate) -> str:
    tail = one.summary + ", abgesagt" * one.cancelled + ", nicht belegt" * one.transparent
    if one.on and one.until_on:
        return f"{one.on:%d.%m.%Y} bis {one.until_on:%d.%m.%Y} ganztägig {tail}"
    start, end = one.starts_at.astimezone(ZONE), one.ends_at.astimezone(ZONE)
    same_day = start.date() == end.date()
    return f"{start:%d.%m.%Y %H:%M} bis {end.strftime('%H:%M' if same_day else '%d.%m.%Y %H:%M')} {tail}"


@pytest.mark.parametrize("name", FILES)
def test_a_calendar_has_exactly_the_dates_beside_it(name: str) -> None:
    assert written(read((FOLDER / f"{name}.ics").read_bytes())) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_calendar_has_its_dates_beside_it_and_they_are_of_each_kind() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == FILES
    together = "".join((FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in FILES)
    for kind in ("ganztägig", "abgesagt", "nicht belegt", "Nicht alles gelesen"):
        assert kind in together


NOT_COMPARED = {"every-second"}  # the second program would work on the rule for ever
# What the second program cannot read as it stands, and what it gets instead.
MENDED = {
    "outlook-web": [  # zone names with colons and commas outside quotation marks, and names only Windows knows
        ("TZID=tzone://Microsoft/Utc", "TZID=UTC"),
        ('TZID="tzone://Microsoft/Custom"', "TZID=Europe/Berlin"),
        ("TZID=(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien", "TZID=Europe/Berlin"),
    ],
    # An end that is a day beside a start with a time: people mean the whole day, the second program its first minute.
    "thunderbird": [("UNTIL=20261223", "UNTIL=20261223T235959Z")],
    # Five hours are five hours (RFC 5545, 3.3.6); the second program adds them on the face of the clock.
    "clock-change": [("DURATION:PT5H", "DURATION:PT4H")],
}


def others(data: bytes) -> set[Said]:
    """The dates of all calendars of a file as icalendar and recurring-ical-events read them."""
    first, last = NOW - timedelta(days=31), NOW + timedelta(days=731)
    found: set[Said] = set()
    for calendar in Calendar.from_ical(data, multiple=True):
        cancelled = str(calendar.get("METHOD", "")) == "CANCEL"
        for event in recurring_ical_events.of(calendar).between(first, last):
            off = cancelled or str(event.get("STATUS", "")) == "CANCELLED"
            found.add((_place(event.start), _place(event.end), str(event.get("SUMMARY", "")), off))
    return found


def ours(data: bytes) -> set[Said]:
    return {
        (_place(one.on), _place(one.until_on + timedelta(days=1)), one.summary, one.cancelled)
        if one.on and one.until_on
        else (_place(one.starts_at), _place(one.ends_at), one.summary, one.cancelled)
        for one in read(data).dates
    }


def _place(moment: Any) -> str:
    if not isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d}"
    known = moment if moment.tzinfo else datetime.combine(moment.date(), moment.time(), tzinfo=ZONE)
    return f"{known.astimezone(UTC):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("name", [name for name in FILES if name not in NOT_COMPARED])
def test_a_second_program_reads_the_same_dates(name: str) -> None:
    data = (FOLDER / f"{name}.ics").read_bytes()
    mended = data.decode()
    for before, after in MENDED.get(name, []):
        assert before in mended
        mended = mended.replace(before, after)
    assert ours(data) == others(mended.encode())


def folded(data: bytes) -> bytes:
    """Every line folded after nineteen bytes, also in the middle of a letter."""
    lines = data.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").split(b"\r\n")
    return b"\r\n".join(
        b"\r\n ".join(line[at : at + 19] for at in range(0, len(line), 19)) if line else b"" for line in lines
    )


# Each way to break the bytes of a file, and what is noticed; the dates are the same.
BROKEN: dict[str, tuple[Callable[[bytes], bytes], list[str]]] = {
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, []),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), []),
    "line feeds": (lambda data: data.replace(b"\r\n", b"\n"), []),
    "carriage returns": (lambda data: data.replace(b"\r\n", b"\r"), []),
    "blank lines": (lambda data: data.replace(b"\r\n", b"\r\n\r\n"), []),
    "folds within letters": (folded, []),
    "null bytes": (lambda data: data.replace(b"SUMMARY", b"\0SUMM\0ARY"), []),
    "small letters": (lambda data: re.sub(rb"(?m)^[A-Z-]+(?=[;:])", lambda name: name[0].lower(), data), []),
    "a web page around it": (lambda data: b"<html>\r\n" + data + b"</html>\r\n", ["Auffällig: broken_folding"]),
    "the same twice": (lambda data: data + data, []),
    "latin-1": (lambda data: data.decode().encode("latin-1"), ["Auffällig: not_utf8"]),
    "half of it latin-1": (lambda data: data.replace("ü".encode(), b"\xfc", 1), ["Auffällig: not_utf8"]),
    "no end": (lambda data: data.replace(b"END:VCALENDAR\r\n", b""), ["Auffällig: unfinished", "Nicht alles gelesen"]),
}


@pytest.mark.parametrize("name", ["google", "outlook-export"])
@pytest.mark.parametrize("way", BROKEN)
def test_broken_bytes_give_the_same_dates_and_are_noticed(way: str, name: str) -> None:
    change, noticed = BROKEN[way]
    whole = (FOLDER / f"{name}.ics").read_bytes()
    assert change(whole) != whole
    assert written(read(change(whole))) == written(read(whole)) + "".join(f"{line}\n" for line in noticed)


def crowd(number: int) -> bytes:
    """A calendar of so many single dates, one after the other from this morning on, the latest first."""
    first = datetime.combine(date(2026, 11, 21), time(6))
    starts = [first + timedelta(hours=3 * place) for place in reversed(range(number))]
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:u{place}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;TZID=Europe/Berlin:{at:%Y%m%dT%H%M%S}\r\n"
        f"DURATION:PT45M\r\nSUMMARY:Termin {place % 7}\r\nEND:VEVENT\r\n"
        for place, at in enumerate(starts)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//DE\r\n{events}END:VCALENDAR\r\n".encode()


def test_of_thousands_of_events_the_earliest_are_kept_and_the_rest_is_unknown() -> None:
    result = read(crowd(5000))
    first = datetime(2026, 11, 21, 5, tzinfo=UTC)
    assert len(result.dates) == 2000
    assert (result.dates[0].starts_at, result.truncated) == (first, True)
    assert result.dates[-1].starts_at < first + timedelta(days=251)
    assert [problem.code for problem in result.problems] == ["too_many_dates"]


def test_a_second_program_reads_the_same_of_more_than_a_thousand_events() -> None:
    data = crowd(1200)
    assert ours(data) == others(data)
    assert len(ours(data)) == 1200
