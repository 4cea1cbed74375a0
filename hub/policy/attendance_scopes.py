"""Bookings whose attendance an actor may write down: in dates a partner acts for, and in the one of a mail's link."""

from typing import Any

from sqlalchemy import Select, false, select

from hub.models.booking import Booking
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.policy.actor import Actor, ActorKind
from hub.policy.scopes import partner_bookings_for


def marked_bookings_for(actor: Actor) -> Select[Any]:
    """Bookings in dates of organisations a partner acts for; a link's single date. No name comes with them."""
    if actor.kind is ActorKind.STAFF:
        return partner_bookings_for(actor)
    query = select(Booking).join(Slot, Booking.slot_id == Slot.id).join(Offer, Slot.offer_id == Offer.id)
    if actor.kind is not ActorKind.LINK or actor.slot_id is None:
        return query.where(false())
    return query.where(Slot.id == actor.slot_id, Offer.organisation_id == actor.organisation_id)
