"""Proposing a participation and deciding on it: always two different people (R7, R-ACC-06)."""

from collections.abc import Iterable
from datetime import date, datetime

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import Programme
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import participants, participations
from hub.queries.states import move, require_version

CRITERIA = ("appointments_missed", "health_limits", "measures_broken_off")  # of the funded pilot, in its order


def propose(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    programme: Programme,
    starts_on: date,
    ends_on: date,
    criteria: Iterable[str],
    case_manager: User,
    at: datetime,
) -> Participation:
    """Propose a person for a programme; the case manager of the same Jobcenter decides, never the proposer.

    Raises InvalidInput (422) for days that do not fit the programme, RuleBroken (409) when another participation
    shares a day with this one.
    """
    require(actor, Permission.PROPOSE_PARTICIPATION, participant)
    require(actor, Permission.SEE_PERSON, participant)
    participants.lock_participant(session, participant.id)
    chosen = [criterion for criterion in CRITERIA if criterion in set(criteria)]
    _require_sound(programme, starts_on, ends_on, chosen)
    deciders = participations.list_case_managers(session, participant.jobcenter_id, besides=actor.user_id)
    if case_manager.id not in {user.id for user in deciders}:
        raise NotFound
    if participations.find_overlapping(session, participant.id, starts_on=starts_on, ends_on=ends_on):
        raise RuleBroken(N_("In dieser Zeit gibt es schon eine Teilnahme oder einen Vorschlag."))
    participation = Participation(
        participant_id=participant.id,
        programme_id=programme.id,
        state=ParticipationState.PROPOSED,
        starts_on=starts_on,
        ends_on=ends_on,
        criteria=chosen,
        case_manager_id=case_manager.id,
        proposed_by_id=actor.user_id,
        proposed_at=at,
    )
    session.add(participation)
    session.flush()
    log.record(session, actor=actor, action="participation.proposed", thing=participation, about=[participant], at=at)
    return participation


def decide(
    session: Session,
    *,
    actor: Actor,
    participation: Participation,
    admitted: bool,
    version: int | None = None,
    at: datetime,
) -> None:
    """Admit or decline a proposal; of two decisions at once one wins, the other hears SomebodyWasFaster (409)."""
    require(actor, Permission.DECIDE_PARTICIPATION, participation)
    require_version(participation, version)
    to = ParticipationState.ADMITTED if admitted else ParticipationState.DECLINED
    move(session, participation, to, at=at, decided_by_id=actor.user_id, decided_at=at)
    about = [participation.participant]
    log.record(session, actor=actor, action=f"participation.{to.value}", thing=participation, about=about, at=at)


def _require_sound(programme: Programme, starts_on: date, ends_on: date, criteria: list[str]) -> None:
    fields = {}
    longest = starts_on + relativedelta(months=programme.longest_months)
    if not programme.starts_on <= starts_on <= programme.ends_on:
        fields["starts_on"] = N_("An diesem Tag läuft das Programm nicht.")
    if ends_on <= starts_on:
        fields["ends_on"] = N_("Das Ende liegt vor dem Beginn.")
    elif ends_on >= longest:
        fields["ends_on"] = N_("Eine Teilnahme dauert höchstens {months} Monate.", months=programme.longest_months)
    elif ends_on > programme.ends_on:
        fields["ends_on"] = N_("So lange läuft das Programm nicht.")
    if not criteria:
        fields["criteria"] = N_("Bitte wählen Sie mindestens einen Grund.")
    if fields:
        raise InvalidInput(fields=fields)
