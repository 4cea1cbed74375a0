"""Places held for a while: the hold a person has on a date, what has run out, and how one ends."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from hub.models.booking import KEPT, UNDECIDED, Booking, BookingState, Waiting, WaitingState
from hub.models.slot import Slot
from hub.queries import places
from hub.queries.states import move

RUNNING_OUT = UNDECIDED  # each has an `expires_at`


def find_hold(session: Session, slot_id: int, participant_id: int) -> Booking | None:
    """Return the place kept for a person in a date while the consent is asked for, or from the waiting list; or None.

    For writing, call it after lock_participant: whoever ends or books a hold locks the person before.
    """
    hold: Booking | None = session.scalar(_HOLD, {"slot": slot_id, "person": participant_id})
    return hold


def find_kept_party(session: Session, slot_id: int, participant_id: int) -> int | None:
    """Return for how many people a place is kept for a person in a date, or None; nothing is locked, it may change."""
    return session.scalar(_PARTY, {"slot": slot_id, "person": participant_id})


def find_hold_of_offer(session: Session, participant_id: int, offer_id: int) -> Booking | None:
    """Return the hold of a person on any date of an offer, with its date, the newest first; or None."""
    query = _holds_of(participant_id).join(Slot, Booking.slot_id == Slot.id).where(Slot.offer_id == offer_id)
    query = query.options(joinedload(Booking.slot)).order_by(Booking.id.desc()).limit(1)
    hold: Booking | None = session.scalar(query)
    return hold


def is_running(hold: Booking | None, at: datetime) -> bool:
    """Tell whether there is a hold whose time is not over."""
    return hold is not None and hold.expires_at is not None and hold.expires_at > at


def _holds_of(participant_id: Any) -> Select[Any]:
    return select(Booking).where(Booking.participant_id == participant_id, Booking.state.in_(KEPT))


# Built once, as every booking asks them.
_HELD = _holds_of(bindparam("person")).where(Booking.slot_id == bindparam("slot"))
_HOLD, _PARTY = _HELD.execution_options(populate_existing=True), _HELD.with_only_columns(Booking.party)


def get_booking_by_id(session: Session, booking_id: int) -> Booking:
    """Return a booking by its internal key (for the worker)."""
    return session.get_one(Booking, booking_id)


def lock_booking(session: Session, booking_id: int) -> Booking:
    """Return a booking locked and fresh, with person, enquiry, date and offer; after the person's own row is locked."""
    query = select(Booking).where(Booking.id == booking_id)
    date = joinedload(Booking.slot).joinedload(Slot.offer)
    query = query.options(joinedload(Booking.participant), joinedload(Booking.enquiry), date)
    return session.scalars(query.with_for_update(of=Booking).execution_options(populate_existing=True)).one()


def list_run_out(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of holds, requests and offers whose time is over, the oldest first."""
    query = select(Booking.id).where(Booking.state.in_(RUNNING_OUT), Booking.expires_at <= at)
    return list(session.scalars(query.order_by(Booking.expires_at, Booking.id)))


def on_hold() -> ScalarSelect[Any]:
    """Return how many places of a date are held until somebody decides, as a column of Slot."""
    held = select(func.coalesce(func.sum(Booking.party), 0))
    return held.where(Booking.slot_id == Slot.id, Booking.state.in_(UNDECIDED)).correlate(Slot).scalar_subquery()


def end_hold(session: Session, hold: Booking, *, at: datetime) -> None:
    """End a hold, request or offer and give its place back, once: only the winner of the compare-and-set does.

    A wish whose offer ends lapses with it. The caller offers the place to whoever waits next (actions/waiting.py).
    Raises SomebodyWasFaster or StepNotPossible (409) when it has become a booking or ended meanwhile.
    """
    offered = hold.state is BookingState.OFFERED
    move(session, hold, BookingState.EXPIRED, at=at, expires_at=None)
    if hold.pool_id is not None:
        places.give_back_places(session, pool_id=hold.pool_id, n=hold.party)
    for wish in _wishes_on(session, hold) if offered else ():
        move(session, wish, WaitingState.LAPSED, at=at)


def _wishes_on(session: Session, offer: Booking) -> list[Waiting]:
    query = select(Waiting).where(Waiting.booking_id == offer.id, Waiting.state == WaitingState.OFFERED)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def drop_holds(
    session: Session, *, participant_id: int, offer_ids: Iterable[int | None], at: datetime
) -> frozenset[int]:
    """End what is kept for a person on dates of these offers, as the consent will not come; return the dates' keys."""
    dates = select(Slot.id).where(Slot.offer_id.in_({offer_id for offer_id in offer_ids if offer_id}))
    query = _holds_of(participant_id).where(Booking.slot_id.in_(dates)).order_by(Booking.id)
    dropped = session.scalars(query.execution_options(populate_existing=True)).all()
    for hold in dropped:
        end_hold(session, hold, at=at)
    return frozenset(hold.slot_id for hold in dropped if hold.slot_id)
