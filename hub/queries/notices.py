"""Questions to the outbox: what is due, to whom it goes, what was given up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.models.enquiry import Enquiry
from hub.models.invitation import Invitation
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.organisation import Organisation
from hub.models.user import User


@dataclass(frozen=True)
class Recipient:
    """Where a notice goes: looked up at the moment of sending, never stored with it."""

    address: str
    locale: str = "de"


def lock_due_notice(session: Session, *, at: datetime) -> Notice | None:
    """Return the oldest queued mail whose time has come, locked; what another worker just takes is passed over."""
    query = select(Notice).where(
        Notice.state == NoticeState.QUEUED, Notice.channel == Channel.EMAIL, Notice.next_at <= at
    )
    query = query.order_by(Notice.next_at, Notice.id).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def lock_stuck_notices(session: Session, *, at: datetime) -> list[Notice]:
    """Return notices a worker took and never reported on, locked; their lease (`next_at`) has run out."""
    query = select(Notice).where(Notice.state == NoticeState.SENDING, Notice.next_at <= at).order_by(Notice.id)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def find_recipient(session: Session, notice: Notice) -> Recipient | None:
    """Return where the notice goes now; None when nobody is there any more."""
    if notice.invitation_id is not None:
        invitation = session.get_one(Invitation, notice.invitation_id)
        return Recipient(invitation.email)
    if notice.user_id is not None:
        user = session.get_one(User, notice.user_id)
        return Recipient(user.email, user.locale) if user.disabled_at is None else None
    if notice.organisation_id is not None:
        organisation = session.get_one(Organisation, notice.organisation_id)
        return Recipient(organisation.email) if organisation.email and organisation.ended_at is None else None
    return None


def find_enquiry(session: Session, notice: Notice) -> Enquiry | None:
    """Return the enquiry a notice refers to, or None."""
    return session.get(Enquiry, notice.enquiry_id) if notice.enquiry_id else None


def find_invitation(session: Session, notice: Notice) -> Invitation | None:
    """Return the invitation a notice refers to, or None."""
    return session.get(Invitation, notice.invitation_id) if notice.invitation_id else None


def get_notice_by_id(session: Session, notice_id: int) -> Notice:
    """Return one outbox row by its internal id (for the worker)."""
    return session.get_one(Notice, notice_id)


def count_notices(session: Session) -> dict[NoticeState, int]:
    """Return how many notices are in each state."""
    rows = session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all()
    return dict(rows)


def oldest_due_at(session: Session) -> datetime | None:
    """Return when the oldest notice still waiting was made; None when nothing waits."""
    return session.scalar(select(func.min(Notice.created_at)).where(Notice.state == NoticeState.QUEUED))


def settle_before(session: Session, before: datetime, *, but: str) -> None:
    """Count what was queued before an instant as sent, one template left out (for a history that is only told)."""
    queued = update(Notice).where(
        Notice.state == NoticeState.QUEUED, Notice.created_at < before, Notice.template != but
    )
    session.execute(queued.values(state=NoticeState.SENT, sent_at=Notice.created_at, version=Notice.version + 1))
