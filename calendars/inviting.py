"""One event for a mail (RFC 5546, sent after RFC 6047): published, asked of one person, or cancelled for them."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from calendars.entry import CalendarEntry, CalendarHead, as_utc
from calendars.text import clean_line, clean_uri, escape, fold
from calendars.writing import event_text

# One plain address: whoever writes into a name must not add a second person, a parameter or a line.
_ADDRESS: Final = re.compile(r"[^\s@,;:<>\"\\\x00-\x1f\x7f]+@[^\s@,;:<>\"\\\x00-\x1f\x7f]+\Z")


class Method(StrEnum):
    """What a calendar is asked to do with the event (RFC 5546, 1.4); as METHOD inside and as `method=` of the part."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def write_invitation(
    entry: CalendarEntry,
    head: CalendarHead,
    *,
    method: Method,
    organizer: str,
    attendee: str | None = None,
    at: datetime,
) -> bytes:
    """Return a whole calendar file of one event, UTF-8 with CRLF, times in UTC, without any alarm.

    `organizer` is the plain mail address of the sender, and must stay the same for the life of the event. `attendee`
    is the one address a REQUEST or CANCEL goes to; no answer is asked for (RSVP=FALSE), and PUBLISH has nobody
    (RFC 5546, 3.2.1). `at` is the moment of this message and becomes DTSTAMP (RFC 5545, 3.8.7.2); the same facts at the
    same moment give the same bytes. The caller sees to it that UID stays and SEQUENCE grows (RFC 5546, 2.1.4).
    Raises ValueError for a CANCEL of what is not cancelled, a REQUEST of what is, a missing or needless attendee, an
    address that is not one plain address, and a naive `at`.
    """
    _check(entry, method, attendee)
    who = fold(f"ORGANIZER:{_mailto(organizer)}")
    if attendee is not None:
        asked = "ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE"
        who += fold(f"ATTENDEE;{asked}:{_mailto(attendee)}")
    lines = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        fold(f"PRODID:{escape(clean_line(head.prodid))}"),
        f"CALSCALE:GREGORIAN\r\nMETHOD:{method}\r\n",
        event_text(
            entry, cancelled_prefix=head.cancelled_prefix, stamped_at=as_utc(at, "at"), people=who, alarms=False
        ),
        "END:VCALENDAR\r\n",
    )
    return "".join(lines).encode()


def _check(entry: CalendarEntry, method: Method, attendee: str | None) -> None:
    if method is Method.CANCEL and not entry.cancelled:
        raise ValueError("only a cancelled event is called off")
    if method is Method.REQUEST and entry.cancelled:
        raise ValueError("nobody is asked to a cancelled event")
    if (attendee is None) is not (method is Method.PUBLISH):
        raise ValueError("exactly one attendee, and none when publishing")


def _mailto(address: str) -> str:
    if not _ADDRESS.match(address):
        raise ValueError("give one plain mail address")
    return clean_uri(f"mailto:{address}")
