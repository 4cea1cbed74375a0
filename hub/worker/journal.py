"""Keeps the deletion journal: what has ended is in a file beside the database within a minute (R-DSR-07)."""

from datetime import datetime, timedelta
from pathlib import Path

from hub.db import Database
from hub.journal import KEPT, keep_ended, read_journal
from hub.queries.journal import list_ended

LATE = timedelta(hours=1)  # a transaction that took so long ends with an instant that lies behind the last line's


def keep_journal(database: Database, path: Path, at: datetime) -> int:
    """Add what has ended since the last line and return how many that were; a new file goes back 36 days."""
    there = read_journal(path) if path.exists() else []
    since = max((one.at for one in there), default=at - KEPT)
    with database.reading() as session:
        found = list_ended(session, since=max(since - LATE, at - KEPT))
    return keep_ended(path, found, at=at)
