"""Calendar mails from what is: which dates in a reader's calendar differ from what the last mail about them said."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hub import i18n
from hub.models.booking import Booking
from hub.models.calendar_mail import CalendarMail, CalendarMethod
from hub.models.notice import Notice, NoticeState
from hub.models.subscription import FeedKind, Level
from hub.models.user import Membership, User
from hub.policy.actor import Actor
from hub.policy.feed_text import FeedText
from hub.queries.feed_entries import list_own_dates
from hub.queries.users import find_actor

TEMPLATE = "calendar_entry"
Date = Row[Any]


def list_due_readers(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of those who choose calendar mails and of whose dates some are to be told now."""
    running = select(Membership.id).where(Membership.user_id == User.id, Membership.ended_at.is_(None))
    query = select(User.id).where(User.calendar_mails, User.disabled_at.is_(None), running.exists())
    return [key for key in session.scalars(query.order_by(User.id)) if list_due(session, key, at=at)]


def lock_reader(session: Session, user_id: int) -> User | None:
    """Return the account of somebody who chooses calendar mails, locked, so that one worker queues them; else None."""
    query = select(User).where(User.id == user_id, User.calendar_mails).with_for_update(key_share=True)
    return session.scalars(query).first()


def get_reader(session: Session, notice: Notice) -> User:
    """Return whom a mail is for, by internal key (for the worker)."""
    return session.get_one(User, notice.user_id)


def get_told(session: Session, booking_id: int) -> Booking:
    """Return the booking a mail is about, by internal key (for the worker); the reader may see it no more."""
    return session.get_one(Booking, booking_id)


def list_due(session: Session, user_id: int, *, at: datetime) -> list[int]:
    """Return the keys of bookings that differ from what was said of them, but for those a mail is on its way about."""
    reader = find_actor(session, user_id)
    if reader is None:
        return []
    dates = {date.booking_id: date for date in list_own_dates(session, reader, at=at)}
    said = {one.booking_id: one for one in session.scalars(_said(user_id).where(CalendarMail.ends_at > at))}
    keys = [key for key in dates | said if what_to_say(dates.get(key), said.get(key)) is not None]
    return sorted(set(keys) - _on_their_way(session, user_id)) if keys else []


def find_date(session: Session, reader: Actor, booking_id: int | None, *, at: datetime) -> Date | None:
    """Return one date ahead in the reader's own calendar as it is now, cancelled ones included; else None."""
    return next(iter(list_own_dates(session, reader, at=at, only=booking_id)), None) if booking_id else None


def lock_said(session: Session, user_id: int, booking_id: int | None) -> CalendarMail | None:
    """Return what the last mail about a date said, locked, or None before the first."""
    return session.scalars(_said(user_id).where(CalendarMail.booking_id == booking_id).with_for_update()).first()


def what_to_say(date: Date | None, said: CalendarMail | None) -> CalendarMethod | None:
    """Return what a reader's calendar must be asked to do; None where it shows what is."""
    shown = date is not None and not date.cancelled
    if shown and (said is None or says(said) != digest(date)):
        return CalendarMethod.REQUEST
    if not shown and said is not None and said.method is CalendarMethod.REQUEST:
        return CalendarMethod.CANCEL
    return None


def says(said: CalendarMail) -> str | None:
    """Return the digest of what stands in the reader's calendar since the last mail; None where that took it out."""
    return said.said if said.method is CalendarMethod.REQUEST else None


def digest(date: Any) -> str:
    """Return a digest of what an entry shows, whatever the language: times, word and place, and whether it is sure."""
    with i18n.using(i18n.DEFAULT):
        words = FeedText(FeedKind.COACH, Level.DISCREET, "").describe(date)
    shown = (date.starts_at, date.ends_at, bool(date.tentative), words["summary"], words["location"])
    return sha256(repr(shown).encode()).hexdigest()


def _said(user_id: int) -> Any:
    return select(CalendarMail).where(CalendarMail.user_id == user_id)


def _on_their_way(session: Session, user_id: int) -> set[int]:
    open_states = (NoticeState.QUEUED, NoticeState.SENDING)
    query = select(Notice.booking_id).where(Notice.user_id == user_id, Notice.template == TEMPLATE)
    return {key for key in session.scalars(query.where(Notice.state.in_(open_states))) if key is not None}
