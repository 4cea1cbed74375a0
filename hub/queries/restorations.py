"""Questions after an older backup was put back, and what is forgotten of the feeds then."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from hub.models.restoration import Restoration
from hub.models.subscription import FeedKind, Subscription


def find_restoration(session: Session) -> Restoration | None:
    """Return the latest time that a backup was put back, or None."""
    query = select(Restoration).order_by(Restoration.restored_at.desc(), Restoration.id.desc()).limit(1)
    return session.scalars(query).first()


def raised_by(session: Session) -> int:
    """Return what is added to every SEQUENCE since the latest restoration, 0 without one."""
    latest = find_restoration(session)
    return latest.raises_by if latest is not None else 0


def forget_bytes(session: Session, *, at: datetime) -> int:
    """Let every running feed be rendered anew, as changed at `at`; return how many there are."""
    return _each(
        session,
        revision=Subscription.revision + 1,
        etag="",
        body=None,
        parts=None,
        packed=None,
        fresh_until=None,
        last_modified_at=at,
    )


def end_of_persons(session: Session, *, at: datetime) -> int:
    """End every running feed of a person and forget its bytes; return how many there were."""
    ended = {"ended_at": at, "ended_why": "restored", "etag": "", "body": None, "parts": None, "packed": None}
    return _each(session, Subscription.kind == FeedKind.PARTICIPANT, **ended)


def _each(session: Session, *which: Any, **values: Any) -> int:
    running = update(Subscription).where(Subscription.ended_at.is_(None), *which)
    done = session.execute(running.values(**values).execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
