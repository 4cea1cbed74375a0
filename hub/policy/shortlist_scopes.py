"""Which rows an actor sees of shortlists: coaches those of their people, a card what was handed to its own person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.models.participant import Participant
from hub.models.shortlist import ShortlistItem, ShortlistState
from hub.policy.actor import Actor, ActorKind
from hub.policy.scopes import participants_for


def shortlist_items_for(actor: Actor, at: datetime) -> Select[Any]:
    """Offers picked for the persons an actor sees; a person sees them once they were handed over."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    query = select(ShortlistItem).where(ShortlistItem.participant_id.in_(persons))
    return query if actor.kind is not ActorKind.PERSON else query.where(ShortlistItem.state != ShortlistState.PICKED)
