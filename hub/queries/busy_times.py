"""Whether a room or a coach is busy according to foreign calendars; what is not known for sure is never free."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.models.calendar_source import BusyTime, CalendarSource, Light, SourcePurpose
from hub.models.user import User

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


def of_rooms(
    session: Session, room_ids: Collection[int], *, first: datetime, last: datetime, at: datetime
) -> dict[int | None, BusyCalendar]:
    """Return what the calendars of these rooms say, by key; a room without one is missing. At most two statements."""
    return _calendars(session, CalendarSource.room_id, room_ids, (first, last), at)


def of_coach(session: Session, user_id: int, *, first: datetime, last: datetime, at: datetime) -> BusyCalendar | None:
    """Return what a coach's own calendars say between two instants; None when there is none."""
    return _calendars(session, CalendarSource.user_id, {user_id}, (first, last), at).get(user_id)


def of_account(
    session: Session, user_id: int, *, first: datetime, last: datetime, at: datetime
) -> tuple[User | None, BusyCalendar | None]:
    """Return a coach's account, for the habits in it, and what the own calendars say. One statement, as every day asks.

    The calendar is None when there is none.
    """
    running = and_(CalendarSource.user_id == User.id, CalendarSource.purpose == SourcePurpose.BUSY)
    inside = and_(BusyTime.source_id == CalendarSource.id, BusyTime.starts_at < last, BusyTime.ends_at > first)
    query = select(User, CalendarSource, BusyTime.starts_at, BusyTime.ends_at)
    query = query.outerjoin(CalendarSource, and_(running, CalendarSource.ended_at.is_(None)))
    query = query.outerjoin(BusyTime, inside).where(User.id == user_id).order_by(BusyTime.starts_at)
    rows: Sequence[Any] = session.execute(query).all()
    sources = {row[1].id: row[1] for row in rows if row[1] is not None}
    busy: defaultdict[int, list[Span]] = defaultdict(list)
    for _, source, starts_at, ends_at in rows:
        if starts_at is not None:
            busy[source.id].append((starts_at, ends_at))
    calendar = _together(list(sources.values()), busy, at) if sources else None
    return (rows[0][0] if rows else None), calendar


def _calendars(
    session: Session, whose: InstrumentedAttribute[int | None], keys: Collection[int], span: Span, at: datetime
) -> dict[int | None, BusyCalendar]:
    running = (CalendarSource.purpose == SourcePurpose.BUSY, CalendarSource.ended_at.is_(None))
    sources = session.scalars(select(CalendarSource).where(whose.in_(keys), *running)).all()
    if not sources:
        return {}
    query = select(BusyTime.source_id, BusyTime.starts_at, BusyTime.ends_at).where(
        BusyTime.source_id.in_([one.id for one in sources]), BusyTime.starts_at < span[1], BusyTime.ends_at > span[0]
    )
    busy: defaultdict[int, list[Span]] = defaultdict(list)
    for source_id, starts_at, ends_at in session.execute(query.order_by(BusyTime.starts_at)):
        busy[source_id].append((starts_at, ends_at))
    owned: defaultdict[int | None, list[CalendarSource]] = defaultdict(list)
    for one in sources:
        owned[getattr(one, whose.key)].append(one)
    return {key: _together(mine, busy, at) for key, mine in owned.items()}


def _together(sources: list[CalendarSource], busy: Mapping[int, list[Span]], at: datetime) -> BusyCalendar:
    """What several calendars of one room or coach say: busy in any, and known only as far as all are."""
    spans = tuple(sorted(span for one in sources for span in busy.get(one.id, ())))
    read = [one.fetched_at for one in sources if one.light(at) is not Light.RED and one.fetched_at is not None]
    return BusyCalendar(spans, min(read) + KNOWN_AHEAD if len(read) == len(sources) else None)


def replace_busy_times(session: Session, source_id: int, spans: Iterable[Span]) -> None:
    """Let exactly these spans be the busy ones of a source."""
    session.execute(delete(BusyTime).where(BusyTime.source_id == source_id))
    rows = [{"source_id": source_id, "starts_at": start, "ends_at": end} for start, end in spans]
    if rows:
        session.execute(insert(BusyTime), rows)
