"""What the clock has to settle: which rows have reached their date, and each of them locked and fresh."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from hub import clock
from hub.models.booking import LIVE, Booking
from hub.models.card import Card
from hub.models.consent import PERMITTING, Consent, ConsentState, Scope
from hub.models.enquiry import Enquiry, EnquiryState, remind_at
from hub.models.notice import Notice
from hub.models.participant import Participation, ParticipationState
from hub.models.subscription import FeedKind, Subscription
from hub.queries.bookings import with_place
from hub.queries.closures import LONGEST_WAIT, list_own_closed_days, map_own_closed_days
from hub.queries.consents import WAITING
from hub.queries.subscriptions import GRACE

SILENT = (EnquiryState.SENT, EnquiryState.SEEN, EnquiryState.WAITLISTED)  # it is the partner's turn
REMINDER = "partner_reminder"
FURTHEST = LONGEST_WAIT + timedelta(days=14)  # holidays and closed days together never put a reminder before this


def list_to_remind(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of enquiries whose partner is due to be reminded and has not been."""
    query = select(Enquiry.id, Enquiry.hear_by_at, Enquiry.organisation_id).where(
        Enquiry.state.in_(SILENT), Enquiry.hear_by_at > at, Enquiry.hear_by_at <= at + FURTHEST, ~_reminded().exists()
    )
    asked = session.execute(query.order_by(Enquiry.id)).all()
    closed = map_own_closed_days(session, {owner for _, _, owner in asked}, at=at)
    return [key for key, hear_by_at, owner in asked if is_reminder_due(hear_by_at, at, closed.get(owner, ()))]


def is_reminder_due(hear_by_at: datetime | None, at: datetime, closed: Collection[date] = ()) -> bool:
    """Tell whether the partner's last working day before the date to hear by has come, and not that date itself.

    `closed` are the partner's own closed days from the day of `at` on.
    """
    return hear_by_at is not None and remind_at(hear_by_at, closed=closed) <= at < hear_by_at


def is_to_be_reminded(session: Session, enquiry: Enquiry, at: datetime) -> bool:
    """Tell of one enquiry what `list_to_remind` asks of all; safe after lock_enquiry."""
    closed = list_own_closed_days(session, enquiry.organisation_id, at=at)
    silent = enquiry.state in SILENT and is_reminder_due(enquiry.hear_by_at, at, closed)
    return silent and not was_reminded(session, enquiry)


def was_reminded(session: Session, enquiry: Enquiry) -> bool:
    """Tell whether a reminder of this enquiry has gone into the outbox since it was sent; safe after lock_enquiry."""
    return session.scalar(_reminded().where(Enquiry.id == enquiry.id).limit(1)) is not None


def _reminded() -> Select[Any]:
    return select(Notice.id).where(
        Notice.enquiry_id == Enquiry.id, Notice.template == REMINDER, Notice.created_at >= Enquiry.sent_at
    )


def list_silent(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of enquiries without an answer at the date to hear by."""
    query = select(Enquiry.id).where(Enquiry.state.in_(SILENT), Enquiry.hear_by_at <= at)
    return session.scalars(query.order_by(Enquiry.id)).all()


def list_run_out_consents(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of consents given or asked for whose last day is over."""
    query = select(Consent.id).where(Consent.state.in_((*PERMITTING, *WAITING)), Consent.valid_until <= at)
    return session.scalars(query.order_by(Consent.id)).all()


def get_consent_by_id(session: Session, consent_id: int) -> Consent:
    """Return a consent by its internal key (for the worker)."""
    return session.get_one(Consent, consent_id)


def list_over(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of participations still running by state whose last day is over."""
    query = select(Participation.id).where(
        Participation.state == ParticipationState.ADMITTED, Participation.ends_on < clock.local_date(at)
    )
    return session.scalars(query.order_by(Participation.id)).all()


def get_participation_by_id(session: Session, participation_id: int) -> Participation:
    """Return a participation by its internal key (for the worker)."""
    return session.get_one(Participation, participation_id)


def lock_participation(session: Session, participation_id: int) -> Participation:
    """Return a participation with its person, locked and fresh; after the person's own row in the lock order."""
    query = select(Participation).where(Participation.id == participation_id)
    query = query.options(joinedload(Participation.participant, innerjoin=True))
    return session.scalars(query.with_for_update(of=Participation).execution_options(populate_existing=True)).one()


def list_uncovered_bookings(session: Session, participant_id: int, *, since: datetime, at: datetime) -> list[Booking]:
    """Return a person's places from `since` on that have not begun and that no other participation covers, by id.

    A coach's own appointments are not among them: they take the coach's time and nobody's place.
    """
    running = select(Participation.starts_on, Participation.ends_on).where(
        Participation.participant_id == participant_id, Participation.state == ParticipationState.ADMITTED
    )
    spans = session.execute(running).all()
    query = select(Booking).where(
        Booking.participant_id == participant_id,
        Booking.slot_id.is_not(None),
        Booking.state.in_(LIVE),
        Booking.starts_at >= since,
        Booking.starts_at > at,
    )
    query = query.options(*with_place(), joinedload(Booking.enquiry)).order_by(Booking.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    days = {booking.id: clock.local_date(booking.starts_at) for booking in found}
    return [one for one in found if not any(first <= days[one.id] <= last for first, last in spans)]


def _gone(at: datetime) -> Select[Any]:
    """Persons whose last participation ended longer ago than feeds and cards outlive it."""
    states = (ParticipationState.ADMITTED, ParticipationState.ENDED)
    last = select(Participation.participant_id).where(Participation.state.in_(states))
    last = last.group_by(Participation.participant_id)
    return last.having(func.max(Participation.ends_on) < clock.local_date(at) - GRACE)


def list_lapsed_feeds(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of persons' feeds that outlived consent or participation; `find_end` decides on each."""
    carried = select(Consent.id).where(
        Consent.participant_id == Subscription.participant_id,
        Consent.scope == Scope.FEED,
        Consent.state.in_((*PERMITTING, ConsentState.EXPIRED)),
        Consent.given_at.is_not(None),
        Consent.valid_until_on >= clock.local_date(at) - GRACE,
    )
    query = select(Subscription.id).where(
        Subscription.kind == FeedKind.PARTICIPANT,
        Subscription.ended_at.is_(None),
        or_(Subscription.participant_id.in_(_gone(at)), ~carried.exists()),
    )
    return session.scalars(query.order_by(Subscription.id)).all()


def lock_feed(session: Session, subscription_id: int) -> Subscription:
    """Return a feed with its person, locked and fresh."""
    query = select(Subscription).where(Subscription.id == subscription_id)
    query = query.options(joinedload(Subscription.participant))
    return session.scalars(query.with_for_update(of=Subscription).execution_options(populate_existing=True)).one()


def list_old_cards(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of cards still in force though their person's participation ended two weeks ago."""
    query = select(Card.id).where(Card.blocked_at.is_(None), Card.participant_id.in_(_gone(at)))
    return session.scalars(query.order_by(Card.id)).all()


def get_card_by_id(session: Session, card_id: int) -> Card:
    """Return a card by its internal key (for the worker)."""
    return session.get_one(Card, card_id)


def lock_card(session: Session, card_id: int) -> Card:
    """Return a card with its person, locked and fresh; after the person's own row in the lock order."""
    query = select(Card).where(Card.id == card_id).options(joinedload(Card.participant, innerjoin=True))
    return session.scalars(query.with_for_update(of=Card).execution_options(populate_existing=True)).one()
