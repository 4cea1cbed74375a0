"""Which legal grounds an actor knows of, and which enquiries went out on one, as far as they see them at all."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, false, select

from hub.models.enquiry import Enquiry
from hub.models.organisation import Organisation
from hub.models.transmission import AdmittedGround, fitting
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.network_scopes import network_organisations
from hub.policy.scopes import enquiries_for


def admitted_grounds_for(actor: Actor) -> Select[Any]:
    """Grounds that hold now in the actor's own networks: for auditors, and for coaches who may choose one."""
    if not (actor.has(Role.AUDITOR) or actor.has(Role.COACH)):
        return select(AdmittedGround).where(false())
    query = select(AdmittedGround).join(Organisation, AdmittedGround.organisation_id == Organisation.id)
    return query.where(
        AdmittedGround.ended_at.is_(None), AdmittedGround.programme_id.in_(actor.programme_ids), fitting()
    )


def admissible_bodies_for(actor: Actor, kinds: Any) -> Select[Any]:
    """Bodies of the own networks that an auditor could admit: of the right kind and not gone."""
    body = and_(Organisation.kind.in_(kinds), Organisation.ended_at.is_(None))
    own = Organisation.id.in_(network_organisations(actor)) if actor.has(Role.AUDITOR) else false()
    return select(Organisation).where(own, body)


def lawful_enquiries_for(actor: Actor, at: datetime) -> Select[Any]:
    """Enquiries that went out on a legal ground, as far as the actor sees them at all."""
    return enquiries_for(actor, at).where(Enquiry.transmission_id.is_not(None))
