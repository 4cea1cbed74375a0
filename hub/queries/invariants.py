"""What must always be true of the data, as queries that find what breaks it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from hub.models.booking import LIVE, Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.participant import Participation, ParticipationState
from hub.models.slot import Pool, Slot
from hub.queries.holds import RUNNING_OUT

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
    """Slots whose places are not exactly those of their open pools."""
    pooled = select(func.coalesce(func.sum(Pool.places), 0)).where(Pool.slot_id == Slot.id).scalar_subquery()
    return select(Slot.id).where(Slot.places != pooled)


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
    """Enquiries that show identity though no consent of theirs is in force."""
    live = select(Consent.id).where(Consent.id == Enquiry.consent_id, Consent.live(at))
    return select(Enquiry.id).where(Enquiry.state.in_(IDENTIFIED), ~live.exists())


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


def admissions_by_one_person(_at: datetime) -> Select[Any]:
    """Participations proposed and decided by the same user."""
    return select(Participation.id).where(
        Participation.state != ParticipationState.PROPOSED, Participation.proposed_by_id == Participation.decided_by_id
    )


INVARIANTS: dict[str, Breaking] = {
    "pools count their live bookings": pools_with_wrong_counters,
    "places of a slot lie in its pools": slots_whose_pools_differ,
    "bookings stand at their slot's time": bookings_beside_their_slot,
    "no hold outlives its time": holds_that_ran_out,
    "no identity without a live consent": identity_without_consent,
    "nobody is in two places": persons_in_two_places,
    "admission takes two people": admissions_by_one_person,
}


def list_broken(session: Session, *, at: datetime) -> list[str]:
    """Return a line for each invariant that does not hold, with how many rows break it."""
    lines = []
    for name, breaking in INVARIANTS.items():
        count = session.scalar(select(func.count()).select_from(breaking(at).subquery()))
        if count:
            lines.append(f"{name}: broken by {count}")
    return lines
