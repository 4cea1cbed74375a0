"""Which dates and answers are counted for an actor's figures: partners' own, and a coordinator's networks'."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from hub.models.enquiry import Enquiry
from hub.models.offer import Form, Offer, OfferProgramme, OfferState
from hub.models.slot import Slot
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.network_scopes import network_organisations

FEWEST = 3  # below it a number of answers, places or searches is told to nobody: it could be somebody's
SHOWN = (OfferState.PUBLISHED, OfferState.PAUSED, OfferState.ENDED)


def counted_slots_for(actor: Actor) -> Select[Any]:
    """Dates whose places are counted: of a partner's own offers, and of what a coordinator's networks offer."""
    if actor.kind is not ActorKind.STAFF:
        return select(Slot).where(false())
    own = Offer.organisation_id.in_(actor.partner_ids)
    lent = Offer.form == Form.ROOM  # a room is lent to coaches; nobody takes part in it
    query = select(Slot).join(Offer, Slot.offer_id == Offer.id)
    return query.where(~lent, Offer.state.in_(SHOWN), or_(own, _of_networks(actor)))


def counted_answers_for(actor: Actor) -> Select[Any]:
    """Enquiries whose answers are timed: a partner's own and a coordinator's networks'; never who they are about."""
    if actor.kind is not ActorKind.STAFF:
        return select(Enquiry).where(false())
    counted = [Enquiry.organisation_id.in_(actor.partner_ids)]  # a partner alone starts from its index
    if actor.has(Role.COORDINATOR):
        counted.append(Enquiry.organisation_id.in_(network_organisations(actor)))
    return select(Enquiry).where(or_(*counted))


def _of_networks(actor: Actor) -> ColumnElement[bool]:
    listed = select(OfferProgramme.offer_id).where(OfferProgramme.programme_id.in_(actor.programme_ids))
    seen = or_(Offer.public, Offer.id.in_(listed))
    return and_(_coordinates(actor), Offer.organisation_id.in_(network_organisations(actor)), seen)


def _coordinates(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.has(Role.COORDINATOR) else false()
