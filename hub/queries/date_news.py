"""What somebody does not know yet about a date: moved by others, called off by the person, two at one time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from hub.models.booking import BY_OTHERS, NEWS_LAST, Booking, BookingState
from hub.policy.actor import Actor
from hub.policy.scopes import bookings_for, fallen_with_consent
from hub.queries.bookings import with_place
from hub.queries.coming_dates import is_booked_again

Pair = tuple[Booking, Booking]
MEANWHILE = aliased(Booking)  # made once, as making an alias takes long


def is_news(at: datetime) -> ColumnElement[bool]:
    """Whether a booking is one somebody must hear of, however far ahead it lies."""
    return or_(is_moved_unknown(at), is_given_up(at), is_at_one_time(at))


def is_moved_unknown(at: datetime) -> ColumnElement[bool]:
    """Whether others moved a coming date, and nobody noted that its people know."""
    return and_(Booking.moved_from_at.is_not(None), Booking.state == BookingState.CONFIRMED, Booking.ends_at > at)


def is_fallen_away(at: datetime) -> ColumnElement[bool]:
    """Whether others called a coming date off, and nobody noted that its person knows.

    Called off, restored, and booked again: then there is nothing left to tell.
    """
    return and_(
        Booking.state == BookingState.CANCELLED,
        Booking.cancelled_by.in_(BY_OTHERS),
        Booking.told_at.is_(None),
        Booking.ends_at > at,
        ~is_booked_again(),
    )


def is_given_up(at: datetime) -> ColumnElement[bool]:
    """Whether the person called the date off lately, and the coach has not read it; with the consent it falls too."""
    return and_(
        Booking.state == BookingState.CANCELLED,
        Booking.cancelled_by == "person",
        Booking.told_at.is_(None),
        Booking.cancelled_at > at - NEWS_LAST,
        ~fallen_with_consent(),
    )


def is_at_one_time(at: datetime) -> ColumnElement[bool]:
    """Whether the same person or the same coach has another date at the time of this coming one."""
    other = MEANWHILE
    meanwhile = (
        other.id != Booking.id,
        other.state == BookingState.CONFIRMED,
        other.starts_at < Booking.ends_at,
        other.ends_at > Booking.starts_at,
    )
    person = select(other.id).where(other.participant_id == Booking.participant_id, *meanwhile)
    coach = select(other.id).where(other.coach_id == Booking.coach_id, *meanwhile)
    coming = and_(Booking.state == BookingState.CONFIRMED, Booking.ends_at > at)
    return and_(coming, or_(person.correlate(Booking).exists(), coach.correlate(Booking).exists()))


def list_of_person(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> list[Booking]:
    """Return what a coach must read of one person's dates: called off by the person, or two at one time, by time."""
    query = bookings_for(actor, at).where(Booking.participant_id == participant_id)
    query = query.where(or_(is_given_up(at), is_at_one_time(at))).options(*with_place())
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))


def pairs_of_persons(dates: Iterable[Booking], at: datetime) -> list[Pair]:
    """Return the pairs of coming dates of one person that share time, by time."""
    return [pair for pair in _pairs(dates, at) if pair[0].participant_id is not None and _same(pair, "participant_id")]


def pairs_of_coach(dates: Iterable[Booking], user_id: int | None, at: datetime) -> list[Pair]:
    """Return the pairs of coming appointments of one coach that share time, by time; those of one person once only."""
    own = [one for one in dates if user_id is not None and one.coach_id == user_id]
    return [pair for pair in _pairs(own, at) if pair[0].participant_id is None or not _same(pair, "participant_id")]


def _pairs(dates: Iterable[Booking], at: datetime) -> Sequence[Pair]:
    live = (one for one in dates if one.state is BookingState.CONFIRMED and one.ends_at > at)
    coming = sorted(live, key=lambda one: (one.starts_at, one.id))
    return [(one, other) for one, other in combinations(coming, 2) if other.starts_at < one.ends_at]


def _same(pair: Pair, name: str) -> bool:
    return bool(getattr(pair[0], name) == getattr(pair[1], name))
