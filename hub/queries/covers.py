"""Questions about deputies: who stands in for a coach now, who sees to people whose coach is gone, who still may."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from hub.models.participant import Cover, Participant
from hub.models.user import Membership, Role, User


def list_deputies(session: Session, coach_id: int, *, at: datetime) -> frozenset[int]:
    """Return who stands in for a coach now and may open people of theirs. One statement."""
    query = select(Cover.deputy_id).join(User, Cover.deputy_id == User.id)
    return frozenset(session.scalars(query.where(Cover.coach_id == coach_id, _stands_in(at))))


def stands_in(session: Session, user_id: int, *, at: datetime) -> bool:
    """Tell whether somebody still stands in for anybody now."""
    query = select(Cover.id).join(User, Cover.deputy_id == User.id).where(Cover.deputy_id == user_id, _stands_in(at))
    return session.scalar(query.limit(1)) is not None


def _stands_in(at: datetime) -> ColumnElement[bool]:
    """The same rule as in `participants_for`, asked from the other side: it runs, and there is somebody to open."""
    theirs = exists().where(
        Participant.coach_id == Cover.coach_id,
        Participant.jobcenter_id == Membership.organisation_id,
        Membership.user_id == Cover.deputy_id,
        Membership.role == Role.COACH,
        Membership.ended_at.is_(None),
    )
    return and_(Cover.starts_at <= at, Cover.ends_at > at, User.disabled_at.is_(None), theirs.correlate(Cover))


def list_left_alone(session: Session, coach_id: int) -> frozenset[int]:
    """Return the Jobcenters in which people are still assigned to this coach, who works there no longer."""
    works = exists().where(
        Membership.user_id == User.id,
        Membership.organisation_id == Participant.jobcenter_id,
        Membership.role == Role.COACH,
        Membership.ended_at.is_(None),
    )
    query = select(Participant.jobcenter_id).join(User, Participant.coach_id == User.id).distinct()
    gone = or_(User.disabled_at.is_not(None), ~works.correlate(Participant, User))
    return frozenset(session.scalars(query.where(User.id == coach_id, gone)))


def list_team_leads(session: Session, jobcenter_ids: Collection[int]) -> frozenset[int]:
    """Return who leads the teams of these Jobcenters. One statement, none for none."""
    if not jobcenter_ids:
        return frozenset()
    query = select(User.id).join(Membership, Membership.user_id == User.id)
    return frozenset(session.scalars(query.where(_leads(), Membership.organisation_id.in_(jobcenter_ids))))


def works_anywhere(session: Session, user_id: int) -> bool:
    """Tell whether somebody has any part in any organisation; an account may outlive the last one."""
    query = select(Membership.id).where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def leads_team(session: Session, user_id: int) -> bool:
    """Tell whether somebody still leads a team."""
    query = select(User.id).join(Membership, Membership.user_id == User.id).where(_leads(), User.id == user_id)
    return session.scalar(query.limit(1)) is not None


def _leads() -> ColumnElement[bool]:
    return and_(Membership.role == Role.TEAM_LEAD, Membership.ended_at.is_(None), User.disabled_at.is_(None))
