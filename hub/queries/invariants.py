"""What must always be true of the data, as queries that find what breaks it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from hub.models.booking import LIVE, STANDING, UNDECIDED, Booking, BookingState, Waiting, WaitingState
from hub.models.consent import Consent, Scope
from hub.models.enquiry import IDENTIFIED, NAME, Enquiry
from hub.models.participant import Participation, ParticipationState
from hub.models.slot import Pool, PoolState, Slot, SlotState
from hub.models.transmission import AdmittedGround, Transmission
from hub.queries.holds import RUNNING_OUT
from hub.queries.next_free import wrong_next_free

SLACK = timedelta(minutes=10)  # the worker gives back what ran out every minute
TOOK_A_PLACE = (*LIVE, BookingState.ATTENDED, BookingState.NOT_THERE, BookingState.NOT_TAKEN_PLACE)
Breaking = Callable[[datetime], Select[Any]]


def pools_with_wrong_counters(_at: datetime) -> Select[Any]:
    """Pools whose `taken` differs from their live bookings."""
    held = (
        select(func.coalesce(func.sum(Booking.party), 0))
        .where(Booking.pool_id == Pool.id, Booking.state.in_(TOOK_A_PLACE))
        .scalar_subquery()
    )
    return select(Pool.id).where(Pool.taken != held)


def slots_whose_pools_differ(_at: datetime) -> Select[Any]:
    """Slots whose places are not exactly those of their pools; a released pool keeps those that are taken."""
    pooled = select(func.coalesce(func.sum(Pool.places), 0)).where(Pool.slot_id == Slot.id).scalar_subquery()
    return select(Slot.id).where(Slot.places != pooled)


def released_pools_with_free_places(_at: datetime) -> Select[Any]:
    """Released pools that hold more than what is taken: the rest belongs to the open pool."""
    return select(Pool.id).where(Pool.state == PoolState.RELEASED, Pool.places != Pool.taken)


def offers_without_an_end(_at: datetime) -> Select[Any]:
    """Places held for somebody who is being asked, for ever."""
    return select(Booking.id).where(Booking.state.in_(UNDECIDED), Booking.expires_at.is_(None))


def wishes_tied_to_a_dead_offer(_at: datetime) -> Select[Any]:
    """Wishes that count as offered though no place is offered to them."""
    live = select(Booking.id).where(Booking.id == Waiting.booking_id, Booking.state == BookingState.OFFERED)
    return select(Waiting.id).where(Waiting.state == WaitingState.OFFERED, ~live.exists())


def offers_without_a_wish(_at: datetime) -> Select[Any]:
    """Places offered to nobody on the waiting list."""
    wish = select(Waiting.id).where(Waiting.booking_id == Booking.id, Waiting.state == WaitingState.OFFERED)
    return select(Booking.id).where(Booking.state == BookingState.OFFERED, ~wish.exists())


def bookings_beside_their_slot(_at: datetime) -> Select[Any]:
    """Live bookings whose times are not those of their slot."""
    return (
        select(Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .where(Booking.state.in_(LIVE), or_(Booking.starts_at != Slot.starts_at, Booking.ends_at != Slot.ends_at))
    )


def holds_that_ran_out(at: datetime) -> Select[Any]:
    """Holds, requests and offers that should have been given back."""
    return select(Booking.id).where(Booking.state.in_(RUNNING_OUT), Booking.expires_at <= at - SLACK)


def identity_without_consent(at: datetime) -> Select[Any]:
    """Enquiries that show identity though no consent of theirs is in force; an E2a allows to show nobody's name."""
    named = cast(Enquiry.field_groups, Text).contains(f'"{NAME}"')
    enough = or_(Consent.scope == Scope.TRANSMIT, and_(Consent.scope == Scope.ASK_AROUND, ~named))
    live = select(Consent.id).where(Consent.id == Enquiry.consent_id, Consent.live(at), enough)
    by_consent = Enquiry.transmission_id.is_(None)
    return select(Enquiry.id).where(Enquiry.state.in_(IDENTIFIED), by_consent, ~live.exists())


def told_by_law_to_a_body_it_does_not_name(_at: datetime) -> Select[Any]:
    """Enquiries on a legal ground that beside it bear a consent, or whose ground was admitted for another body."""
    query = select(Enquiry.id).join(Transmission, Enquiry.transmission_id == Transmission.id)
    query = query.join(AdmittedGround, Transmission.admitted_id == AdmittedGround.id)
    return query.where(or_(Enquiry.consent_id.is_not(None), AdmittedGround.organisation_id != Enquiry.organisation_id))


def persons_in_two_places(_at: datetime) -> Select[Any]:
    """Confirmed bookings of one person that overlap as they were made.

    A partner who moves a date may make two overlap: the page says so, and the coach settles it.
    """
    other = Booking.__table__.alias("other")
    confirmed = BookingState.CONFIRMED.value
    return select(Booking.id).where(
        Booking.state == BookingState.CONFIRMED,
        Booking.sequence == 0,
        select(other.c.id)
        .where(
            and_(
                other.c.participant_id == Booking.participant_id,
                other.c.id > Booking.id,
                other.c.state == confirmed,
                other.c.sequence == 0,
                other.c.starts_at < Booking.ends_at,
                other.c.ends_at > Booking.starts_at,
            )
        )
        .exists(),
    )


def booked_on_dates_that_fall_away(_at: datetime) -> Select[Any]:
    """Live bookings of a date that was called off."""
    return (
        select(Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .where(Booking.state.in_(STANDING), Slot.state == SlotState.CALLED_OFF)
    )


def admissions_by_one_person(_at: datetime) -> Select[Any]:
    """Participations proposed and decided by the same user."""
    return select(Participation.id).where(
        Participation.state != ParticipationState.PROPOSED, Participation.proposed_by_id == Participation.decided_by_id
    )


def offers_with_a_wrong_next_free_date(at: datetime) -> Select[Any]:
    """Offers whose stored next free date is not the one their dates have."""
    return wrong_next_free(at, SLACK)


INVARIANTS: dict[str, Breaking] = {
    "pools count their live bookings": pools_with_wrong_counters,
    "places of a slot lie in its pools": slots_whose_pools_differ,
    "released pools have no free places": released_pools_with_free_places,
    "what is held is held for a time": offers_without_an_end,
    "no wish is tied to a dead offer": wishes_tied_to_a_dead_offer,
    "every offer has its wish": offers_without_a_wish,
    "bookings stand at their slot's time": bookings_beside_their_slot,
    "nobody is booked on a date that is called off": booked_on_dates_that_fall_away,
    "no hold outlives its time": holds_that_ran_out,
    "no identity without a live consent": identity_without_consent,
    "a legal ground reaches its own body only": told_by_law_to_a_body_it_does_not_name,
    "nobody is in two places": persons_in_two_places,
    "admission takes two people": admissions_by_one_person,
    "every offer knows its next free date": offers_with_a_wrong_next_free_date,
}


def list_broken(session: Session, *, at: datetime) -> list[str]:
    """Return a line for each invariant that does not hold, with how many rows break it."""
    lines = []
    for name, breaking in INVARIANTS.items():
        count = session.scalar(select(func.count()).select_from(breaking(at).subquery()))
        if count:
            lines.append(f"{name}: broken by {count}")
    return lines
