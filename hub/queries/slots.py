"""Questions about dates: one, the next ones of an offer, a week of one's own; and the change of one date."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, func, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload, with_expression
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from hub import clock
from hub.errors import NotFound, SomebodyWasFaster
from hub.models.booking import Booking
from hub.models.offer import Access, Offer
from hub.models.room_tick import RoomTick
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import own_slots_for, slots_for
from hub.queries.consequences import Consequences, consequences, consequences_of
from hub.queries.holds import on_hold

__all__ = [
    "Consequences",
    "call_off_empty",
    "change_slot",
    "consequences",
    "consequences_of",
    "count_coming",
    "get_own_slot",
    "get_slot",
    "get_slot_to_book",
    "list_between",
    "list_next_slots",
    "list_offer_slots",
    "list_week",
]


_WITH_OFFER = contains_eager(Slot.offer).joinedload(Offer.organisation)
_ALL = (
    _WITH_OFFER,
    joinedload(Slot.location),
    joinedload(Slot.room),
    selectinload(Slot.pools),
    with_expression(Slot.on_hold, on_hold()),
)


def get_slot(session: Session, actor: Actor, public_id: str) -> Slot:
    """Return one date of an offer the actor sees, with offer, organisation, place, room and pools; else NotFound."""
    return _get(session, slots_for(actor), public_id)


def get_slot_to_book(session: Session, actor: Actor, public_id: str) -> Slot:
    """Return one date of an offer the actor sees with offer and organisation, all a booking needs; else NotFound."""
    return _get(session, slots_for(actor), public_id, (_WITH_OFFER,))


def get_own_slot(session: Session, actor: Actor, public_id: str) -> Slot:
    """Return one date of an organisation the actor acts for, loaded like `get_slot`; else NotFound."""
    return _get(session, own_slots_for(actor), public_id)


def _get(session: Session, scope: Select[Any], public_id: str, options: Sequence[ORMOption] = _ALL) -> Slot:
    slot: Slot | None = session.scalar(scope.where(Slot.public_id == public_id).options(*options))
    if slot is None:
        raise NotFound
    return slot


def _with_all(query: Select[Any]) -> Select[Any]:
    """Name what pages of dates touch; the scope has joined the offer already."""
    return query.options(*_ALL)


def list_next_slots(session: Session, offer: Offer, *, at: datetime, limit: int) -> list[Slot]:
    """Return the next dates of an offer that take place, in order, with place, room and pools. Two statements."""
    query = (
        select(Slot)
        .where(Slot.offer_id == offer.id, Slot.starts_at > at, Slot.state == SlotState.PLANNED)
        .options(joinedload(Slot.location), joinedload(Slot.room), selectinload(Slot.pools))
        .order_by(Slot.starts_at, Slot.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def list_week(session: Session, actor: Actor, monday: date) -> list[Slot]:
    """Return the dates of one local week (Monday to Sunday) of the actor's organisations, called-off ones included."""
    starts, ends = clock.start_of_day(monday), clock.start_of_day(monday + timedelta(days=7))
    query = own_slots_for(actor).where(Slot.starts_at >= starts, Slot.starts_at < ends)
    return list(session.scalars(_with_all(query).order_by(Slot.starts_at, Slot.id)))


def list_offer_slots(session: Session, offer: Offer, *, at: datetime, limit: int) -> list[Slot]:
    """Return the coming dates of an own offer, called-off ones included, with room and pools. Two statements."""
    query = select(Slot).where(Slot.offer_id == offer.id, Slot.ends_at > at)
    query = query.options(joinedload(Slot.room), selectinload(Slot.pools))
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id).limit(limit)))


def count_coming(session: Session, offer: Offer, *, at: datetime) -> int:
    """Return how many dates of an offer are still to come."""
    query = select(func.count(Slot.id)).where(Slot.offer_id == offer.id, Slot.starts_at > at)
    return session.scalar(query.where(Slot.state == SlotState.PLANNED)) or 0


def change_slot(session: Session, slot: Slot, *, at: datetime, **values: Any) -> None:
    """Change a planned date and raise sequence and version in one UPDATE.

    Raises SomebodyWasFaster (409) when the row is no longer the one that was read.
    """
    values |= {"sequence": slot.sequence + 1, "version": slot.version + 1, "changed_at": at}
    values |= Slot.local_columns(values["starts_at"]) if "starts_at" in values else {}
    changed = session.execute(
        update(Slot)
        .where(Slot.id == slot.id, Slot.version == slot.version, Slot.state == SlotState.PLANNED)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise SomebodyWasFaster
    for name, value in values.items():
        set_committed_value(slot, name, value)


def call_off_empty(session: Session, offer: Offer, *, at: datetime) -> None:
    """Call off the offer's coming dates that nobody has booked, and give their rooms back."""
    booked = select(Booking.id).where(Booking.slot_id == Slot.id, Booking.holds_a_place).exists()
    waiting = Slot.state.in_((SlotState.PLANNED, SlotState.UNSETTLED))
    coming = select(Slot.id).where(Slot.offer_id == offer.id, Slot.starts_at > at, waiting)
    ids = list(session.scalars(coming.where(~booked).order_by(Slot.id).with_for_update(of=Slot)))
    raised = {"sequence": Slot.sequence + 1, "version": Slot.version + 1, "changed_at": at}
    session.execute(update(Slot).where(Slot.id.in_(ids)).values(state=SlotState.CALLED_OFF, **raised))
    session.execute(delete(RoomTick).where(RoomTick.slot_id.in_(ids)))


def list_between(session: Session, first: datetime, last: datetime, accesses: Iterable[Access]) -> list[Slot]:
    """Return the dates of offers of these kinds of access that start between two instants, with all they touch."""
    query = (
        select(Slot)
        .join(Offer, Slot.offer_id == Offer.id)
        .where(Slot.starts_at >= first, Slot.starts_at < last, Offer.access.in_(accesses))
        .order_by(Slot.starts_at, Slot.id)
    )
    return list(session.scalars(_with_all(query)))
