"""Which rows an actor sees of what nobody found: coordinators of their districts, partners what they were asked for."""

from typing import Any

from sqlalchemy import Select, false, func, or_, select

from hub.models.demand import DISTRICT_DIGITS, Demand, DemandRequest
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.network_scopes import network_organisations


def demands_for(actor: Actor) -> Select[Any]:
    """What nobody found in the districts of a coordinator's networks, and without a place; of nobody in particular."""
    if not actor.has(Role.COORDINATOR):
        return select(Demand).where(false())
    district = func.substr(Organisation.municipality_code, 1, DISTRICT_DIGITS)
    own = select(district).where(
        Organisation.id.in_(network_organisations(actor)), Organisation.municipality_code != ""
    )
    return select(Demand).where(or_(Demand.district == "", Demand.district.in_(own)))


def demand_requests_for(actor: Actor) -> Select[Any]:
    """What the organisations of a partner were asked to offer."""
    if actor.kind is not ActorKind.STAFF:
        return select(DemandRequest).where(false())
    return select(DemandRequest).where(DemandRequest.organisation_id.in_(actor.partner_ids))
