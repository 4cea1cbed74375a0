"""Questions about houses: which there are, what takes place in them when, and how their rooms are taken.

Nothing here is about persons: a date is shown by its offer where the reader sees that offer, else it is a taken room.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from hub import clock
from hub.errors import NotFound
from hub.models.location import Location
from hub.models.offer import Form, Freshness, Offer
from hub.models.organisation import Organisation
from hub.models.slot import Slot, SlotState
from hub.policy.actor import ANONYMOUS, Actor
from hub.policy.scopes import offers_for

HORIZON = timedelta(days=182)  # so far ahead dates are made


@dataclass(frozen=True)
class Entry:
    """One date in a house; of one that is not `shown` the reader learns only that its room is taken."""

    slot: Slot
    shown: bool


def list_houses(session: Session) -> list[Location]:
    """Return the houses that many partners use, by name, with their organisation. They are public."""
    return list(session.scalars(_houses().order_by(Location.name, Location.id)))


def get_house(session: Session, public_id: str) -> Location:
    """Return one house with its organisation and rooms; raises NotFound. Two statements."""
    query = _houses().where(Location.public_id == public_id).options(selectinload(Location.rooms))
    house: Location | None = session.scalar(query)
    if house is None:
        raise NotFound
    return house


def running_houses() -> Select[Location]:
    """Return the houses that many partners use, as long as somebody runs them."""
    query = select(Location).join(Organisation, Location.organisation_id == Organisation.id)
    return query.where(Location.house, Organisation.ended_at.is_(None))


def _houses() -> Select[Location]:
    return running_houses().options(contains_eager(Location.organisation))


def list_entries(
    session: Session, actor: Actor, location: Location, *, first: date, days: int = 1, pools: bool = True
) -> list[Entry]:
    """Return what takes place at a location on local days from `first` on, by time, called-off dates included.

    Two statements, without `pools` (how full it is) one.
    """
    starts, ends = clock.start_of_day(first), clock.start_of_day(first + timedelta(days=days))
    query = (
        select(Slot, is_shown_to(actor).label("shown"))
        .join(Offer, Slot.offer_id == Offer.id)
        .where(is_at(location.id), Slot.starts_at < ends)
        .where(Slot.ends_at > starts, Slot.starts_at > starts - timedelta(days=1))
        .options(contains_eager(Slot.offer).joinedload(Offer.organisation), joinedload(Slot.room))
        .order_by(Slot.starts_at, Slot.id)
    )
    if pools:
        query = query.options(selectinload(Slot.pools))
    return [
        Entry(slot, shown)
        for slot, shown in session.execute(query)
        if shown or (slot.room_id is not None and slot.state is not SlotState.CALLED_OFF)
    ]


def find_next_start(session: Session, location: Location, *, after: datetime) -> datetime | None:
    """Return when the next thing everybody may come to begins, or None. One statement."""
    query = select(func.min(Slot.starts_at)).join(Offer, Slot.offer_id == Offer.id)
    coming = and_(Slot.starts_at > after, Slot.starts_at < after + HORIZON, Slot.state == SlotState.PLANNED)
    return session.scalar(query.where(is_at(location.id), coming, is_shown_to(ANONYMOUS)))


def is_at(location_id: int) -> ColumnElement[bool]:
    """Whether a date is there: its own place, else that of its offer; a visit at home only sets out from there."""
    there = and_(Slot.location_id.is_(None), Offer.location_id == location_id)
    return and_(Offer.form != Form.HOME_VISIT, or_(Slot.location_id == location_id, there))


def is_shown_to(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor reads what a date is; of others only that a room is taken."""
    seen = offers_for(actor).with_only_columns(Offer.id).correlate(None)
    own = Offer.organisation_id.in_(actor.partner_ids)
    for_people = and_(Offer.form != Form.ROOM, Offer.freshness != Freshness.HIDDEN)
    return and_(Offer.id.in_(seen), or_(for_people, own))
