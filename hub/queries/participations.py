"""Questions about participations: what a case manager decides, and what runs or is proposed for a person."""

from datetime import date, datetime

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session, joinedload

from hub import clock
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.scopes import participations_for

S = ParticipationState
_PROPOSED_FIRST = case((Participation.state == S.PROPOSED, 0), (Participation.state == S.ADMITTED, 1), else_=2)


def get_participation(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Participation:
    """Return one participation the actor may know of, with person, coach and programme; raises NotFound."""
    query = participations_for(actor, at).where(Participation.public_id == public_id)
    query = query.options(
        joinedload(Participation.participant).joinedload(Participant.coach), joinedload(Participation.programme)
    )
    found: Participation | None = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def list_own_participations(session: Session, actor: Actor, *, at: datetime, limit: int = 200) -> list[Participation]:
    """Return what a case manager decides or decided: proposals first, then by the day it ends. One statement."""
    query = participations_for(actor, at).where(Participation.case_manager_id == actor.user_id)
    query = query.options(
        joinedload(Participation.participant).joinedload(Participant.coach), joinedload(Participation.programme)
    )
    return list(session.scalars(query.order_by(_PROPOSED_FIRST, Participation.ends_on, Participation.id).limit(limit)))


def find_overlapping(
    session: Session, participant_id: int, *, starts_on: date, ends_on: date, besides: int | None = None
) -> Participation | None:
    """Return a proposed or admitted participation on any of these days, or None; safe after lock_participant."""
    query = select(Participation).where(
        Participation.participant_id == participant_id,
        Participation.state.in_((S.PROPOSED, S.ADMITTED)),
        Participation.starts_on <= ends_on,
        Participation.ends_on >= starts_on,
    )
    if besides is not None:
        query = query.where(Participation.id != besides)
    return session.scalar(query.limit(1))


def list_case_managers(session: Session, jobcenter_id: int, *, besides: int | None) -> list[User]:
    """Return who can decide in a Jobcenter; never the proposer."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == jobcenter_id,
            Membership.role == Role.CASE_MANAGER,
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
            User.id != besides,
        )
    )
    return list(session.scalars(query.order_by(User.name, User.id)))


def is_over(session: Session, participant_id: int, *, on: date) -> bool:
    """Tell whether a day lies after all a person's participations; one not begun, or only proposed, is not over."""
    mine = select(Participation.id).where(Participation.participant_id == participant_id)
    had = mine.where(Participation.state.in_((S.ADMITTED, S.ENDED))).exists()
    runs = and_(Participation.state == S.ADMITTED, Participation.ends_on >= on)
    ahead = mine.where(or_(Participation.state == S.PROPOSED, runs)).exists()
    return bool(session.scalar(select(and_(had, ~ahead))))


def require_not_over(session: Session, participant_id: int, starts_at: datetime) -> None:
    """Raise RuleBroken (409) for an instant after a person's participations; before them people may meet."""
    if is_over(session, participant_id, on=clock.local_date(starts_at)):
        raise RuleBroken(N_("An diesem Tag ist die Teilnahme schon vorbei."))
