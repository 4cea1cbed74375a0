"""Time zones as foreign calendar files name or describe them."""

import io
import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final

from dateutil.tz import tzical  # type: ignore[import-untyped]
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calendars.content_lines import Component
from calendars.wall_time import BERLIN, zone_of

_OFFSET: Final = re.compile(r"(?:GMT|UTC)(?:([+-])(\d{1,2}):?(\d{2})?)?\Z", re.IGNORECASE)
_BERLIN_WORDS: Final = ("berlin", "mitteleurop", "w. europe", "central europe")
_ZONE_DATE: Final = re.compile(r"\d{8}T\d{6}\Z")
_ZONE_OFFSET: Final = re.compile(r"[+-][01]\d[0-5]\d([0-5]\d)?\Z")
# What a yearly clock change needs. Rules outside this could keep the library searching for a day that never comes.
_ZONE_RULE: Final = re.compile(
    r"FREQ=YEARLY(;(BYMONTH=([1-9]|1[0-2])|BYDAY=([+-]?[1-5])?[A-Z]{2}|BYMONTHDAY=([1-9]|1\d|2[0-8])(,([1-9]|1\d|2[0-8]))*"
    r"|UNTIL=\d{8}(T\d{6}Z?)?|COUNT=\d{1,3}|INTERVAL=1|WKST=[A-Z]{2}))*\Z"
)
_NTH_AND_MONTHDAY: Final = re.compile(r"(?=.*BYDAY=[+-]?\d).*BYMONTHDAY")
_ZONE_DATES: Final = re.compile(r"\d{8}T\d{6}(,\d{8}T\d{6}){0,500}\Z")
_EARLIEST: Final = "1970"
_MOST_OBSERVANCES: Final = 200


def find_zone(name: str, described: Component | None = None) -> tzinfo | None:
    """The zone a TZID means, or None.

    Tries IANA names, also behind a vendor's prefix, Windows names, offsets such as "UTC+01:00", the VTIMEZONE the file
    brings along (`described`), and last the words of Berlin's zone in display names.
    """
    plain = name.strip().strip('"')
    parts = plain.strip("/").split("/")
    for candidate in ["/".join(parts[start:]) for start in range(len(parts))]:
        offset = _OFFSET.match(candidate)
        if offset:
            return _fixed(*offset.groups())
        try:
            return zone_of(WINDOWS_TO_OLSON.get(candidate, candidate))
        except ValueError:
            continue
    own = _described(described) if described else None
    if own is None and any(word in plain.lower() for word in _BERLIN_WORDS):
        return zone_of(BERLIN)
    return own


def _fixed(sign: str | None, hours: str | None, minutes: str | None) -> tzinfo | None:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if sign == "-" else offset) if offset else UTC


def _described(zone: Component) -> tzinfo | None:
    observances = [part for part in zone.parts if part.name in ("STANDARD", "DAYLIGHT")]
    if not observances or len(observances) > _MOST_OBSERVANCES:
        return None
    lines = ["BEGIN:VTIMEZONE", "TZID:own"]
    for part in observances:
        fields = {name: part.text(name) for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE")}
        if not _is_plain(fields):
            return None
        if fields["RRULE"]:
            # Outlook starts its rules in 1601; nobody needs the years before this one.
            fields["DTSTART"] = max(_EARLIEST, fields["DTSTART"][:4]) + fields["DTSTART"][4:]
        written = [f"{name}:{value}" for name, value in fields.items() if value]
        written += [f"RDATE:{line.value}" for line in part.lines.get("RDATE", []) if _ZONE_DATES.match(line.value)]
        lines += [f"BEGIN:{part.name}", *written, f"END:{part.name}"]
    try:
        own: tzinfo | None = tzical(io.StringIO("\n".join([*lines, "END:VTIMEZONE"]))).get("own")
    except ValueError:
        return None
    return own


def _is_plain(fields: dict[str, str]) -> bool:
    offsets = (fields["TZOFFSETFROM"], fields["TZOFFSETTO"])
    return (
        bool(_ZONE_DATE.match(fields["DTSTART"]))
        and all(_ZONE_OFFSET.match(offset) for offset in offsets)
        and (not fields["RRULE"] or bool(_ZONE_RULE.match(fields["RRULE"])))
        and not _NTH_AND_MONTHDAY.match(fields["RRULE"])
    )
