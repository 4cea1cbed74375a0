"""Questions to the outbox: what is due, to whom it goes, what was given up, and what somebody has to phone about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models.booking import Booking
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.invitation import Invitation
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion, PriorQuestionState
from hub.models.slot import Slot
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.phone_scopes import calls_for
from hub.queries import attendance
from hub.queries.covering import covering
from hub.queries.covers import leads_team, stands_in, works_anywhere
from hub.queries.digests import is_first
from hub.queries.ladder import NOBODY, list_desks
from hub.queries.permissions import contact_of

ABOUT_ENQUIRY = ("partner_question", "partner_reminder")  # it waits for an answer
ABOUT_OFFER = ("partner_confirm", "partner_fading", "partner_hiding")  # is it still right? answered through a link
ABOUT_PRIOR_QUESTION = ("partner_prior_question", "partner_prior_reminder")  # nobody waits for it
TO_UMBRELLA = ("umbrella_fading", "umbrella_hiding")  # the same, to the umbrella of its organisation
AWAITING_ANSWER = (EnquiryState.SENT, EnquiryState.SEEN, EnquiryState.WAITLISTED)
WEEK = timedelta(days=7)
BY_WIRE = (Channel.EMAIL, Channel.MESSAGE)  # the worker sends them; calls and letters wait for people


@dataclass(frozen=True)
class Recipient:
    """Where a notice goes: looked up at the moment of sending, never stored with it."""

    address: str
    locale: str = "de"


def lock_due_notice(session: Session, *, at: datetime) -> Notice | None:
    """Return the oldest queued mail whose time has come, locked; what another worker just takes is passed over."""
    query = select(Notice).where(
        Notice.state == NoticeState.QUEUED, Notice.channel.in_(BY_WIRE), Notice.next_at <= at, is_first(at)
    )
    query = query.order_by(Notice.next_at, Notice.id).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def lock_stuck_notices(session: Session, *, at: datetime) -> list[Notice]:
    """Return notices a worker took and never reported on, locked; their lease (`next_at`) has run out."""
    query = select(Notice).where(Notice.state == NoticeState.SENDING, Notice.next_at <= at).order_by(Notice.id)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def find_recipient(session: Session, notice: Notice, *, at: datetime) -> Recipient | None:
    """Return where the notice goes now; None when nobody is there any more, or may no longer see what it is about."""
    if notice.invitation_id is not None:
        invitation = session.get_one(Invitation, notice.invitation_id)
        return Recipient(invitation.email)
    if notice.user_id is not None:
        user = session.get_one(User, notice.user_id)
        told = user.disabled_at is None and _concerns(session, notice.template, user.id, at)
        return Recipient(user.email, user.locale) if told else None
    if notice.participant_id is not None:
        person = session.get_one(Participant, notice.participant_id)
        address = contact_of(person, notice.channel)
        return Recipient(address, person.locale) if address else None
    if notice.organisation_id is not None:
        organisation = session.get_one(Organisation, notice.organisation_id)
        return Recipient(organisation.email) if organisation.email and organisation.ended_at is None else None
    return None


def _concerns(session: Session, template: str, user_id: int, at: datetime) -> bool:
    """Tell whether somebody with an account still has the part for which a notice of this kind goes to them."""
    if template == "deputy_news":
        return stands_in(session, user_id, at=at)
    return leads_team(session, user_id) if template == "team_news" else works_anywhere(session, user_id)


def has_desk(session: Session, organisation_id: int) -> bool:
    """Tell whether somebody phones this running organisation: its umbrella, else the desk of a network."""
    desks = list_desks(session, [organisation_id]).get(organisation_id, NOBODY)
    return desks.umbrella or desks.network


def is_running(session: Session, organisation_id: int) -> bool:
    """Tell whether an organisation has not left."""
    return session.get_one(Organisation, organisation_id).ended_at is None


def get_call(session: Session, actor: Actor, public_id: str) -> Notice:
    """Return a call to an organisation on the actor's phone list; else NotFound."""
    notice: Notice | None = session.scalar(calls_for(actor).where(Notice.public_id == public_id))
    if notice is None:
        raise NotFound
    return notice


def lock_open_calls(session: Session, organisation_id: int, public_ids: Iterable[str] | None = None) -> list[Notice]:
    """Return the open calls to an organisation, locked and fresh, in order of id; only the named ones where given.

    The organisation's row is locked before, so that two people at the phone do not write the same call down twice.
    """
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True))
    query = select(Notice).where(
        Notice.organisation_id == organisation_id,
        Notice.channel == Channel.CALL,
        Notice.state == NoticeState.QUEUED,
    )
    if public_ids is not None:
        query = query.where(Notice.public_id.in_(list(public_ids)))
    return list(session.scalars(query.order_by(Notice.id).with_for_update().execution_options(populate_existing=True)))


def was_called_since(session: Session, organisation_id: int, since: datetime) -> bool:
    """Tell whether a call to an organisation was written down since then."""
    query = select(Notice.id).where(
        Notice.organisation_id == organisation_id, Notice.channel == Channel.CALL, Notice.sent_at >= since
    )
    return session.scalar(query.limit(1)) is not None


def count_call_try(session: Session, notice: Notice, *, at: datetime) -> None:
    """Write down that nobody answered the phone: one more try, at this instant; the call stays open."""
    session.execute(
        update(Notice)
        .where(Notice.id == notice.id)
        .values(tries=Notice.tries + 1, next_at=at, version=Notice.version + 1)
    )


def list_needless_calls(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of open calls whose reason has ended: nobody need be phoned about them any more."""
    open_call = (Notice.channel == Channel.CALL, Notice.state == NoticeState.QUEUED)
    return session.scalars(select(Notice.id).where(*open_call, needless(at)).order_by(Notice.id)).all()


def lock_needless_call(session: Session, notice_id: int, *, at: datetime) -> Notice | None:
    """Return an open call whose reason has ended, locked; None when it is settled or needed by now."""
    query = select(Notice).where(Notice.id == notice_id, Notice.state == NoticeState.QUEUED, needless(at))
    return session.scalars(query.with_for_update()).first()


def needless(at: datetime) -> ColumnElement[bool]:
    """What a mail checks at the moment it is sent (R-CON-12), for calls: as one condition, since lists ask it too.

    Of calls to organisations; what ends a notice to a person is `person_notices.Standing`, for every way.
    """
    live = exists().where(covering(Enquiry), Consent.live(at))
    asked, subject = Enquiry.id == Notice.enquiry_id, Offer.id == Notice.offer_id
    booked = select(Booking.slot_id).where(Booking.id == Notice.booking_id).correlate(Notice).scalar_subquery()
    date = Slot.id == func.coalesce(Notice.slot_id, booked)
    waits = exists().where(asked, Enquiry.state.in_(AWAITING_ANSWER), live.correlate(Enquiry)).correlate(Notice)
    withdrawn = exists().where(asked, Enquiry.state == EnquiryState.WITHDRAWN).correlate(Notice)
    over = exists().where(date, Slot.ends_at <= at).correlate(Notice)
    listed = and_(Offer.state == OfferState.PUBLISHED, Offer.freshness != Freshness.FRESH)
    stale = exists().where(subject, listed).correlate(Notice)
    open_question = (PriorQuestion.id == Notice.prior_question_id, PriorQuestion.state == PriorQuestionState.ASKED)
    wondered = exists().where(*open_question).correlate(Notice)
    unmarked = attendance.open_places(at).where(Booking.slot_id == Notice.slot_id).correlate(Notice).exists()
    return or_(
        and_(Notice.template == attendance.ABOUT_ATTENDANCE, or_(~unmarked, Notice.created_at <= at - WEEK)),
        and_(Notice.template.in_(ABOUT_ENQUIRY), ~waits),
        and_(Notice.template == "partner_news", or_(withdrawn, over)),
        and_(Notice.template == "late_call", over),
        and_(Notice.template.in_((*ABOUT_OFFER, *TO_UMBRELLA)), ~stale),
        and_(Notice.template.in_(ABOUT_PRIOR_QUESTION), ~wondered),
        and_(Notice.template == "weekly_call", Notice.created_at <= at - WEEK),
    )


def find_enquiry(session: Session, notice: Notice) -> Enquiry | None:
    """Return the enquiry a notice refers to, or None."""
    return session.get(Enquiry, notice.enquiry_id) if notice.enquiry_id else None


def find_invitation(session: Session, notice: Notice) -> Invitation | None:
    """Return the invitation a notice refers to, or None."""
    return session.get(Invitation, notice.invitation_id) if notice.invitation_id else None


def lock_notice(session: Session, notice_id: int) -> Notice:
    """Return one outbox row, locked and fresh."""
    query = select(Notice).where(Notice.id == notice_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def get_notice_by_id(session: Session, notice_id: int) -> Notice:
    """Return one outbox row by its internal id (for the worker)."""
    return session.get_one(Notice, notice_id)


def count_notices(session: Session) -> dict[NoticeState, int]:
    """Return how many notices are in each state."""
    rows = session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all()
    return dict(rows)


def oldest_due_at(session: Session) -> datetime | None:
    """Return when the oldest mail still waiting was made; None when nothing waits. Calls wait for people."""
    waiting = (Notice.state == NoticeState.QUEUED, Notice.channel.in_(BY_WIRE))
    return session.scalar(select(func.min(Notice.created_at)).where(*waiting))


def settle_before(session: Session, before: datetime, *, but: str) -> None:
    """Count what was queued before an instant as sent, one template left out (for a history that is only told)."""
    queued = update(Notice).where(
        Notice.state == NoticeState.QUEUED, Notice.created_at < before, Notice.template != but
    )
    session.execute(queued.values(state=NoticeState.SENT, sent_at=Notice.created_at, version=Notice.version + 1))
