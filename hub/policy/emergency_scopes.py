"""Whom a named deputy may open in an emergency, what is open now, and who looks at it afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.models.emergency import Emergency
from hub.models.participant import Cover, Participant
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.person_scopes import in_sight


def emergency_persons_for(actor: Actor, at: datetime) -> Select[Any]:
    """Persons of coaches for whom the actor was ever named as deputy: found by exact name, never listed."""
    named = select(Cover.coach_id).where(Cover.deputy_id == actor.user_id, Cover.starts_at <= at)
    return select(Participant).where(
        Participant.jobcenter_id.in_(actor.organisations(Role.COACH)), Participant.coach_id.in_(named), in_sight(at)
    )


def open_emergencies_for(actor: Actor, at: datetime) -> Select[Any]:
    """The actor's own openings while their hour runs, and only while the actor is a coach of that Jobcenter."""
    return (
        select(Emergency)
        .join(Participant, Emergency.participant_id == Participant.id)
        .where(
            Emergency.user_id == actor.user_id,
            Emergency.opened_at <= at,
            Emergency.ends_at > at,
            Participant.jobcenter_id.in_(actor.organisations(Role.COACH)),
        )
    )


def reviewed_emergencies_for(actor: Actor) -> Select[Any]:
    """Openings in the teams an actor leads; all for an auditor."""
    own = Participant.jobcenter_id.in_(actor.organisations(Role.TEAM_LEAD))
    query = select(Emergency).join(Participant, Emergency.participant_id == Participant.id)
    return query if actor.has(Role.AUDITOR) else query.where(own)
