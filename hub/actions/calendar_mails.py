"""Calendar mails to staff who choose them (RFC 5546, RFC 6047): queued from what is, written when they leave."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from sqlalchemy.orm import Session

from calendars.entry import CalendarEntry
from calendars.inviting import Method, write_invitation
from calendars.uid import make_uid
from hub import i18n
from hub.actions import log
from hub.actions.notices import Facts, announce
from hub.config import Config
from hub.i18n import N_
from hub.models.calendar_mail import CalendarMail, CalendarMethod
from hub.models.notice import Notice
from hub.models.subscription import FeedKind, Level
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.feed_text import FeedText, calendar_head
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import calendar_mails as queries
from hub.queries import restorations
from hub.queries.feeds import uid_key
from hub.queries.users import find_actor


@dataclass(frozen=True)
class CalendarPart:
    """One event as a mail carries it: the method, which the MIME part repeats, and the bytes."""

    method: Method
    body: bytes


def choose_calendar_mails(session: Session, *, actor: Actor, user: User, wanted: bool, at: datetime) -> None:
    """Turn calendar mails of the own account on or off. On tells what is ahead; off takes nothing back."""
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    user.calendar_mails = wanted
    log.record(session, actor=actor, action="user.edited", thing=user, fields=["calendar_mails"], at=at)


def queue_calendar_mails(session: Session, *, actor: Actor, user_id: int, at: datetime) -> bool:
    """Queue a mail about each of a reader's dates that their calendar does not show as it is; False where none is."""
    require(actor, Permission.RUN_MAINTENANCE)
    if queries.lock_reader(session, user_id) is None:
        return False
    due = queries.list_due(session, user_id, at=at)
    for booking_id in due:
        facts = Facts(booking=queries.get_told(session, booking_id), staff_ids=frozenset({user_id}))
        announce(session, "calendar.changed", facts, at=at)
    return bool(due)


def prepare_calendar_part(
    session: Session, *, actor: Actor, notice: Notice, config: Config, at: datetime
) -> CalendarPart | None:
    """Return what this mail says of its date and keep that it said so; None when there is nothing to say any more.

    A mail tried before says the same again, byte for byte, or nothing: what changed since gets a mail of its own.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    user = queries.get_reader(session, notice)
    reader = find_actor(session, user.id)
    if not user.calendar_mails or reader is None:
        return None
    date = queries.find_date(session, reader, notice.booking_id, at=at)
    said = queries.lock_said(session, user.id, notice.booking_id)
    if said is not None and said.notice_id == notice.id:
        still = queries.what_to_say(date, said) is None
        return _write(session, said, date, user, notice, config) if still else None
    method = queries.what_to_say(date, said)
    if method is None or (said is not None and method is CalendarMethod.CANCEL and said.ends_at <= at):
        return None
    return _write(session, _keep(session, said, date, method, notice), date, user, notice, config)


def _keep(
    session: Session, said: CalendarMail | None, date: queries.Date | None, method: CalendarMethod, notice: Notice
) -> CalendarMail:
    """Keep what is said now. The number grows with every mail, so also where the date was only handed over."""
    row = said or CalendarMail(user_id=notice.user_id, booking_id=notice.booking_id, sequence=-1)
    lowest = (date.sequence if date is not None else 0) + restorations.raised_by(session)
    row.sequence = max(row.sequence + 1, lowest)
    row.method, row.notice_id = method, notice.id
    if method is CalendarMethod.REQUEST and date is not None:
        row.said, row.starts_at, row.ends_at = queries.digest(date), date.starts_at, date.ends_at
    session.add(row)
    session.flush()
    return row


def _write(
    session: Session, said: CalendarMail, date: queries.Date | None, user: User, notice: Notice, config: Config
) -> CalendarPart:
    method, owner = Method(said.method.value), uid_key(FeedKind.COACH, user.public_id)
    public_id = queries.get_told(session, said.booking_id).public_id
    with i18n.using(user.locale):
        entry = CalendarEntry(
            uid=make_uid(owner, "booking", public_id, config.calendar_domain),
            starts_at=said.starts_at,
            ends_at=said.ends_at,
            changed_at=notice.created_at,
            sequence=said.sequence,
            cancelled=method is Method.CANCEL,
            **_describe(date, method, config),
        )
    body = write_invitation(
        entry,
        calendar_head(user.locale),
        method=method,
        organizer=parseaddr(config.mail_from)[1],
        attendee=user.email,
        at=notice.created_at,
    )
    return CalendarPart(method, body)


def _describe(date: queries.Date | None, method: Method, config: Config) -> dict[str, Any]:
    """Return the words of an entry; of what falls away nothing is said but that it does, to whoever it is by now."""
    if date is None or method is Method.CANCEL:
        return {"summary": str(N_("Termin"))}
    words = FeedText(FeedKind.COACH, Level.DISCREET, config.public_url).describe(date)
    return {**words, "tentative": bool(date.tentative)}
