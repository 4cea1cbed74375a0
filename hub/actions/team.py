"""What a team lead does: assign a coach, order a deputy for a time, end that early."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.errors import InvalidInput, NotFound
from hub.i18n import N_
from hub.models.participant import Cover, Participant
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, participants, team

LONGEST_COVER = timedelta(days=184)


@dataclass(frozen=True)
class Team:
    """A Jobcenter's team as the policy sees it."""

    jobcenter_id: int


def assign_coach(session: Session, *, actor: Actor, participant: Participant, coach: User, at: datetime) -> None:
    """Hand a person over to another coach of the same Jobcenter; consents bind the Jobcenter and go on (T12)."""
    require(actor, Permission.ASSIGN_COACH, participant)
    if not team.works_as_coach(session, coach.id, participant.jobcenter_id):
        raise NotFound
    participants.lock_participant(session, participant.id)
    before = participant.coach_id
    participant.coach_id, participant.coach = coach.id, coach
    if before != coach.id:
        participant.coach_changed_at = at
    log.record(session, actor=actor, action="person.coach_assigned", thing=coach, about=[participant], at=at)
    feeds.raise_revisions(session, participants=[participant.id], users=[before, coach.id])


def order_cover(
    session: Session,
    *,
    actor: Actor,
    jobcenter_id: int,
    coach: User,
    deputy: User,
    first_on: date,
    last_on: date,
    at: datetime,
) -> Cover:
    """Let a deputy look after a coach's persons from the first to the last day, both included (R-ACC-05).

    A cover that begins today begins now; it ends by itself.
    """
    require(actor, Permission.ORDER_COVER, Team(jobcenter_id))
    if not all(team.works_as_coach(session, user.id, jobcenter_id) for user in (coach, deputy)):
        raise NotFound
    _require_sound(coach, deputy, first_on, last_on, clock.local_date(at))
    cover = Cover(
        coach_id=coach.id,
        deputy_id=deputy.id,
        ordered_by_id=actor.user_id,
        starts_at=max(at, clock.start_of_day(first_on)),
        ends_at=clock.end_of_day(last_on),
    )
    session.add(cover)
    session.flush()
    log.record(session, actor=actor, action="cover.ordered", thing=cover, at=at)
    feeds.raise_revisions(session, users=[coach.id, deputy.id])
    return cover


def end_cover(session: Session, *, actor: Actor, cover: Cover, jobcenter_id: int, at: datetime) -> None:
    """End a cover now; the deputy sees nothing of these persons from the next request on."""
    require(actor, Permission.ORDER_COVER, Team(jobcenter_id))
    if cover.ends_at > at:
        cover.ends_at = at
        cover.starts_at = min(cover.starts_at, at)
        log.record(session, actor=actor, action="cover.ended", thing=cover, at=at)
        feeds.raise_revisions(session, users=[cover.coach_id, cover.deputy_id])


def _require_sound(coach: User, deputy: User, first_on: date, last_on: date, today: date) -> None:
    fields = {}
    if coach.id == deputy.id:
        fields["deputy"] = N_("Niemand vertritt sich selbst.")
    if first_on < today:
        fields["first_on"] = N_("Der erste Tag liegt in der Vergangenheit.")
    if last_on < first_on:
        fields["last_on"] = N_("Der letzte Tag liegt vor dem ersten.")
    elif last_on - first_on > LONGEST_COVER:
        fields["last_on"] = N_("Eine Vertretung dauert höchstens ein halbes Jahr.")
    if fields:
        raise InvalidInput(fields=fields)
