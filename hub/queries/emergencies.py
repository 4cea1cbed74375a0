"""Questions about openings in an emergency: whom, what is open, what waits to be looked at."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only

from hub.errors import NotFound
from hub.models.emergency import Emergency
from hub.models.participant import Participant
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.emergency_scopes import emergency_persons_for, open_emergencies_for, reviewed_emergencies_for


def find_person(session: Session, actor: Actor, name_digest: str, *, at: datetime) -> Participant | None:
    """Return the one person of this exact name whom the actor may open; None for nobody and for more than one."""
    query = emergency_persons_for(actor, at).where(Participant.name_digest == name_digest).limit(2)
    found = session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def may_open(session: Session, actor: Actor, *, at: datetime) -> bool:
    """Tell whether there is any person whom the actor could open."""
    query = emergency_persons_for(actor, at).with_only_columns(Participant.id).limit(1)
    return session.scalar(query) is not None


def get_open(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Emergency:
    """Return an own opening whose hour still runs, with the person; raises NotFound."""
    query = open_emergencies_for(actor, at).where(Emergency.public_id == public_id)
    person = joinedload(Emergency.participant)
    query = query.options(
        person.joinedload(Participant.coach),
        person.defer(Participant.notes, raiseload=True),
    )
    found: Emergency | None = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def list_open(session: Session, actor: Actor, *, at: datetime) -> list[Emergency]:
    """Return the actor's own openings whose hour runs, the latest first."""
    query = open_emergencies_for(actor, at).options(joinedload(Emergency.participant))
    return list(session.scalars(query.order_by(Emergency.opened_at.desc())))


def list_unreviewed(session: Session, actor: Actor) -> list[Emergency]:
    """Return openings nobody has looked at yet, the oldest first: who opened whom, and why. One statement."""
    name = joinedload(Emergency.participant).options(
        load_only(
            Participant.public_id, Participant.name, Participant.jobcenter_id, Participant.log_key, raiseload=True
        )
    )
    query = reviewed_emergencies_for(actor).where(Emergency.reviewed_at.is_(None))
    query = query.options(name, joinedload(Emergency.user))
    return list(session.scalars(query.order_by(Emergency.opened_at, Emergency.id)))


def lock_unreviewed(session: Session, actor: Actor, public_id: str) -> Emergency:
    """Return one opening nobody has looked at, locked and fresh; raises NotFound."""
    query = reviewed_emergencies_for(actor).where(Emergency.public_id == public_id, Emergency.reviewed_at.is_(None))
    query = query.options(joinedload(Emergency.participant)).with_for_update(of=Emergency)
    found: Emergency | None = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def list_auditors(session: Session) -> frozenset[int]:
    """Return who audits."""
    query = select(Membership.user_id).join(User, Membership.user_id == User.id)
    query = query.where(Membership.role == Role.AUDITOR, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    return frozenset(session.scalars(query))
