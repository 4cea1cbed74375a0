"""Which rooms an actor may follow: those whose days they see on the page of their place."""

from typing import Any

from sqlalchemy import Select, false, select

from hub.models.location import Location, Room
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.scopes import locations_for


def rooms_for(actor: Actor) -> Select[Any]:
    """Rooms of the places that partners and coordinators see."""
    query = select(Room).join(Location, Room.location_id == Location.id)
    if not (actor.has(Role.PARTNER) or actor.has(Role.COORDINATOR)):
        return query.where(false())
    return query.where(Location.id.in_(locations_for(actor).with_only_columns(Location.id)))
