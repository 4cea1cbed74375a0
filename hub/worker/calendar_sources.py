"""Foreign calendars in the background: fetched and read outside any transaction, kept in one each."""

import hashlib
import time
from datetime import datetime

from calendars.reading import read_calendar
from hub.actions import source_copies
from hub.actions.source_copies import Work
from hub.db import Database
from hub.fetching import Fetcher, FetchFailed, Trouble
from hub.queries import calendar_sources as queries
from hub.queries.source_copies import Copy, copy_of, is_broken
from hub.worker.attempts import for_each

MOST_SECONDS = 20.0  # for all that are due: mails must not wait for somebody's slow server


def read_due(database: Database, fetcher: Fetcher, *, at: datetime) -> None:
    """Read what is due, as long as there is time; one that fails keeps no other from it."""
    with database.reading() as session:
        due = list(queries.list_due(session, at=at))
    until = time.monotonic() + MOST_SECONDS

    def read(source_id: int) -> None:
        if time.monotonic() < until:
            _read_one(database, fetcher, source_id, at)

    for_each("calendar", due, read)


def _read_one(database: Database, fetcher: Fetcher, source_id: int, at: datetime) -> None:
    work = database.run(lambda session: source_copies.claim_source(session, source_id=source_id, at=at))
    if work is None:
        return
    try:
        copy = _copy(work, fetcher, at)
    except FetchFailed as failed:
        trouble = failed.trouble.value
        database.run(lambda session: source_copies.note_trouble(session, work=work, trouble=trouble, at=at))
        return
    if copy is None:
        database.run(lambda session: source_copies.note_unchanged(session, work=work, at=at))
    else:
        database.run(lambda session: source_copies.keep_copy(session, work=work, copy=copy, at=at))


def _copy(work: Work, fetcher: Fetcher, at: datetime) -> Copy | None:
    """Fetch and read; None when nothing has changed. Raises FetchFailed."""
    data, etag = work.content, ""
    if data is None:
        fetched = fetcher.fetch(work.url or "", etag=work.etag)
        data, etag = fetched.body, fetched.etag
    digest = hashlib.sha256(data or b"").hexdigest()
    if data is None or (work.content is None and digest == work.digest):
        return None
    result = read_calendar(data, now=at)
    if is_broken(result):
        raise FetchFailed(Trouble.UNREADABLE)
    return copy_of(result, digest=digest, etag=etag, at=at)


def forget(database: Database, *, at: datetime) -> None:
    """Forget what was read and never taken over."""
    database.run(lambda session: queries.forget_old_previews(session, at=at))
