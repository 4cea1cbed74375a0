"""Questions about failed tries at secrets, counted exactly on both databases."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.models.login import Attempt


def list_tries(session: Session, kind: str, key_digest: str, *, since: datetime, limit: int) -> list[datetime]:
    """Return the instants of the latest tries after `since`, newest first, at most `limit`."""
    query = select(Attempt.at).where(Attempt.kind == kind, Attempt.key_digest == key_digest, Attempt.at > since)
    return list(session.scalars(query.order_by(Attempt.at.desc()).limit(limit)))


def delete_tries(session: Session, kind: str, key_digest: str) -> None:
    """Delete all tries at a key."""
    session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.key_digest == key_digest))


def delete_tries_by_id(session: Session, ids: Iterable[int]) -> None:
    """Delete single tries."""
    session.execute(delete(Attempt).where(Attempt.id.in_(list(ids))))


def delete_tries_before(session: Session, before: datetime) -> None:
    """Delete tries that no limit counts any more."""
    session.execute(delete(Attempt).where(Attempt.at < before))
