"""What must always be true of dates, places, rooms and who waits, as queries that find what breaks it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, extract, func, or_, select

from hub.models.booking import ACTIVE, LIVE, STANDING, Booking, BookingState, Waiting, WaitingState
from hub.models.given_code import GivenCode
from hub.models.location import Room
from hub.models.room_tick import SECONDS, RoomTick
from hub.models.slot import Pool, PoolState, Slot, SlotState
from hub.queries.holds import RUNNING_OUT
from hub.queries.next_free import wrong_next_free

SLACK = timedelta(minutes=10)  # the worker gives back what ran out every minute
TOOK_A_PLACE = (*LIVE, BookingState.ATTENDED, BookingState.NOT_THERE, BookingState.NOT_TAKEN_PLACE)


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


def places_of_another_date(_at: datetime) -> Select[Any]:
    """Live bookings whose place lies in a pool of another date."""
    query = select(Booking.id).join(Pool, Booking.pool_id == Pool.id)
    return query.where(Booking.state.in_(LIVE), or_(Booking.slot_id.is_(None), Booking.slot_id != Pool.slot_id))


def offers_without_an_end(_at: datetime) -> Select[Any]:
    """Places held for somebody who is being asked, or requested, for ever."""
    return select(Booking.id).where(Booking.state.in_(RUNNING_OUT), Booking.expires_at.is_(None))


def holds_that_ran_out(at: datetime) -> Select[Any]:
    """Holds, requests and offers that should have been given back."""
    return select(Booking.id).where(Booking.state.in_(RUNNING_OUT), Booking.expires_at <= at - SLACK)


def wishes_tied_to_a_dead_offer(_at: datetime) -> Select[Any]:
    """Wishes that count as offered though no place is offered to them."""
    live = select(Booking.id).where(Booking.id == Waiting.booking_id, Booking.state == BookingState.OFFERED)
    return select(Waiting.id).where(Waiting.state == WaitingState.OFFERED, ~live.exists())


def offers_without_a_wish(_at: datetime) -> Select[Any]:
    """Places offered to nobody on the waiting list."""
    wish = select(Waiting.id).where(Waiting.booking_id == Booking.id, Waiting.state == WaitingState.OFFERED)
    return select(Booking.id).where(Booking.state == BookingState.OFFERED, ~wish.exists())


def waiting_though_booked(_at: datetime) -> Select[Any]:
    """Wishes of people for a date in which they have their place."""
    booked = select(Booking.id).where(
        Booking.slot_id == Waiting.slot_id,
        Booking.participant_id == Waiting.participant_id,
        Booking.state == BookingState.CONFIRMED,
    )
    return select(Waiting.id).where(Waiting.state.in_(ACTIVE), booked.exists())


def bookings_beside_their_slot(_at: datetime) -> Select[Any]:
    """Live bookings whose times are not those of their slot."""
    return (
        select(Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .where(Booking.state.in_(LIVE), or_(Booking.starts_at != Slot.starts_at, Booking.ends_at != Slot.ends_at))
    )


def booked_on_dates_that_fall_away(_at: datetime) -> Select[Any]:
    """Live bookings of a date that was called off."""
    return (
        select(Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .where(Booking.state.in_(STANDING), Slot.state == SlotState.CALLED_OFF)
    )


def codes_of_two_people(_at: datetime) -> Select[Any]:
    """Place codes that two people with live places bear within one offer, on whatever dates."""
    query = select(Slot.offer_id).join(Booking, Booking.slot_id == Slot.id)
    borne = query.where(Booking.state.in_(LIVE), Booking.code.is_not(None), Booking.participant_id.is_not(None))
    return borne.group_by(Slot.offer_id, Booking.code).having(func.count(Booking.participant_id.distinct()) > 1)


def codes_not_given(_at: datetime) -> Select[Any]:
    """Bookings whose place code is not written down as given, so that somebody else may get it."""
    given = select(GivenCode.code).where(GivenCode.offer_id == Slot.offer_id, GivenCode.code == Booking.code)
    query = select(Booking.id).join(Slot, Booking.slot_id == Slot.id)
    return query.where(Booking.code.is_not(None), ~given.exists())


def ticks_of_no_date(at: datetime) -> Select[Any]:
    """Stretches of a room taken by a coming date that is not there then: elsewhere, at another time, called off."""
    first, last = _ticks(Room.buffer_minutes * 60)
    query = select(RoomTick.tick).join(Slot, RoomTick.slot_id == Slot.id)
    elsewhere = or_(Slot.room_id.is_(None), Slot.room_id != RoomTick.room_id, Slot.state == SlotState.CALLED_OFF)
    beside = or_(RoomTick.tick < first, RoomTick.tick >= last)
    return query.join(Room, RoomTick.room_id == Room.id).where(Slot.ends_at > at, or_(elsewhere, beside))


def dates_without_their_room(at: datetime) -> Select[Any]:
    """Coming dates in a room that do not have it for all of their time; the minutes after a date may be missing."""
    first, last = _ticks(0)
    had = select(func.count()).where(
        RoomTick.slot_id == Slot.id, RoomTick.room_id == Slot.room_id, RoomTick.tick >= first, RoomTick.tick < last
    )
    coming = select(Slot.id).where(Slot.room_id.is_not(None), Slot.state != SlotState.CALLED_OFF, Slot.starts_at > at)
    return coming.where(had.scalar_subquery() != last - first)


def _ticks(more: ColumnElement[int] | int) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return the first tick of a date and the one after its last, in SQL, with so many seconds more at its end."""
    starts, ends = (cast(extract("epoch", one), Integer) for one in (Slot.starts_at, Slot.ends_at))
    return starts // SECONDS, (ends + more + SECONDS - 1) // SECONDS


def offers_with_a_wrong_next_free_date(at: datetime) -> Select[Any]:
    """Offers whose stored next free date is not the one their dates have."""
    return wrong_next_free(at, SLACK)
