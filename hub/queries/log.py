"""Questions to the log: recent rows of one actor, pages for auditors, rows not yet chained."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.log import LogEntry


def recently_read(session: Session, actor_ref: str, person_ref: str, *, since: datetime) -> bool:
    """Tell whether this actor opened this person since then."""
    query = select(LogEntry.id).where(
        LogEntry.actor_ref == actor_ref,
        LogEntry.action == "person.read",
        LogEntry.object_ref == person_ref,
        LogEntry.at > since,
    )
    return session.scalar(query.limit(1)) is not None


def recently_listed(session: Session, actor_ref: str, name: str, *, since: datetime) -> bool:
    """Tell whether this actor saw this list since then."""
    query = select(LogEntry.id).where(
        LogEntry.actor_ref == actor_ref,
        LogEntry.action == "person.list",
        LogEntry.purpose == name,
        LogEntry.at >= since,
    )
    return session.scalar(query.limit(1)) is not None
