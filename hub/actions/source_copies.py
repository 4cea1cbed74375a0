"""What the worker does with foreign calendars: claim one that is due, keep what was read, or note why nothing came."""

from base64 import b64decode
from collections.abc import Mapping
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
    """One calendar to read: its file, or its address with what the server said last time; and until when it is ours."""

    source_id: int
    claimed_until: datetime
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
        source_id=source.id,
        claimed_until=source.next_at,
        url=source.url,
        etag=source.etag if today else "",
        digest=source.content_digest if today else "",
        content=b64decode(source.content) if source.content is not None else None,
    )


def _still_ours(session: Session, work: Work) -> CalendarSource | None:
    """Return the source unless it was ended, given another address or file, or claimed again since the claim."""
    source = queries.lock_source(session, work.source_id)
    return source if source is not None and source.next_at == work.claimed_until else None


def note_trouble(session: Session, *, actor: Actor = SYSTEM, work: Work, trouble: str, at: datetime) -> None:
    """Note why nothing came; the last good copy stays, and the next attempt waits half as long as it has failed."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = _still_ours(session, work)
    if source is None:
        return
    source.trouble, source.content = trouble, None
    failing = at - (source.fetched_at or source.created_at)
    source.next_at = None if source.is_file else at + min(max(failing / 2, SOONEST), LATEST)


def note_unchanged(session: Session, *, actor: Actor = SYSTEM, work: Work, at: datetime) -> None:
    """Note that the last good copy is still what the source holds."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = _still_ours(session, work)
    if source is not None:
        _note_read(source, at)


def keep_copy(session: Session, *, actor: Actor = SYSTEM, work: Work, copy: Copy, at: datetime) -> None:
    """Keep a new copy whole: busy times are replaced, dates compared. No date of an offer is ever changed here."""
    require(actor, Permission.RUN_MAINTENANCE)
    source = _still_ours(session, work)
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
    if not copy.incomplete:  # missing in a part says nothing
        _rename(rows, found)
    for key, one in found.items():
        if key in rows:
            _follow(rows[key], one)
        else:
            session.add(SourceDate(source_id=source.id, key_digest=key, starts_at=one.starts_at, ends_at=one.ends_at))
    for key, row in rows.items():
        if key not in found and row.starts_at > at and not copy.incomplete:
            _miss(session, row)


def _rename(rows: dict[str, SourceDate], found: Mapping[str, FoundDate]) -> None:
    """Let a date that came back at the same time under another identity be the same one.

    Some programs give all their events new UIDs with each export, and a single event that becomes a series changes its
    identity too; otherwise each such date would read as gone, and as new beside it.
    """
    lost = {(row.starts_at, row.ends_at): key for key, row in rows.items() if key not in found}
    for key in [key for key in found if key not in rows]:
        before = lost.pop((found[key].starts_at, found[key].ends_at), None)
        if before is not None:
            rows[key] = rows.pop(before)
            rows[key].key_digest = key


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
    """Note that the source no longer has a date; one nobody has said anything about is forgotten."""
    if row.slot_id is not None:
        row.state = SourceDateState.IGNORED if row.state is SourceDateState.IGNORED else SourceDateState.GONE
    elif row.state is SourceDateState.NEW:
        session.delete(row)
