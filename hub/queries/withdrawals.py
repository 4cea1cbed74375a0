"""What a withdrawal must find: notices still queued, feeds still running."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.booking import LIVE, Booking
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry
from hub.models.notice import Notice, NoticeState
from hub.models.subscription import FeedKind, Subscription


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
    query = (
        select(Booking)
        .join(Enquiry, Booking.enquiry_id == Enquiry.id)
        .where(
            Enquiry.participant_id == consent.participant_id,
            Enquiry.organisation_id == consent.organisation_id,
            Enquiry.offer_id == consent.offer_id,
            Booking.state.in_(LIVE),
            Booking.starts_at > at,
        )
    )
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))
