"""What the end of a consent must find: what hangs on it, notices still queued, what was sent, feeds still running."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.booking import SHOWN, Booking
from hub.models.consent import BESIDE, PERMITTING, Consent, Scope
from hub.models.enquiry import Enquiry
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import Actor
from hub.policy.scopes import participants_for
from hub.queries.covering import under

SHORT = timedelta(hours=24)  # whoever hears of it later than this must be phoned
LATE_CALL = "late_call"


def list_hanging(session: Session, consent: Consent) -> list[Consent]:
    """Return the consents in force by state that fall with this E2, in order of id."""
    if consent.scope is not Scope.TRANSMIT:
        return []
    query = select(Consent).where(
        Consent.participant_id == consent.participant_id,
        Consent.offer_id == consent.offer_id,  # and for whomever: an umbrella that prints falls with its member
        Consent.scope.in_(BESIDE),
        Consent.state.in_(PERMITTING),
    )
    return list(session.scalars(query.order_by(Consent.id).execution_options(populate_existing=True)))


def list_queued_notices(session: Session, enquiry_ids: Iterable[int]) -> list[Notice]:
    """Return the notices about these enquiries that have not left the house yet, locked, in order of id."""
    query = select(Notice).where(Notice.enquiry_id.in_(list(enquiry_ids)), Notice.state == NoticeState.QUEUED)
    query = query.order_by(Notice.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def list_running_subscriptions(session: Session, participant_id: int) -> list[Subscription]:
    """Return a person's own feeds that still run, locked, in order of id."""
    query = select(Subscription).where(
        Subscription.participant_id == participant_id,
        Subscription.kind == FeedKind.PARTICIPANT,
        Subscription.ended_at.is_(None),
    )
    query = query.order_by(Subscription.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def list_coming_under(session: Session, consent: Consent, *, at: datetime) -> list[Booking]:
    """Return the coming bookings that a withdrawal of this consent would give back, the next one first."""
    if consent.scope is not Scope.TRANSMIT:
        return []
    query = select(Booking).join(Enquiry, Booking.enquiry_id == Enquiry.id).where(*_coming_under(consent, at))
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))


def count_coming_under(session: Session, consents: Iterable[Consent], *, at: datetime) -> dict[int, int]:
    """Return by a consent's key how many coming bookings its withdrawal would give back; one statement for all."""
    counts = [
        select(literal(one.id), func.count(Booking.id))
        .join(Enquiry, Booking.enquiry_id == Enquiry.id)
        .where(*_coming_under(one, at))
        for one in consents
        if one.scope is Scope.TRANSMIT
    ]
    return {row[0]: row[1] for row in session.execute(union_all(*counts))} if counts else {}


def _coming_under(consent: Consent, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*under(consent), Booking.state.in_(SHOWN), Booking.starts_at > at)


def list_sent_under(session: Session, consent: Consent) -> list[datetime]:
    """Return when mails about this consent's enquiries left for the partner: they cannot be called back (T4c)."""
    query = select(Notice.sent_at).join(Enquiry, Notice.enquiry_id == Enquiry.id)
    query = query.where(
        *under(consent),
        Notice.channel == Channel.EMAIL,
        Notice.state == NoticeState.SENT,
        Notice.organisation_id == Enquiry.organisation_id,
        Notice.sent_at.is_not(None),
    )
    return [sent_at for sent_at in session.scalars(query.order_by(Notice.sent_at, Notice.id)) if sent_at]


def list_late_calls(
    session: Session, participant_ids: Collection[int], *, at: datetime
) -> list[tuple[Notice, Booking]]:
    """Return the open calls about places these persons gave back at short notice, with the booking and its partner.

    Only those whose date is still to come. One statement.
    """
    query = _late_calls(at).where(Booking.participant_id.in_(participant_ids)).add_columns(Booking)
    return [(row[0], row[1]) for row in session.execute(_with_partner(query).order_by(Notice.id))]


def get_late_call(session: Session, actor: Actor, public_id: str, *, at: datetime) -> tuple[Notice, Booking]:
    """Return such a call about a person the actor looks after, and its booking with the partner; else NotFound."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    query = _late_calls(at).where(Notice.public_id == public_id, Booking.participant_id.in_(persons))
    found = session.execute(_with_partner(query.add_columns(Booking))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _with_partner(query: Select[Any]) -> Select[Any]:
    partner = joinedload(Booking.slot).joinedload(Slot.offer).joinedload(Offer.organisation)
    return query.options(partner, joinedload(Booking.participant))


def _late_calls(at: datetime) -> Select[Any]:
    query = select(Notice).join(Booking, Notice.booking_id == Booking.id)
    return query.where(
        Notice.template == LATE_CALL,
        Notice.channel == Channel.CALL,
        Notice.state == NoticeState.QUEUED,
        Booking.starts_at > at,
    )
