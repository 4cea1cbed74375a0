"""Who reads what somebody told of a barrier: the coordinators, for the pages belong to all networks of the house."""

from typing import Any

from sqlalchemy import Select, false, select, true

from hub.models.barrier import Barrier
from hub.models.user import Role
from hub.policy.actor import Actor


def barriers_for(actor: Actor) -> Select[Any]:
    """All barriers that somebody told of, for coordinators."""
    return select(Barrier).where(true() if actor.has(Role.COORDINATOR) else false())
