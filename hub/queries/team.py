"""Questions of a team lead: persons, coaches and deputies of the own Jobcenters; no offers, attendance or notes."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only

from hub import clock
from hub.errors import NotFound
from hub.models.participant import Cover, Participant, Participation, ParticipationState
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.scopes import coaches_for, team_participants_for

# What the visibility table gives a team lead of a person's profile; the sealed rest is not even read.
_SHOWN = (
    Participant.public_id,
    Participant.name,
    Participant.coach_id,
    Participant.coach_changed_at,
    Participant.jobcenter_id,
    Participant.log_key,
    Participant.version,
)


def list_team_participants(session: Session, actor: Actor, *, at: datetime) -> list[Participant]:
    """Return the persons of the actor's Jobcenters with coach and participations, by family name. One statement."""
    query = team_participants_for(actor, at).options(
        load_only(*_SHOWN, raiseload=True),
        joinedload(Participant.coach),
        joinedload(Participant.participations).joinedload(Participation.programme),
    )
    people = session.scalars(query).unique()
    return sorted(people, key=lambda p: (p.name["family"].casefold(), p.name["given"].casefold()))


def get_team_participant(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Participant:
    """Return one person of the actor's Jobcenters with the coach; raises NotFound."""
    query = team_participants_for(actor, at).where(Participant.public_id == public_id)
    person: Participant | None = session.scalar(query.options(joinedload(Participant.coach)))
    if person is None:
        raise NotFound
    return person


def list_coaches(session: Session, actor: Actor) -> list[User]:
    """Return the coaches of the actor's Jobcenters by name."""
    return sorted(session.scalars(coaches_for(actor)).unique(), key=lambda user: (user.name.casefold(), user.id))


def list_colleagues(session: Session, actor: Actor, jobcenter_id: int) -> list[User]:
    """Return the coaches of one of the actor's Jobcenters by name."""
    query = coaches_for(actor).where(Membership.organisation_id == jobcenter_id)
    return sorted(session.scalars(query).unique(), key=lambda user: (user.name.casefold(), user.id))


def get_coach(session: Session, actor: Actor, public_id: str) -> User:
    """Return one coach of the actor's Jobcenters; raises NotFound."""
    coach: User | None = session.scalars(coaches_for(actor).where(User.public_id == public_id)).unique().first()
    if coach is None:
        raise NotFound
    return coach


def works_as_coach(session: Session, user_id: int, jobcenter_id: int) -> bool:
    """Tell whether somebody is a coach of this Jobcenter now."""
    query = select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.organisation_id == jobcenter_id,
        Membership.role == Role.COACH,
        Membership.ended_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def list_covers(session: Session, coach_ids: Iterable[int], *, at: datetime) -> list[Cover]:
    """Return the covers of these coaches that run or are still to come, with both names."""
    query = select(Cover).where(Cover.coach_id.in_(set(coach_ids)), Cover.ends_at > at)
    query = query.options(joinedload(Cover.coach), joinedload(Cover.deputy))
    return list(session.scalars(query.order_by(Cover.starts_at, Cover.id)))


def get_cover(session: Session, actor: Actor, public_id: str) -> Cover:
    """Return one cover of a coach of the actor's Jobcenters; raises NotFound."""
    coaches = coaches_for(actor).with_only_columns(User.id)
    cover = session.scalar(
        select(Cover)
        .where(Cover.public_id == public_id, Cover.coach_id.in_(coaches))
        .options(joinedload(Cover.coach), joinedload(Cover.deputy))
    )
    if cover is None:
        raise NotFound
    return cover


def caseloads(people: Iterable[Participant], *, at: datetime) -> dict[int | None, int]:
    """Count loaded persons whose participation is proposed or runs, per coach."""
    counts: dict[int | None, int] = {}
    for person in people:
        if any(counts_now(participation, at) for participation in person.participations):
            counts[person.coach_id] = counts.get(person.coach_id, 0) + 1
    return counts


def counts_now(participation: Participation, at: datetime) -> bool:
    """Tell whether a participation counts towards the caseload: proposed or admitted, and not over."""
    open_states = (ParticipationState.PROPOSED, ParticipationState.ADMITTED)
    return participation.state in open_states and participation.ends_on >= clock.local_date(at)
