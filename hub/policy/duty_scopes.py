"""Which duties an actor sees: a partner's own and its members'; of overdue ones the coordinators of the network."""

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from hub.models.duty import Duty, DutyState
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.network_scopes import network_organisations


def duties_for(actor: Actor) -> Select[Any]:
    """Duties of organisations a partner acts for; a coordinator sees those of an own network once they are overdue."""
    if actor.kind is not ActorKind.STAFF:
        return select(Duty).where(false())
    answered = Duty.organisation_id.in_(actor.partner_ids)
    if not actor.has(Role.COORDINATOR):
        return select(Duty).where(answered)
    left = select(Organisation.id).where(Organisation.ended_at.is_not(None))  # nobody there can answer any more
    theirs = or_(Duty.state == DutyState.OVERDUE, Duty.organisation_id.in_(left))
    late = and_(theirs, Duty.organisation_id.in_(network_organisations(actor)))
    return select(Duty).where(or_(answered, late))
