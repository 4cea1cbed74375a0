"""A calendar program as far as a story needs one: fetches an address over HTTP and says what stands in it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import icalendar

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Entry:
    """One date as the program shows it, in local time."""

    uid: str
    starts: str
    ends: str
    summary: str
    sequence: int
    cancelled: bool
    location: str


def fetch(address: str) -> dict[str, Entry]:
    """Return the entries of a calendar by their UID."""
    with urlopen(address, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        calendar = icalendar.Calendar.from_ical(answer.read())
    entries = [_entry(event) for event in calendar.walk("VEVENT")]
    assert len({entry.uid for entry in entries}) == len(entries)
    return {entry.uid: entry for entry in entries}


def find(entries: dict[str, Entry], starts: str) -> Entry:
    """Return the one entry that begins then, as "2026-10-21 10:00"."""
    found = [entry for entry in entries.values() if entry.starts == starts]
    assert len(found) == 1, f"{len(found)} entries at {starts}: {sorted(entry.starts for entry in entries.values())}"
    return found[0]


def _entry(event: icalendar.Event) -> Entry:
    return Entry(
        uid=str(event["UID"]),
        starts=_local(event.decoded("DTSTART")),
        ends=_local(event.decoded("DTEND")),
        summary=str(event["SUMMARY"]),
        sequence=int(event.get("SEQUENCE", 0)),
        cancelled=event.get("STATUS") == "CANCELLED",
        location=str(event.get("LOCATION", "")),
    )


def _local(instant: datetime) -> str:
    return instant.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")
