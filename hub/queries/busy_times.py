"""Whether a room or a coach is busy according to foreign calendars; what is not known for sure is never free."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from hub.models.calendar_source import BusyTime, CalendarSource, Light, SourcePurpose

KNOWN_AHEAD = timedelta(days=700)  # so far ahead a calendar is read, less the days a copy may be old
Span = tuple[datetime, datetime]


class Known(StrEnum):
    """What calendars say about a span of time."""

    FREE = "free"
    BUSY = "busy"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class BusyCalendar:
    """Busy spans between two instants, and until when a time without one is known to be free (None: never)."""

    spans: tuple[Span, ...]
    known_until: datetime | None

    def state(self, starts_at: datetime, ends_at: datetime) -> Known:
        """Return what is known of a span; it fails closed."""
        if any(start < ends_at and starts_at < end for start, end in self.spans):
            return Known.BUSY
        known = self.known_until is not None and ends_at <= self.known_until
        return Known.FREE if known else Known.UNKNOWN


def of_room(
    session: Session, room_id: int | None, *, first: datetime, last: datetime, at: datetime
) -> BusyCalendar | None:
    """Return what the calendars of a room say between two instants; None when it has none. At most two statements."""
    return _calendar(session, CalendarSource.room_id == room_id, first, last, at) if room_id else None


def of_coach(session: Session, user_id: int, *, first: datetime, last: datetime, at: datetime) -> BusyCalendar | None:
    """Return what a coach's own calendars say between two instants; None when there is none."""
    return _calendar(session, CalendarSource.user_id == user_id, first, last, at)


def _calendar(
    session: Session, whose: ColumnElement[bool], first: datetime, last: datetime, at: datetime
) -> BusyCalendar | None:
    running = (CalendarSource.purpose == SourcePurpose.BUSY, CalendarSource.ended_at.is_(None))
    sources = list(session.scalars(select(CalendarSource).where(whose, *running)))
    if not sources:
        return None
    query = select(BusyTime.starts_at, BusyTime.ends_at).where(
        BusyTime.source_id.in_([source.id for source in sources]), BusyTime.starts_at < last, BusyTime.ends_at > first
    )
    spans = tuple((row[0], row[1]) for row in session.execute(query.order_by(BusyTime.starts_at)))
    read = [one.fetched_at for one in sources if one.light(at) is not Light.RED and one.fetched_at is not None]
    return BusyCalendar(spans, min(read) + KNOWN_AHEAD if len(read) == len(sources) else None)


def replace_busy_times(session: Session, source_id: int, spans: Iterable[Span]) -> None:
    """Let exactly these spans be the busy ones of a source."""
    session.execute(delete(BusyTime).where(BusyTime.source_id == source_id))
    rows = [{"source_id": source_id, "starts_at": start, "ends_at": end} for start, end in spans]
    if rows:
        session.execute(insert(BusyTime), rows)
