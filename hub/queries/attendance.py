"""Who is asked who was there: the partner where the person lets it tell (E4), else the coach; who reads the mark."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from hub import clock
from hub.models.booking import OWN, Booking, BookingState, Hand
from hub.models.consent import Consent, Release, Scope
from hub.models.enquiry import IDENTIFIED, Enquiry, EnquiryState
from hub.models.notice import Notice
from hub.models.offer import Access, Offer
from hub.models.organisation import CLINIC_TYPES, Organisation
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.attendance_scopes import marked_bookings_for
from hub.policy.person_scopes import in_sight
from hub.policy.phone_scopes import phoned_by_umbrella
from hub.queries.attendees import MARKS, places_in
from hub.queries.bookings import with_place

MARKABLE = (BookingState.CONFIRMED, *MARKS)
TOLD = (*IDENTIFIED, EnquiryState.COMPLETED, EnquiryState.FAILED)  # what was written down under these is read
MORNING = 8  # o'clock, the day after a date
ASKED_BY_MAIL = timedelta(days=3)  # a worker that stood still does not ask about older dates
REMINDED_FOR = timedelta(days=7)  # so long a partner's week names a date
ABOUT_ATTENDANCE = "partner_attendance"  # the mail that asks


def partner_is_asked(at: datetime) -> ColumnElement[bool]:
    """Whether the partner of a booking's date may say now if somebody was there: under a place code, or by E2 and E4.

    A clinic needs the release from secrecy as well. Withdrawn, run out or never given: the partner is not asked.
    """
    return or_(Booking.access == Access.ANONYMOUS.value, _under(at, IDENTIFIED).where(_lets_tell(at)).exists())


def coach_is_asked(at: datetime) -> ColumnElement[bool]:
    """Whether the coach asks the person instead: the E2 is in force, and the partner may not tell."""
    return _under(at, IDENTIFIED).where(~_lets_tell(at)).exists()


def is_read(at: datetime) -> ColumnElement[bool]:
    """Whether the coach may read a booking's mark now: a partner's as long as the E4 is in force, the own ones too."""
    own = and_(Booking.marked_by == Hand.COACH, is_in_force(at))
    return or_(Booking.access == Access.ANONYMOUS.value, own, _under(at, TOLD).where(_feedback(at)).exists())


def is_in_force(at: datetime) -> ColumnElement[bool]:
    """Whether a booking stands under an enquiry that ran or runs, with its E2 in force."""
    return _under(at, TOLD).exists()


def _under(at: datetime, states: tuple[EnquiryState, ...]) -> Select[Any]:
    """Return the enquiry behind a booking while its E2 is in force."""
    query = select(Enquiry.id).join(Consent, Consent.id == Enquiry.consent_id)
    query = query.where(Enquiry.id == Booking.enquiry_id, Enquiry.state.in_(states), Consent.live(at))
    return query.correlate(Booking)


def _feedback(at: datetime) -> ColumnElement[bool]:
    told = select(Consent.id).where(
        Consent.participant_id == Enquiry.participant_id,
        Consent.organisation_id == Enquiry.organisation_id,
        Consent.offer_id == Enquiry.offer_id,
        Consent.scope == Scope.FEEDBACK,
        Consent.live(at),
    )
    return told.correlate(Enquiry).exists()


def _lets_tell(at: datetime) -> ColumnElement[bool]:
    """Whether the person lets the partner of an enquiry tell the coach: the E4, and of a clinic the release too."""
    clinic = select(Organisation.id).where(
        Organisation.id == Enquiry.organisation_id, Organisation.kind.in_(CLINIC_TYPES)
    )
    released = select(Release.id).where(
        Release.participant_id == Enquiry.participant_id,
        Release.organisation_id == Enquiry.organisation_id,
        Release.live(at),
    )
    return and_(_feedback(at), or_(~clinic.correlate(Enquiry).exists(), released.correlate(Enquiry).exists()))


def hand_of(actor: Actor, organisation_id: int) -> Hand:
    """Return whose hand writes for an organisation: its own, its link's included, or its umbrella's."""
    return Hand.UMBRELLA if actor.purpose_for(organisation_id) else Hand.PARTNER


def list_to_mark(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> list[Booking]:
    """Return the places of a date, with its offer, that the actor may mark, by place code; marked ones included.

    To an umbrella only what is open, and what it wrote down itself today. What a person keeps without a consent is the
    person's own, and where one simply goes nobody has a place.
    """
    return list(session.scalars(_to_mark(actor, slot, at)))


def lock_to_mark(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> dict[str, Booking]:
    """Return the same with their persons, locked and fresh, by public id."""
    query = _to_mark(actor, slot, at).options(joinedload(Booking.participant)).order_by(None).order_by(Booking.id)
    query = query.with_for_update(of=Booking).execution_options(populate_existing=True)
    return {one.public_id: one for one in session.scalars(query)}


def count_left_to_coach(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> int:
    """Return at how many places of a date the coach asks, not the partner."""
    places = _places(actor, slot, at).where(coach_is_asked(at)).order_by(None)
    return session.scalar(places.with_only_columns(func.count())) or 0


def _to_mark(actor: Actor, slot: Slot, at: datetime) -> Select[Any]:
    query = _places(actor, slot, at).where(partner_is_asked(at))
    if hand_of(actor, slot.organisation_id) is Hand.UMBRELLA:
        today = clock.start_of_day(clock.local_date(at))
        own = and_(Booking.marked_by == Hand.UMBRELLA, Booking.marked_at >= today)
        query = query.where(or_(Booking.state == BookingState.CONFIRMED, own))
    return query


def _places(actor: Actor, slot: Slot, at: datetime) -> Select[Any]:
    query = places_in(marked_bookings_for(actor), slot, at)
    return query.where(Booking.state.in_(MARKABLE), Booking.access != OWN)


def open_places(at: datetime) -> Select[Any]:
    """Return the places of which their partner may still say now who was there; the caller names the date."""
    return select(Booking.id).where(
        Booking.state == BookingState.CONFIRMED,
        Booking.ends_at <= at,
        Booking.participant_id.is_not(None),
        in_sight(at, Booking.participant_id),
        partner_is_asked(at),
    )


def list_unmarked(session: Session, actor: Actor, *, at: datetime) -> list[Slot]:
    """Return the dates of the last week at which somebody's mark is open, of organisations the actor works for."""
    query = select(Slot).join(Offer, Slot.offer_id == Offer.id).options(contains_eager(Slot.offer))
    query = query.where(
        Offer.organisation_id.in_(actor.organisations(Role.PARTNER)),
        Slot.state == SlotState.PLANNED,
        Slot.ends_at <= at,
        Slot.ends_at > at - REMINDED_FOR,
        open_places(at).where(Booking.slot_id == Slot.id).correlate(Slot).exists(),
    )
    return list(session.scalars(query.order_by(Slot.starts_at.desc(), Slot.id)))


def list_to_ask(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of dates whose partner is asked by mail this morning: over since yesterday, something is open.

    An organisation without an address is only asked where its umbrella phones it: a network's desk reads no codes.
    """
    if clock.local(at).hour < MORNING:
        return []
    return list(session.scalars(_to_ask(at).with_only_columns(Slot.id).order_by(Slot.id)))


def lock_to_ask(session: Session, slot_id: int, *, at: datetime) -> Slot | None:
    """Return such a date with its offer, locked; None when it was asked about, or nothing is open any more."""
    session.execute(select(Slot.id).where(Slot.id == slot_id).with_for_update(key_share=True))
    found: Slot | None = session.scalar(_to_ask(at).where(Slot.id == slot_id).options(contains_eager(Slot.offer)))
    return found


def _to_ask(at: datetime) -> Select[Any]:
    today = clock.start_of_day(clock.local_date(at))
    asked = select(Notice.id).where(Notice.slot_id == Slot.id, Notice.template == ABOUT_ATTENDANCE)
    return (
        select(Slot)
        .join(Offer, Slot.offer_id == Offer.id)
        .join(Organisation, Offer.organisation_id == Organisation.id)
        .where(
            Slot.state == SlotState.PLANNED,
            Slot.ends_at <= today,
            Slot.ends_at > today - ASKED_BY_MAIL,
            Organisation.ended_at.is_(None),
            or_(Organisation.email != "", phoned_by_umbrella()),
            open_places(at).where(Booking.slot_id == Slot.id).correlate(Slot).exists(),
            ~asked.correlate(Slot).exists(),
        )
    )


def find_open_date(session: Session, slot_id: int | None, *, at: datetime) -> Slot | None:
    """Return a date with its offer while its partner may still say who was there (for the worker)."""
    query = select(Slot).where(Slot.id == slot_id, Slot.state == SlotState.PLANNED).options(joinedload(Slot.offer))
    return session.scalar(query.where(open_places(at).where(Booking.slot_id == Slot.id).correlate(Slot).exists()))


def list_marked_of_person(session: Session, participant_id: int, *, limit: int = 50) -> list[Booking]:
    """Return a person's dates of which somebody wrote down who was there, the latest first; for the own page only."""
    query = select(Booking).where(Booking.participant_id == participant_id, Booking.state.in_(MARKS))
    query = query.options(*with_place()).order_by(Booking.starts_at.desc(), Booking.id.desc())
    return list(session.scalars(query.limit(limit)))
