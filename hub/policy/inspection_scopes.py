"""Whose evidence an auditor may open by number, what is open now, and what waits for a second auditor."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, select, true

from hub.models.inspection import WAITS, Inspection, InspectionState
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.actor import Actor


def inspected_persons_for(actor: Actor) -> Select[Any]:
    """Persons an auditor may open by a number: found one at a time, never listed."""
    return select(Participant).where(true() if actor.has(Role.AUDITOR) else false())


def open_inspections_for(actor: Actor, at: datetime) -> Select[Any]:
    """The actor's own inspections while their hour runs, and only while the actor audits."""
    running = (Inspection.state == InspectionState.OPENED, Inspection.opened_at <= at, Inspection.ends_at > at)
    own = Inspection.proposed_by_id == actor.user_id if actor.has(Role.AUDITOR) else false()
    return select(Inspection).where(own, *running)


def proposed_inspections_for(actor: Actor, at: datetime) -> Select[Any]:
    """What waits for a second auditor, the own ones included; an auditor reads number and reason."""
    waiting = (Inspection.state == InspectionState.PROPOSED, Inspection.proposed_at > at - WAITS)
    return select(Inspection).where(true() if actor.has(Role.AUDITOR) else false(), *waiting)
