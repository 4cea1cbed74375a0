"""Events in mails: golden files of one date's life, read back by three readers, and nobody but the one asked."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ics
import pytest
from icalendar import Calendar

from calendars.inviting import Method, write_invitation
from calendars.reading import read_calendar

GOLDEN = Path(__file__).parent / "golden" / "mails"
SENT_AT = datetime(2026, 2, 2, 7, tzinfo=UTC)
LIFE = {
    # name: method, changes, minutes after the first mail
    "1-request": (Method.REQUEST, {"location": "Hauptmarkt 1, 02625 Bautzen"}, 0),
    "2-moved": (Method.REQUEST, {"starts_at": datetime(2026, 3, 3, 8, tzinfo=UTC), "sequence": 1}, 10),
    "3-open": (Method.REQUEST, {"tentative": True, "sequence": 2}, 20),
    "4-cancel": (Method.CANCEL, {"cancelled": True, "sequence": 3}, 30),
    "publish": (Method.PUBLISH, {}, 0),
    "publish-cancelled": (Method.PUBLISH, {"cancelled": True, "sequence": 1}, 5),
}


def written(name, head, make_entry) -> bytes:
    method, changes, minutes = LIFE[name]
    later = {"ends_at": changes["starts_at"] + timedelta(hours=1)} if "starts_at" in changes else {}
    entry = make_entry(summary="Falke", alarm_minutes=(60,), **changes, **later)
    attendee = None if method is Method.PUBLISH else "clara@demo.example"
    return write_invitation(
        entry,
        head,
        method=method,
        organizer="termine@haus.example",
        attendee=attendee,
        at=SENT_AT + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize("name", LIFE)
def test_a_mail_says_what_its_golden_file_says_and_nothing_else(name, head, make_entry):
    body = written(name, head, make_entry)
    assert body.decode().split("\r\n") == (GOLDEN / f"{name}.ics").read_bytes().decode().split("\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"VALARM" not in body, "the reader's own calendar reminds as it likes"


def test_every_golden_mail_belongs_to_a_step():
    assert {path.stem for path in GOLDEN.iterdir()} == set(LIFE)


@pytest.mark.parametrize("name", LIFE)
def test_three_readers_understand_it(name, head, make_entry):
    method, changes, _ = LIFE[name]
    body = written(name, head, make_entry)
    calendar = Calendar.from_ical(body)
    (event,) = calendar.events
    assert not calendar.errors
    assert not event.errors
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == (
        method,
        "a1@termine.example",
        changes.get("sequence", 0),
    )
    assert event["ORGANIZER"] == "mailto:termine@haus.example"
    asked = event.get("ATTENDEE")
    assert asked == (None if method is Method.PUBLISH else "mailto:clara@demo.example")
    assert asked is None or asked.params["RSVP"] == "FALSE"
    (second,) = ics.Calendar(io.StringIO(body.decode()).read()).events
    assert (second.uid, second.begin.datetime) == (event["UID"], event["DTSTART"].dt)
    found = read_calendar(body, now=SENT_AT)
    read = [(one.uid, one.starts_at, one.cancelled) for one in found.dates]
    assert read == [(event["UID"], event["DTSTART"].dt, "cancelled" in changes)]
    assert not found.problems


def test_the_life_of_a_date_keeps_its_uid_and_its_sender_and_its_number_grows(head, make_entry):
    mails = [Calendar.from_ical(written(name, head, make_entry)).events[0] for name in LIFE if name[0].isdigit()]
    assert len({(str(one["UID"]), str(one["ORGANIZER"])) for one in mails}) == 1
    numbers = [(one["SEQUENCE"], one["DTSTAMP"].dt) for one in mails]
    assert numbers == sorted(set(numbers))
    assert [one["SEQUENCE"] for one in mails] == [0, 1, 2, 3]


def test_the_same_facts_at_the_same_moment_are_the_same_bytes(head, make_entry):
    assert written("2-moved", head, make_entry) == written("2-moved", head, make_entry)


@pytest.mark.parametrize(
    "address",
    [
        "clara@demo.example\r\nATTENDEE:mailto:eve@example.org",
        "clara@demo.example,eve@example.org",
        "clara@demo.example;RSVP=TRUE",
        '"Clara" <clara@demo.example>',
        "clara@demo.example\n",
        "clara",
        "",
    ],
)
def test_an_address_that_is_more_than_one_plain_address_is_refused(address, head, make_entry):
    plain = {"organizer": "termine@haus.example", "attendee": "clara@demo.example"}
    for name in plain:
        with pytest.raises(ValueError, match="one plain mail address"):
            write_invitation(make_entry(), head, method=Method.REQUEST, at=SENT_AT, **{**plain, name: address})


def test_no_text_of_a_date_adds_a_second_person_or_another_method(head, make_entry):
    bad = "Kurs\r\nATTENDEE:mailto:eve@example.org\u2028METHOD:PUBLISH\nEND:VCALENDAR"
    body = write_invitation(
        make_entry(summary=bad, location=bad, description=bad, url=bad),
        head,
        method=Method.REQUEST,
        organizer="termine@haus.example",
        attendee="clara@demo.example",
        at=SENT_AT,
    )
    lines = body.replace(b"\r\n ", b"").split(b"\r\n")
    assert sum(line.startswith((b"ATTENDEE", b"METHOD", b"END:VCALENDAR")) for line in lines) == 3
    (event,) = Calendar.from_ical(body).events
    assert event["ATTENDEE"] == "mailto:clara@demo.example"


@pytest.mark.parametrize(
    ("method", "attendee", "changes"),
    [
        (Method.REQUEST, None, {}),
        (Method.PUBLISH, "clara@demo.example", {}),
        (Method.CANCEL, "clara@demo.example", {}),
        (Method.REQUEST, "clara@demo.example", {"cancelled": True}),
    ],
)
def test_a_method_that_does_not_fit_is_refused(method, attendee, changes, head, make_entry):
    entry = make_entry(**changes)
    with pytest.raises(ValueError, match=r"attendee|cancelled"):
        write_invitation(entry, head, method=method, organizer="a@b.example", attendee=attendee, at=SENT_AT)


def test_a_moment_without_a_zone_is_refused(head, make_entry):
    with pytest.raises(ValueError, match="aware"):
        write_invitation(
            make_entry(),
            head,
            method=Method.PUBLISH,
            organizer="a@b.example",
            at=datetime(2026, 2, 2, 7),  # noqa: DTZ001
        )
