"""Lent rooms for tests: the town's meeting room with its dates, and coaches who take one."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.room_loans import borrow_room
from hub.models.booking import Booking
from hub.models.offer import Form, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.participants import get_participant
from hub.queries.room_ticks import list_taken_ticks, take_room
from hub.queries.slots import get_slot
from tests.places import make_offer, make_slot
from tests.world import World

HOUR = timedelta(hours=1)


def lend_room(world: World, *, owner: str = "town", place: str = "town_hall", **values: Any) -> Offer:
    """Publish the room of a place as one to borrow."""
    location = world.cast.locations[place]
    room = location.rooms[0].id if location.rooms else None
    facts = {"title": "Sitzungszimmer", "form": Form.ROOM, "places": 1, "location_id": location.id, "room_id": room}
    return make_offer(world, owner=owner, **facts | values)


def lent_slot(world: World, offer: Offer | None = None, *, days: int = 1, hours: int = 0) -> Slot:
    """Add one hour in which the room can be borrowed."""
    offer = offer or lend_room(world)
    start = world.at + timedelta(days=days, hours=hours)
    slot = make_slot(world, offer, starts_at=start, places=1, room_id=offer.room_id)
    with world.database.transaction() as session:
        times = {"first": slot.starts_at, "last": slot.ends_at}
        if slot.room_id is not None and not list_taken_ticks(session, slot.room_id, **times):  # some lay two at once
            take_room(session, [slot], despite_busy=True, at=world.at)
    return slot


def borrow(world: World, slot: Slot, *, by: str = "clara", person: Participant | None = None, **more: Any) -> Booking:
    """Let a coach take the room; date and person are read through the coach's scopes as the page does."""
    actor = world.actor(by)

    def unit(session: Session) -> Booking:
        return borrow_room(
            session,
            actor=actor,
            slot=get_slot(session, actor, slot.public_id),
            participant=get_participant(session, actor, person.public_id, at=world.at) if person else None,
            **{"at": world.at} | more,
        )

    return world.database.run(unit)
