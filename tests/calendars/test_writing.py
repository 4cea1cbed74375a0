"""The written bytes, line by line: golden files and the rules behind them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from calendars.entry import CalendarHead
from calendars.writing import empty_calendar, write_calendar, write_event

GOLDEN = Path(__file__).parent / "golden"


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


CASES = {
    "empty": [],
    "two-dates": [
        {"uid": "b2@t.example", "starts_at": at(2026, 3, 4, 12), "ends_at": at(2026, 3, 4, 13), "sequence": 3},
        {"uid": "a1@t.example", "created_at": at(2026, 1, 20, 7), "location": "Hauptmarkt 1, 02625 Bautzen"},
    ],
    "cancelled": [{"cancelled": True, "sequence": 2, "alarm_minutes": (60,), "changed_at": at(2026, 2, 20, 15, 5)}],
    "whole-days": [
        {"starts_at": None, "ends_at": None, "on": date(2026, 12, 31), "uid": "day@t.example"},
        {
            "starts_at": None,
            "ends_at": None,
            "on": date(2028, 2, 28),
            "until_on": date(2028, 2, 29),
            "transparent": True,
        },
    ],
    "clock-changes": [
        {"uid": "spring-2026@t.example", "starts_at": at(2026, 3, 28, 21), "ends_at": at(2026, 3, 29, 4)},
        {"uid": "autumn-2026@t.example", "starts_at": at(2026, 10, 24, 20), "ends_at": at(2026, 10, 25, 5)},
        {"uid": "spring-2027@t.example", "starts_at": at(2027, 3, 28, 0, 30), "ends_at": at(2027, 3, 28, 1)},
        {"uid": "autumn-2027@t.example", "starts_at": at(2027, 10, 31, 0, 30), "ends_at": at(2027, 10, 31, 1, 30)},
    ],
    "alarms": [{"alarm_minutes": (60, 0, 1440, 60), "summary": "Beratung; Raum 3"}],
    "no-length": [{"ends_at": at(2026, 3, 2, 8)}],
    "awkward-text": [
        {
            "summary": "Kurs\r\nATTENDEE:mailto:x@y.example\u2028END:VEVENT",
            "location": "Größe 5; „Alte Post“, Hof C:\\",
            "description": "Zeile eins\rZeile zwei\u2029\u0085Ende " + "schön " * 20 + "👩‍🌾",
            "url": "https://termine.example/m/ä b\r\nX-BAD:1",
        }
    ],
    "overnight": [
        {"uid": "new-year@t.example", "starts_at": at(2026, 12, 31, 21), "ends_at": at(2027, 1, 1, 5)},
        {"uid": "leap-day@t.example", "starts_at": at(2028, 2, 28, 22, 30), "ends_at": at(2028, 2, 29, 0, 30)},
    ],
    "scripts": [
        {
            "uid": "sorbian@t.example",
            "summary": "Zetkanje w Budyšinje: čłowjek k čłowjekej",
            "location": "Hłowne torhošćo 1, 02625 Budyšin",
            "description": "Přińdźće prošu dźesać mjeńšin prjedy. " * 3,
        },
        {"uid": "arabic@t.example", "summary": "موعد\u200f، الطابق الثالث\u200f!", "location": "شارع السوق ٣"},
        {"uid": "emoji@t.example", "summary": "👩‍🌾" * 9 + " e\u0301 é 🇩🇪"},
        {"uid": "turned@t.example", "summary": "Termin \u202eegasbA\u202c", "description": "\u2067eins\u2069\nzwei"},
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_a_calendar_is_written_as_its_golden_file(name, head, make_entry):
    written = write_calendar(head, [make_entry(**changes) for changes in CASES[name]])
    assert written.decode().split("\r\n") == (GOLDEN / f"{name}.ics").read_bytes().decode().split("\r\n")


def test_every_golden_file_belongs_to_a_case():
    assert {path.stem for path in GOLDEN.glob("*.ics")} == set(CASES)


def test_the_order_of_the_input_never_shows(head, make_entry):
    entries = [make_entry(uid=f"u{n}@t", starts_at=at(2026, 3, 1, n), ends_at=at(2026, 3, 1, n + 1)) for n in range(9)]
    assert write_calendar(head, entries) == write_calendar(head, reversed(entries))


def test_events_come_in_order_of_their_start(head, make_entry):
    late = make_entry(uid="a@t", starts_at=at(2026, 3, 9, 8), ends_at=at(2026, 3, 9, 9))
    written = write_calendar(head, [late, make_entry(uid="z@t")])
    assert written.index(b"UID:z@t") < written.index(b"UID:a@t")


def test_stored_blocks_and_entries_give_the_same_calendar(head, make_entry):
    entries = [make_entry(uid="a@t"), make_entry(uid="b@t", cancelled=True)]
    blocks = [write_event(entry, cancelled_prefix=head.cancelled_prefix) for entry in entries]
    assert write_calendar(head, blocks) == write_calendar(head, entries)
    assert write_calendar(head, [blocks[1], entries[0]]) == write_calendar(head, entries)


def test_the_calendar_has_no_method_no_uid_and_no_byte_order_mark(head, make_entry):
    for written in (empty_calendar(head), write_calendar(head, [make_entry()])):
        opening = written.split(b"BEGIN:VTIMEZONE")[0]
        assert opening.startswith(b"BEGIN:VCALENDAR\r\n")
        assert b"METHOD" not in opening
        assert b"UID" not in opening


def test_every_line_ends_in_carriage_return_and_line_feed(head, make_entry):
    written = write_calendar(head, [make_entry(description="a\nb\rc")])
    assert written.count(b"\r") == written.count(b"\n") == written.count(b"\r\n")
    assert written.endswith(b"END:VCALENDAR\r\n")


def test_stamp_and_last_modified_are_the_stored_change(make_entry):
    block = write_event(make_entry(changed_at=at(2026, 2, 3, 4, 5)), cancelled_prefix="")
    assert b"\r\nDTSTAMP:20260203T040500Z\r\nLAST-MODIFIED:20260203T040500Z\r\n" in block


def test_the_prefix_of_cancelled_entries_is_the_readers_language(make_entry):
    block = write_event(make_entry(cancelled=True), cancelled_prefix="Cancelled: ")
    assert b"\r\nSUMMARY:Cancelled: Termin\r\n" in block
    assert b"Cancelled" not in write_event(make_entry(), cancelled_prefix="Cancelled: ")


def test_source_and_color_are_written_when_given():
    head = CalendarHead(
        name="Termine, neu",
        prodid="-//Termine//DE",
        refresh=timedelta(minutes=90),
        cancelled_prefix="",
        source="https://termine.example/f/x.ics",
        color="teal",
    )
    lines = empty_calendar(head).decode().split("\r\n")
    assert "SOURCE;VALUE=URI:https://termine.example/f/x.ics" in lines
    assert "COLOR:teal" in lines
    assert "NAME:Termine\\, neu" in lines
    assert "X-WR-CALNAME:Termine\\, neu" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT90M" in lines
    assert "X-PUBLISHED-TTL:PT90M" in lines
