"""Which printed slips an actor sees: those of the persons they look after."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.models.participant import Participant
from hub.models.slip import Slip
from hub.policy.actor import Actor
from hub.policy.scopes import participants_for


def slips_for(actor: Actor, at: datetime) -> Select[Any]:
    """Printed sheets of the persons an actor sees."""
    return select(Slip).where(Slip.participant_id.in_(participants_for(actor, at).with_only_columns(Participant.id)))
