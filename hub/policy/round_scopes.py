"""Which rounds an actor sees: those of the persons they look after; a card those of its own person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.models.participant import Participant
from hub.models.round import Round
from hub.policy.actor import Actor
from hub.policy.scopes import participants_for


def rounds_for(actor: Actor, at: datetime) -> Select[Any]:
    """Rounds of the persons an actor sees; no partner ever learns that others were asked."""
    persons = participants_for(actor, at).with_only_columns(Participant.id)
    return select(Round).where(Round.participant_id.in_(persons))
