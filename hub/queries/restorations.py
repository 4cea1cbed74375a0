"""Questions after an older backup was put back, and what is forgotten then of what calendars were told."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.orm import Session

from hub.models.calendar_mail import CalendarMail, CalendarMethod
from hub.models.restoration import Restoration
from hub.models.subscription import FeedKind, Subscription
from hub.queries.subscriptions import UNRENDERED


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
    raised = Subscription.revision + 1
    return _each(session, revision=raised, fresh_until=None, last_modified_at=at, **UNRENDERED)


def forget_said(session: Session, *, at: datetime) -> int:
    """Forget what mails said of dates ahead, so that they say what is once more; return of how many."""
    standing = (CalendarMail.ends_at > at, CalendarMail.method == CalendarMethod.REQUEST)
    return _count(session, update(CalendarMail).where(*standing).values(said=""))


def end_of_persons(session: Session, *, at: datetime) -> int:
    """End every running feed of a person and forget its bytes; return how many there were."""
    personal = Subscription.kind == FeedKind.PARTICIPANT
    return _each(session, personal, ended_at=at, ended_why="restored", **UNRENDERED)


def _each(session: Session, *which: Any, **values: Any) -> int:
    return _count(session, update(Subscription).where(Subscription.ended_at.is_(None), *which).values(**values))


def _count(session: Session, change: Update) -> int:
    done = session.execute(change.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
