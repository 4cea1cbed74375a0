"""Which offers stand in the catalogue for an actor, and which would if they did not pause."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from hub.models.offer import Form, Offer, OfferProgramme, OfferState
from hub.models.user import Role
from hub.policy.actor import Actor


def listed(actor: Actor, state: OfferState) -> list[ColumnElement[bool]]:
    """What makes an offer in this state one of the actor's catalogue, any of it: public, or of an own network."""
    shown = Offer.state == state
    if not actor.has(Role.COACH):
        shown = and_(shown, Offer.form != Form.ROOM)  # rooms are lent to coaches; for all others they are no offers
    network = select(OfferProgramme.offer_id).where(OfferProgramme.programme_id.in_(actor.programme_ids))
    return [and_(shown, Offer.public), and_(shown, Offer.id.in_(network))]


def paused_offers_for(actor: Actor) -> Select[Any]:
    """Offers in a pause which the actor would see if they ran; of these one may know no more than that they pause."""
    return select(Offer).where(or_(*listed(actor, OfferState.PAUSED)))
