"""What the worker does with foreign calendars: claim one that is due, keep what was read, or note why nothing came."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.models.calendar_source import CalendarSource, SourceDate, SourceDateState, SourcePurpose
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import busy_times
from hub.queries import calendar_sources as queries
from hub.queries.source_copies import Copy, FoundDate

EVERY = timedelta(hours=1)
CLAIMED = timedelta(minutes=10)  # whoever claims a source and dies leaves it to the next one after this
SOONEST, LATEST = timedelta(minutes=10), timedelta(hours=6)


@dataclass(frozen=True)
class Work:
    """One calendar to read: its file, or its address with what the server said last time."""

    url: str | None
    etag: str
    digest: str
    content: bytes | None


def claim_source(session: Session, *, actor: Actor = SYSTEM, source_id: int, at: datetime) -> Work | None:
    """Return what to read, and keep other workers from it; None when there is nothing to do by now."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = queries.lock_source(session, source_id)
    if source is None or source.next_at is None or source.next_at > at:
        return None
    if source.is_file and source.content is None:
        source.next_at = None
        return None
    source.next_at, source.tried_at = at + CLAIMED, at
    # The first fetch of a day is whole: the same calendar reaches a day further, and a server may be wrong.
    today = source.fetched_at is not None and source.fetched_at.date() == at.date() and not source.trouble
    return Work(
        url=source.url,
        etag=source.etag if today else "",
        digest=source.content_digest if today else "",
        content=b64decode(source.content) if source.content is not None else None,
    )


def note_trouble(session: Session, *, actor: Actor = SYSTEM, source_id: int, trouble: str, at: datetime) -> None:
    """Note why nothing came; the last good copy stays, and the next attempt waits half as long as it has failed."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = queries.lock_source(session, source_id)
    if source is None:
        return
    source.trouble, source.content = trouble, None
    failing = at - (source.fetched_at or source.created_at)
    source.next_at = None if source.is_file else at + min(max(failing / 2, SOONEST), LATEST)


def note_unchanged(session: Session, *, actor: Actor = SYSTEM, source_id: int, at: datetime) -> None:
    """Note that the last good copy is still what the source holds."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = queries.lock_source(session, source_id)
    if source is not None:
        _note_read(source, at)


def keep_copy(session: Session, *, actor: Actor = SYSTEM, source_id: int, copy: Copy, at: datetime) -> None:
    """Keep a new copy whole: busy times are replaced, dates compared. No date of an offer is ever changed here."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = queries.lock_source(session, source_id)
    if source is None:
        return
    if source.purpose is SourcePurpose.BUSY:
        busy_times.replace_busy_times(session, source.id, copy.busy)
    elif source.chosen:
        _compare(session, source, copy, at)
    else:
        source.preview = [one.stored() for one in copy.dates]
    source.content_digest, source.etag = copy.digest, copy.etag
    source.problems, source.incomplete = dict(copy.problems), copy.incomplete
    _note_read(source, at)


def _note_read(source: CalendarSource, at: datetime) -> None:
    source.trouble, source.content = "", None
    source.fetched_at = at
    source.next_at = None if source.is_file else at + EVERY + timedelta(seconds=source.id % 600)  # not all at once


def _compare(session: Session, source: CalendarSource, copy: Copy, at: datetime) -> None:
    found = {one.key: one for one in copy.dates if one.is_chosen(source.titles, source.categories)}
    rows = {row.key_digest: row for row in queries.list_rows(session, source)}
    for key, one in found.items():
        if key in rows:
            _follow(rows[key], one)
        else:
            session.add(SourceDate(source_id=source.id, key_digest=key, starts_at=one.starts_at, ends_at=one.ends_at))
    for key, row in rows.items():
        if key not in found and row.starts_at > at and not copy.incomplete:  # missing in a part says nothing
            _miss(session, row)


def _follow(row: SourceDate, one: FoundDate) -> None:
    """Note where the source has a date now."""
    before, now = (row.starts_at, row.ends_at), (one.starts_at, one.ends_at)
    row.starts_at, row.ends_at = now
    if row.slot is None:
        return
    row.title = one.title
    if (row.slot.starts_at, row.slot.ends_at) == now:
        row.state = SourceDateState.TAKEN
    elif before != now or row.state in (SourceDateState.GONE, SourceDateState.IGNORED):
        row.state = SourceDateState.CHANGED


def _miss(session: Session, row: SourceDate) -> None:
    """Note that the source no longer has a date; one that was never taken over is forgotten."""
    if row.slot_id is None:
        session.delete(row)
    elif row.state is not SourceDateState.IGNORED:
        row.state = SourceDateState.GONE
