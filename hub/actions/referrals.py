"""A referral from its opening to its end: one need of one person, followed and closed by the coach alone."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, round_steps, withdrawals
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.offer import Aim, Stage
from hub.models.participant import Participant
from hub.models.referral import Outcome, Referral, ReferralState
from hub.models.wording import MATTERS
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting as queues
from hub.queries.enquiries import get_person, list_open_of_referral
from hub.queries.participants import lock_participant
from hub.queries.rounds import list_running_of, lock_round
from hub.queries.states import move, require_version


def open_referral(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    aim: Aim,
    stage: Stage = Stage.PREVENTION,
    matters: Iterable[str] = (),
    tags: Iterable[str] = (),
    at: datetime,
) -> Referral:
    """Open the search for one need; what matters and the tags (further aims) come from closed lists.

    No field holds a diagnosis.
    """
    require(actor, Permission.WRITE_REFERRAL, participant)
    chosen, further = sorted(set(matters)), sorted(set(tags) - {aim})
    if not set(further) <= set(Aim):
        raise InvalidInput(fields={"tags": N_("Bitte wählen Sie aus der Liste.")})
    if not set(chosen) <= set(MATTERS):
        raise InvalidInput(fields={"matters": N_("Bitte wählen Sie aus der Liste.")})
    if participant.coach_id is None:
        raise RuleBroken(N_("Dieser Mensch hat gerade keinen Coach."))
    referral = Referral(
        participant_id=participant.id,
        coach_id=participant.coach_id,
        state=ReferralState.OPEN,
        aim=aim,
        stage=stage,
        matters=chosen,
        tags=further,
        created_at=at,
    )
    session.add(referral)
    session.flush()
    log.record(session, actor=actor, action="referral.opened", thing=referral, about=[participant], at=at)
    return referral


def close_referral(
    session: Session, *, actor: Actor, referral: Referral, outcome: str, version: int | None = None, at: datetime
) -> None:
    """Close a search with what became of the need, after asking the person; no enquiry may still be open."""
    person = get_person(session, referral.participant_id)
    require(actor, Permission.WRITE_REFERRAL, person)
    require_version(referral, version)
    if outcome not in set(Outcome):
        raise InvalidInput(fields={"outcome": N_("Bitte wählen Sie, was daraus wurde.")})
    if list_open_of_referral(session, referral.id):
        raise RuleBroken(N_("Es läuft noch eine Anfrage. Bitte schließen Sie diese zuerst ab."))
    queues.lock_person(session, person.id)
    move(session, referral, ReferralState.CLOSED, at=at, outcome=Outcome(outcome), closed_at=at)
    _end_rounds(session, actor, referral, at)
    log.record(session, actor=actor, action="referral.closed", thing=referral, about=[person], at=at)


def pause_referral(
    session: Session, *, actor: Actor, referral: Referral, version: int | None = None, at: datetime
) -> None:
    """Let a search rest: nothing new leaves, and nobody is reminded of it; what partners have goes on."""
    person = get_person(session, referral.participant_id)
    require(actor, Permission.WRITE_REFERRAL, person)
    _step(session, actor, person, referral, ReferralState.PAUSED, "referral.paused", version, at)


def resume_referral(
    session: Session, *, actor: Actor, referral: Referral, version: int | None = None, at: datetime
) -> None:
    """Take a resting search up again."""
    person = get_person(session, referral.participant_id)
    require(actor, Permission.WRITE_REFERRAL, person)
    _step(session, actor, person, referral, ReferralState.OPEN, "referral.resumed", version, at)


def retract_referral(
    session: Session, *, actor: Actor, referral: Referral, version: int | None = None, at: datetime
) -> None:
    """Take a search back: its open enquiries are withdrawn with their coming places in the same transaction."""
    person = get_person(session, referral.participant_id)
    require(actor, Permission.WRITE_REFERRAL, person)
    queues.lock_person(session, person.id)
    _step(session, actor, person, referral, ReferralState.RETRACTED, "referral.retracted", version, at)
    _end_rounds(session, actor, referral, at)
    for enquiry in list_open_of_referral(session, referral.id):
        withdrawals.withdraw_enquiry(session, actor=actor, enquiry=enquiry, at=at)


def _end_rounds(session: Session, actor: Actor, referral: Referral, at: datetime) -> None:
    """End what is asked around for a need that nobody searches for any more; its enquiries end by themselves."""
    for one in list_running_of(session, referral.id):
        round_steps.close(session, actor, lock_round(session, one.id), at=at)


def _step(
    session: Session,
    actor: Actor,
    person: Participant,
    referral: Referral,
    to: ReferralState,
    event: str,
    version: int | None,
    at: datetime,
) -> None:
    lock_participant(session, person.id)  # first in the lock order: a retraction gives places back
    require_version(referral, version)
    move(session, referral, to, at=at)
    log.record(session, actor=actor, action=event, thing=referral, about=[person], at=at)
