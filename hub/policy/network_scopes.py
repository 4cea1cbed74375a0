"""Which organisations stand in the networks of an actor; several scopes ask this."""

from typing import Any

from sqlalchemy import Select, select

from hub.models.programme import ProgrammeOrganisation
from hub.policy.actor import Actor


def network_organisations(actor: Actor) -> Select[Any]:
    """Return the keys of the organisations of the actor's own networks."""
    return select(ProgrammeOrganisation.organisation_id).where(
        ProgrammeOrganisation.programme_id.in_(actor.programme_ids)
    )
