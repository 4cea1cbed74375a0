"""Calendar entries become bytes (RFC 5545, RFC 7986): the same state always gives the same bytes."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from calendars.entry import CalendarEntry, CalendarHead
from calendars.text import clean_line, clean_lines, clean_uri, escape, fold

ZONE: Final = "Europe/Berlin"

# Written by hand: generated blocks list 60 years of RDATEs with the summer onset at 03:00, and Thunderbird then shows
# every summer date an hour late. The rule is the European Union's since 1996 (directive 2000/84/EC).
_VTIMEZONE: Final = (
    "BEGIN:VTIMEZONE\r\n"
    f"TZID:{ZONE}\r\n"
    "BEGIN:DAYLIGHT\r\n"
    "DTSTART:19700329T020000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0200\r\n"
    "TZNAME:CEST\r\n"
    "END:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\n"
    "DTSTART:19701025T030000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\n"
    "TZNAME:CET\r\n"
    "END:STANDARD\r\n"
    "END:VTIMEZONE\r\n"
)


def write_event(entry: CalendarEntry, *, cancelled_prefix: str) -> bytes:
    """One VEVENT block, UTF-8 with CRLF, to be stored or handed to `write_calendar`.

    Times are UTC (`…Z`), all-day entries dates with the exclusive end RFC 5545 wants. DTSTAMP and LAST-MODIFIED are the
    entry's `changed_at`. A cancelled entry stays with STATUS:CANCELLED, `cancelled_prefix` before its summary,
    TRANSPARENT and without alarm; a tentative one has STATUS:TENTATIVE and is as usual otherwise. DTSTART comes first,
    so that sorting blocks as bytes sorts them by start.
    """
    return event_text(entry, cancelled_prefix=cancelled_prefix, stamped_at=entry.changed_at).encode()


def event_text(
    entry: CalendarEntry, *, cancelled_prefix: str, stamped_at: datetime, people: str = "", alarms: bool = True
) -> str:
    """The VEVENT block of `write_event` with another DTSTAMP (UTC) and ready content lines about who is concerned."""
    summary = escape(clean_line((cancelled_prefix if entry.cancelled else "") + entry.summary))
    lines = [
        "BEGIN:VEVENT\r\n",
        _span(entry),
        fold(f"UID:{escape(entry.uid)}"),
        f"DTSTAMP:{_utc(stamped_at)}\r\nLAST-MODIFIED:{_utc(entry.changed_at)}\r\n",
        f"CREATED:{_utc(entry.created_at)}\r\n" if entry.created_at else "",
        f"SEQUENCE:{entry.sequence}\r\n",
        fold(f"SUMMARY:{summary}"),
        fold(f"LOCATION:{escape(clean_line(entry.location))}") if entry.location else "",
        fold(f"DESCRIPTION:{escape(clean_lines(entry.description))}") if entry.description else "",
        fold(f"URL:{clean_uri(entry.url)}") if entry.url else "",
        people,
        f"STATUS:{_status(entry)}\r\n",
        "TRANSP:TRANSPARENT\r\n" if entry.cancelled or entry.transparent else "TRANSP:OPAQUE\r\n",
        _alarms(entry, summary) if alarms and not entry.cancelled else "",
        "END:VEVENT\r\n",
    ]
    return "".join(lines)


def _status(entry: CalendarEntry) -> str:
    if entry.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.tentative else "CONFIRMED"


def write_calendar(head: CalendarHead, items: Iterable[CalendarEntry | bytes]) -> bytes:
    """A whole calendar file from entries, or from blocks that `write_event` made earlier, in any order.

    Sorted by start, so that the order of the input never shows. No METHOD and no UID on the calendar: with either, some
    programs import once instead of subscribing or keep one event of all. The time zone is always there, as a calendar
    needs one component (RFC 5545, 3.6). UIDs must differ between items; this is the caller's duty.
    """
    blocks = sorted(
        item if isinstance(item, bytes) else write_event(item, cancelled_prefix=head.cancelled_prefix) for item in items
    )
    return b"".join([_opening(head), *blocks, b"END:VCALENDAR\r\n"])


def empty_calendar(head: CalendarHead) -> bytes:
    """A valid calendar without any event, for a feed that has ended: programs then drop what they had."""
    return write_calendar(head, ())


def _opening(head: CalendarHead) -> bytes:
    name = escape(clean_line(head.name))
    lines = [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        fold(f"PRODID:{escape(clean_line(head.prodid))}"),
        "CALSCALE:GREGORIAN\r\n",
        fold(f"NAME:{name}"),
        fold(f"X-WR-CALNAME:{name}"),
        f"X-WR-TIMEZONE:{ZONE}\r\n",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_duration(head.refresh)}\r\n",
        f"X-PUBLISHED-TTL:{_duration(head.refresh)}\r\n",
        fold(f"SOURCE;VALUE=URI:{clean_uri(head.source)}") if head.source else "",
        f"COLOR:{head.color}\r\n" if head.color else "",
        _VTIMEZONE,
    ]
    return "".join(lines).encode()


def _span(entry: CalendarEntry) -> str:
    if entry.on is not None and entry.until_on is not None:
        # DTEND is exclusive (RFC 5545, 3.6.1).
        after = entry.until_on + timedelta(days=1)
        return f"DTSTART;VALUE=DATE:{_day(entry.on)}\r\nDTEND;VALUE=DATE:{_day(after)}\r\n"
    if entry.starts_at is None or entry.ends_at is None:
        raise ValueError("an entry has times or days")
    start = f"DTSTART:{_utc(entry.starts_at)}\r\n"
    # DTEND must be later than DTSTART (RFC 5545, 3.8.2.2); without it a timed event ends when it starts (3.6.1).
    return start if entry.ends_at == entry.starts_at else f"{start}DTEND:{_utc(entry.ends_at)}\r\n"


def _alarms(entry: CalendarEntry, summary: str) -> str:
    return "".join(_alarm(minutes, summary) for minutes in sorted(set(entry.alarm_minutes)))


def _alarm(minutes: int, summary: str) -> str:
    trigger = f"-PT{minutes}M" if minutes else "PT0M"
    description = fold(f"DESCRIPTION:{summary}")
    return f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{description}TRIGGER:{trigger}\r\nEND:VALARM\r\n"


def _utc(at: datetime) -> str:
    return at.isoformat()[:19].replace("-", "").replace(":", "") + "Z"


def _day(on: date) -> str:
    return on.isoformat().replace("-", "")


def _duration(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    return f"PT{minutes}M" if minutes % 60 else f"PT{minutes // 60}H"
