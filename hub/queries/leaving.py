"""What an organisation that leaves still has: staff, links, calendars, offers; and the people with ties to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload

from hub.models.booking import SHOWN, Booking
from hub.models.calendar_source import CalendarSource
from hub.models.consent import PERMITTING, Consent
from hub.models.enquiry import Enquiry
from hub.models.invitation import Invitation
from hub.models.notice import Link
from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.programme import ProgrammeOrganisation
from hub.models.round import RUNNING, Round
from hub.models.series import Series
from hub.models.slot import Slot, SlotState
from hub.models.subscription import FeedKind, Subscription
from hub.models.user import Membership
from hub.policy.scopes import kept_privately
from hub.queries.bookings import with_place
from hub.queries.calendar_sources import forget_rows
from hub.queries.consents import WAITING
from hub.queries.logins import end_logins_of
from hub.queries.rounds import OPEN
from hub.queries.subscriptions import end_feed

COMING = (SlotState.PLANNED, SlotState.UNSETTLED)


def lock_organisation(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation, locked and fresh."""
    query = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def list_programme_ids(session: Session, organisation_id: int) -> frozenset[int]:
    """Return the programmes an organisation takes part in."""
    query = select(ProgrammeOrganisation.programme_id).where(ProgrammeOrganisation.organisation_id == organisation_id)
    return frozenset(session.scalars(query))


def end_seats(session: Session, organisation_id: int, *, at: datetime) -> list[int]:
    """End all roles in an organisation, sign out whoever has no other, withdraw invitations; return whose roles."""
    seats = select(Membership).where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
    concerned = sorted({one.user_id for one in session.scalars(seats)})
    running = update(Membership).where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
    _run(session, running.values(ended_at=at))
    elsewhere = select(Membership.user_id).where(Membership.user_id.in_(concerned), Membership.ended_at.is_(None))
    for user_id in set(concerned) - set(session.scalars(elsewhere)):
        end_logins_of(session, user_id, at=at)
    asked = update(Invitation).where(Invitation.organisation_id == organisation_id, Invitation.accepted_at.is_(None))
    _run(session, asked.where(Invitation.withdrawn_at.is_(None)).values(withdrawn_at=at))
    return concerned


def end_ways_in(session: Session, organisation_id: int, *, at: datetime) -> None:
    """Let every mail link of an organisation run out, end its feeds, and forget the calendars it brought."""
    _run(
        session, update(Link).where(Link.organisation_id == organisation_id, Link.expires_at > at).values(expires_at=at)
    )
    feeds = select(Subscription.id).where(
        Subscription.organisation_id == organisation_id,
        Subscription.kind == FeedKind.ORGANISATION,
        Subscription.ended_at.is_(None),
    )
    for subscription_id in session.scalars(feeds).all():
        end_feed(session, subscription_id, at=at, why="role")
    sources = select(CalendarSource.id).where(
        CalendarSource.organisation_id == organisation_id, CalendarSource.ended_at.is_(None)
    )
    for source_id in session.scalars(sources).all():
        forget_rows(session, source_id)
        gone: dict[str, Any] = {"url": None, "content": None, "preview": None, "next_at": None, "ended_at": at}
        _run(session, update(CalendarSource).where(CalendarSource.id == source_id).values(**gone))


def lock_offers(session: Session, organisation_id: int) -> Sequence[Offer]:
    """Return the offers of an organisation that have not ended, locked, by id; their series are ended first."""
    offers = select(Offer.id).where(Offer.organisation_id == organisation_id)
    running = select(Series.id).where(Series.offer_id.in_(offers), Series.ended_at.is_(None)).order_by(Series.id)
    keys = list(session.scalars(running.with_for_update()))
    _run(session, update(Series).where(Series.id.in_(keys)).values(version=Series.version + 1))
    query = select(Offer).where(Offer.organisation_id == organisation_id, Offer.state != OfferState.ENDED)
    query = query.options(joinedload(Offer.organisation, innerjoin=True)).order_by(Offer.id)
    return session.scalars(query.with_for_update(of=Offer).execution_options(populate_existing=True)).all()


def _run(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))


def _left() -> Select[Any]:
    return select(Organisation.id).where(Organisation.ended_at.is_not(None))


def list_people(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of persons with a consent for, or a coming place with, an organisation that has left.

    And of those for whom it was asked without a name.
    """
    asked = select(Consent.participant_id).where(
        Consent.organisation_id.in_(_left()), Consent.state.in_((*PERMITTING, *WAITING))
    )
    booked = _coming(at).with_only_columns(Booking.participant_id)
    nameless = _nameless().with_only_columns(Enquiry.participant_id)
    return sorted(
        {one for one in (*session.scalars(asked), *session.scalars(booked), *session.scalars(nameless)) if one}
    )


def list_asked_without_name(session: Session, participant_id: int) -> list[int]:
    """Return the keys of organisations that have left and still have something of a person without a name."""
    query = _nameless().where(Enquiry.participant_id == participant_id)
    return sorted(set(session.scalars(query.with_only_columns(Enquiry.organisation_id))))


def _nameless() -> Select[Any]:
    query = select(Enquiry).join(Round, Enquiry.round_id == Round.id)
    open_one = (Enquiry.state.in_(OPEN), Enquiry.consent_id == Round.consent_id, Round.state.in_(RUNNING))
    return query.where(*open_one, Enquiry.organisation_id.in_(_left()))


def list_consents(session: Session, participant_id: int) -> list[Consent]:
    """Return a person's consents and open questions for organisations that have left, by id."""
    query = select(Consent).where(
        Consent.participant_id == participant_id,
        Consent.organisation_id.in_(_left()),
        Consent.state.in_((*PERMITTING, *WAITING)),
    )
    return list(session.scalars(query.order_by(Consent.id).execution_options(populate_existing=True)))


def list_places(session: Session, participant_id: int, *, at: datetime) -> list[Booking]:
    """Return a person's coming places with organisations that have left, but for those kept for oneself (T4c)."""
    query = _coming(at).where(Booking.participant_id == participant_id)
    query = query.options(*with_place(), joinedload(Booking.enquiry)).order_by(Booking.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _coming(at: datetime) -> Select[Any]:
    query = select(Booking).join(Slot, Booking.slot_id == Slot.id).join(Offer, Slot.offer_id == Offer.id)
    return query.where(
        Offer.organisation_id.in_(_left()),
        Booking.state.in_(SHOWN),
        Booking.starts_at > at,
        Booking.participant_id.is_not(None),
        ~kept_privately(),
    )


def list_dates(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of coming dates of organisations that have left, in which no person has a place any more."""
    person = select(Booking.id).where(
        Booking.slot_id == Slot.id, Booking.holds_a_place, Booking.participant_id.is_not(None)
    )
    query = select(Slot.id).join(Offer, Slot.offer_id == Offer.id)
    query = query.where(
        Offer.organisation_id.in_(_left()), Slot.state.in_(COMING), Slot.starts_at > at, ~person.exists()
    )
    return list(session.scalars(query.order_by(Slot.id)))


def lock_date(session: Session, slot_id: int) -> Slot:
    """Return a date with its offer and organisation, locked and fresh."""
    query = select(Slot).where(Slot.id == slot_id)
    query = query.options(joinedload(Slot.offer, innerjoin=True).joinedload(Offer.organisation, innerjoin=True))
    return session.scalars(query.with_for_update(of=Slot).execution_options(populate_existing=True)).one()
