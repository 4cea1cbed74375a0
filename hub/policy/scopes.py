"""Which rows an actor sees: one SELECT per noun; lists and checks of one object ask the same SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, union
from sqlalchemy.orm import aliased

from hub.models.booking import SHOWN, Booking, Waiting
from hub.models.calendar_source import CalendarSource
from hub.models.card import Card
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.invitation import Invitation
from hub.models.location import Location
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant, Participation
from hub.models.programme import Programme
from hub.models.referral import Referral
from hub.models.series import Closure, Series
from hub.models.slot import Course, Slot
from hub.models.subscription import Subscription
from hub.models.table_import import TableImport
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor, ActorKind
from hub.policy.catalogue_scopes import listed
from hub.policy.exclusion_scopes import not_kept_from
from hub.policy.network_scopes import network_organisations
from hub.policy.person_scopes import in_sight, looked_after

Seen = aliased(Booking)


def participants_for(actor: Actor, at: datetime) -> Select[Any]:
    """Persons: a coach's own and covered ones, a card's own person. Nobody else opens a person."""
    return select(Participant).where(looked_after(actor, at))


def team_participants_for(actor: Actor, at: datetime) -> Select[Any]:
    """Persons of the Jobcenters an actor leads: names, coaches and dates of participation only."""
    return select(Participant).where(Participant.jobcenter_id.in_(actor.organisations(Role.TEAM_LEAD)), in_sight(at))


def participations_for(actor: Actor, at: datetime) -> Select[Any]:
    """Participations: a case manager's own, a team lead's, and those of persons a coach looks after."""
    managed = Participant.jobcenter_id.in_(actor.organisations(Role.CASE_MANAGER))
    led = Participant.jobcenter_id.in_(actor.organisations(Role.TEAM_LEAD))
    seen = [looked_after(actor, at)]  # who has one of these roles alone starts from an index
    if actor.has(Role.CASE_MANAGER):
        seen.append(and_(Participation.case_manager_id == actor.user_id, managed))
    if actor.has(Role.TEAM_LEAD):
        seen.append(led)
    query = select(Participation).join(Participant, Participation.participant_id == Participant.id)
    return query.where(or_(*seen))


def coaches_for(actor: Actor) -> Select[Any]:
    """Coaches of the Jobcenters an actor leads."""
    return (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.role == Role.COACH,
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
            Membership.organisation_id.in_(actor.organisations(Role.TEAM_LEAD)),
        )
    )


def cards_for(actor: Actor, at: datetime) -> Select[Any]:
    """Cards of the persons an actor sees."""
    return select(Card).join(Participant, Card.participant_id == Participant.id).where(looked_after(actor, at))


def consents_for(actor: Actor, at: datetime) -> Select[Any]:
    """Consents of the persons an actor sees; of ended ones a coach learns only that there is none."""
    return select(Consent).join(Participant, Consent.participant_id == Participant.id).where(looked_after(actor, at))


def referrals_for(actor: Actor, at: datetime) -> Select[Any]:
    """Referrals of the persons an actor sees."""
    return select(Referral).join(Participant, Referral.participant_id == Participant.id).where(looked_after(actor, at))


def enquiries_for(actor: Actor, at: datetime) -> Select[Any]:
    """Enquiries: of persons an actor looks after; sent ones of a partner's organisations; a link's single one."""
    query = select(Enquiry)
    received = and_(is_sent(), in_sight(at, Enquiry.participant_id))
    if actor.kind is ActorKind.LINK:
        return query.where(Enquiry.id == actor.enquiry_id, Enquiry.organisation_id == actor.organisation_id, received)
    own = Enquiry.participant_id.in_(select(Participant.id).where(looked_after(actor, at)))
    if not actor.partner_ids:
        return query.where(own)
    addressed = and_(Enquiry.organisation_id.in_(actor.partner_ids), received, not_kept_from(actor))
    if not actor.has(Role.COACH):
        return query.where(addressed)
    both = union(*(select(Enquiry.id).where(one).correlate(None) for one in (own, addressed)))
    return query.where(Enquiry.id.in_(both))


def is_sent() -> ColumnElement[bool]:
    """Whether an enquiry has left the house."""
    return and_(Enquiry.state != EnquiryState.DRAFT, Enquiry.sent_at.is_not(None))


def offers_for(actor: Actor) -> Select[Any]:
    """Offers: published public ones, those of own programmes, all of organisations a partner acts for."""
    return select(Offer).where(_offers(actor))


def _offers(actor: Actor) -> ColumnElement[bool]:
    seen = listed(actor, OfferState.PUBLISHED)
    if actor.partner_ids or actor.offer_id:
        seen.append(_own_offers(actor))
    if actor.has(Role.COORDINATOR):
        seen.append(Offer.organisation_id.in_(network_organisations(actor)))
    return or_(*seen)


def own_offers_for(actor: Actor) -> Select[Any]:
    """Offers of organisations a partner acts for, in every state; a link's single one."""
    return select(Offer).where(_own_offers(actor))


def _own_offers(actor: Actor) -> ColumnElement[bool]:
    return Offer.id == actor.offer_id if actor.offer_id else Offer.organisation_id.in_(actor.partner_ids)


def reviewed_offers_for(actor: Actor) -> Select[Any]:
    """Offers that wait to be looked at, of organisations in the networks an actor coordinates."""
    if not actor.has(Role.COORDINATOR):
        return select(Offer).where(false())
    waiting = Offer.state == OfferState.REVIEW
    return select(Offer).where(waiting, Offer.organisation_id.in_(network_organisations(actor)))


def series_for(actor: Actor) -> Select[Any]:
    """Series of own offers."""
    return select(Series).join(Offer, Series.offer_id == Offer.id).where(_own_offers(actor))


def closures_for(actor: Actor) -> Select[Any]:
    """Closed days of organisations a partner acts for; those of the schools for coordinators."""
    schools = Closure.organisation_id.is_(None) if actor.has(Role.COORDINATOR) else false()
    return select(Closure).where(or_(Closure.organisation_id.in_(actor.partner_ids), schools))


def slots_for(actor: Actor) -> Select[Any]:
    """Dates of the offers an actor sees."""
    return select(Slot).join(Offer, Slot.offer_id == Offer.id).where(_offers(actor))


def courses_for(actor: Actor) -> Select[Any]:
    """Courses of the offers an actor sees."""
    return select(Course).join(Offer, Course.offer_id == Offer.id).where(_offers(actor))


def own_slots_for(actor: Actor) -> Select[Any]:
    """Dates of offers of organisations a partner acts for."""
    return select(Slot).join(Offer, Slot.offer_id == Offer.id).where(_own_offers(actor))


def bookings_for(actor: Actor, at: datetime) -> Select[Any]:
    """Bookings of persons an actor looks after, and a coach's own appointments.

    A date whose consent was taken back before it began is the person's alone, kept or not (T4c).
    """
    query = select(Booking)
    if actor.kind is ActorKind.PERSON:
        return query.where(Booking.participant_id == actor.participant_id)
    if not actor.user_id:
        return query.where(false())
    persons = select(Participant.id).where(looked_after(actor, at))
    # The list of one's own persons is made once; only for others each row is asked.
    mine = or_(Seen.participant_id.is_(None), Seen.participant_id.in_(persons))
    still = or_(mine, in_sight(at, Seen.participant_id))
    # Two lists by an index each: of one condition with "or" PostgreSQL makes a walk through the bookings of everybody.
    seen = union(
        select(Seen.id).where(Seen.participant_id.in_(persons)),
        select(Seen.id).where(Seen.coach_id == actor.user_id, still),
    ).subquery("seen")
    # Joined first: PostgreSQL orders no more than eight joins, and pages load more than that with each booking.
    return query.join(seen, seen.c.id == Booking.id).where(~fallen_with_consent())


def fallen_with_consent() -> ColumnElement[bool]:
    """Whether the consent to this date was taken back before it began: since then only its person has it (T4c)."""
    ended = select(Enquiry.id).where(
        Enquiry.id == Booking.enquiry_id,
        Enquiry.state == EnquiryState.WITHDRAWN,
        Enquiry.ended_by == "consent",
        Enquiry.ended_at < Booking.starts_at,
    )
    return ended.correlate(Booking).exists()


def kept_privately() -> ColumnElement[bool]:
    """Whether a person kept this date although its consent was taken back: since then nobody follows it with them."""
    return and_(Booking.state.in_(SHOWN), fallen_with_consent())


def waitings_for(actor: Actor, at: datetime) -> Select[Any]:
    """Wishes on the waiting list, of persons an actor looks after; a person's own."""
    return select(Waiting).join(Participant, Waiting.participant_id == Participant.id).where(looked_after(actor, at))


def partner_bookings_for(actor: Actor) -> Select[Any]:
    """Bookings in dates of organisations a partner acts for; which fields show is the visibility table's matter."""
    return (
        select(Booking)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Offer, Slot.offer_id == Offer.id)
        .where(_own_offers(actor))
    )


def subscriptions_for(actor: Actor) -> Select[Any]:
    """The actor's own feeds."""
    query = select(Subscription)
    if actor.kind is ActorKind.PERSON:
        return query.where(Subscription.participant_id == actor.participant_id)
    return query.where(Subscription.user_id == actor.user_id if actor.user_id else false())


def calendar_sources_for(actor: Actor) -> Select[Any]:
    """Foreign calendars: those of organisations a partner acts for, and a coach's own."""
    if actor.kind is not ActorKind.STAFF:
        return select(CalendarSource).where(false())
    own = CalendarSource.user_id == actor.user_id if actor.has(Role.COACH) else false()
    return select(CalendarSource).where(or_(CalendarSource.organisation_id.in_(actor.partner_ids), own))


def table_imports_for(actor: Actor) -> Select[Any]:
    """Tables on their way in: those of organisations a partner acts for."""
    own = actor.partner_ids if actor.kind is ActorKind.STAFF else frozenset[int]()
    return select(TableImport).where(TableImport.organisation_id.in_(own))


def organisations_for(actor: Actor) -> Select[Any]:
    """Organisations: a coordinator's network, a partner's own and members, all for an operator."""
    query = select(Organisation)
    if actor.has(Role.OPERATOR):
        return query.where(true())
    own = actor.partner_ids | {seat.organisation_id for seat in actor.seats}
    if actor.has(Role.COORDINATOR):
        return query.where(or_(Organisation.id.in_(network_organisations(actor)), Organisation.id.in_(own)))
    return query.where(Organisation.id.in_(own))


def locations_for(actor: Actor) -> Select[Any]:
    """Places of own organisations, and houses and places of the own network."""
    network = Location.organisation_id.in_(network_organisations(actor))
    return select(Location).where(or_(Location.organisation_id.in_(actor.partner_ids), network))


def programmes_for(actor: Actor) -> Select[Any]:
    """The actor's own networks."""
    return select(Programme).where(Programme.id.in_(actor.programme_ids))


def invitations_for(actor: Actor) -> Select[Any]:
    """Invitations of the organisations a coordinator or operator sees."""
    if not (actor.has(Role.COORDINATOR) or actor.has(Role.OPERATOR)):
        return select(Invitation).where(false())
    organisations = organisations_for(actor).with_only_columns(Organisation.id)
    return select(Invitation).where(Invitation.organisation_id.in_(organisations))


def users_for(actor: Actor) -> Select[Any]:
    """Accounts: all for an operator, those of the network's partners for a coordinator, else the own one."""
    if actor.has(Role.OPERATOR):
        return select(User).where(true())
    if actor.has(Role.COORDINATOR):
        members = select(Membership.user_id).where(
            Membership.organisation_id.in_(network_organisations(actor)), Membership.role == Role.PARTNER
        )
        return select(User).where(or_(User.id.in_(members), User.id == actor.user_id))
    return select(User).where(User.id == actor.user_id if actor.user_id else false())


def notices_for(actor: Actor) -> Select[Any]:
    """Outbox rows, for operators: state and template, no content (there is none in them)."""
    return select(Notice).where(true() if actor.has(Role.OPERATOR) else false())


def log_for(actor: Actor) -> Select[Any]:
    """Log rows, for auditors."""
    return select(LogEntry).where(true() if actor.has(Role.AUDITOR) else false())
