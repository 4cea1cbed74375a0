"""Which persons an actor looks after, and until when: one condition that every scope about persons asks."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, false, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from hub import clock
from hub.models.participant import Cover, Participant, Participation, ParticipationState
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind

KEPT_AFTER_END = timedelta(days=30)  # so long a coach sees a person whose last participation is over
Stay = aliased(Participation)  # an alias of its own: the scope around may ask about participations itself


def looked_after(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Whether a row of participants is the card's own person, or one a coach or a running deputy looks after now."""
    if actor.kind is ActorKind.PERSON:
        return Participant.id == actor.participant_id
    if not actor.has(Role.COACH):
        return false()
    covered = select(Cover.coach_id).where(Cover.deputy_id == actor.user_id, Cover.starts_at <= at, Cover.ends_at > at)
    # One list of coaches: with "or" PostgreSQL would walk through everybody of the Jobcenter.
    coaches = select(literal(actor.user_id, Integer)).union(covered)
    return and_(
        Participant.jobcenter_id.in_(actor.organisations(Role.COACH)),
        Participant.coach_id.in_(coaches),
        in_sight(at),
    )


def in_sight(at: datetime, person: InstrumentedAttribute[Any] = Participant.id) -> ColumnElement[bool]:
    """Whether a person takes part, took part until lately, or never did yet; else staff lose them everywhere.

    `person` is the column with their key: each row is asked about its own, never a list made of everybody. A proposal
    that was declined is no participation: it neither closes a person nor keeps them open.
    """
    stays = select(Stay.id).where(Stay.participant_id == person, Stay.state != ParticipationState.DECLINED)
    lately = stays.where(Stay.ends_on >= clock.local_date(at) - KEPT_AFTER_END)
    return or_(lately.correlate_except(Stay).exists(), ~stays.correlate_except(Stay).exists())
