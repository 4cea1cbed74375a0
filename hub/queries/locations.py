"""Questions about places and their rooms."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.errors import NotFound
from hub.models.location import Location, Room
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import locations_for
from hub.queries.own_offers import raise_sequences_where


def list_locations(session: Session, actor: Actor) -> list[Location]:
    """Return the places the actor sees with their organisation and rooms, by name. Two statements."""
    query = locations_for(actor).options(joinedload(Location.organisation), selectinload(Location.rooms))
    return list(session.scalars(query.order_by(Location.name, Location.id)))


def list_locations_of(session: Session, organisation: Organisation) -> list[Location]:
    """Return the places of one organisation by name."""
    query = select(Location).where(Location.organisation_id == organisation.id)
    return list(session.scalars(query.order_by(Location.name, Location.id)))


def get_location(session: Session, actor: Actor, public_id: str) -> Location:
    """Return one place the actor sees with organisation and rooms; else NotFound."""
    query = locations_for(actor).where(Location.public_id == public_id)
    query = query.options(joinedload(Location.organisation), selectinload(Location.rooms))
    location: Location | None = session.scalar(query)
    if location is None:
        raise NotFound
    return location


def get_room(location: Location, public_id: str) -> Room:
    """Return one room of a loaded place; else NotFound."""
    room = next((room for room in location.rooms if room.public_id == public_id), None)
    if room is None:
        raise NotFound
    return room


def raise_sequences_at(session: Session, location: Location, *, at: datetime) -> tuple[set[int], set[int]]:
    """Raise the sequence of all coming dates at a place whose name or address changed; return whose feeds show it."""
    own = select(Offer.location_id).where(Offer.id == Slot.offer_id).scalar_subquery()
    return raise_sequences_where(session, func.coalesce(Slot.location_id, own) == location.id, at=at)


def list_organisations_at(session: Session, location: Location) -> list[int]:
    """Return the keys of the organisations whose offers take place there."""
    slots = select(Slot.offer_id).where(Slot.location_id == location.id)
    query = select(Offer.organisation_id).where((Offer.location_id == location.id) | Offer.id.in_(slots))
    return list(session.scalars(query.distinct()))
