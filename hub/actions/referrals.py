"""Opening and closing a referral: one need of one person, closed by the coach alone."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.offer import Aim, Stage
from hub.models.participant import Participant
from hub.models.referral import Outcome, Referral, ReferralState
from hub.models.wording import MATTERS
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.enquiries import get_person, list_open_of_referral
from hub.queries.states import move, require_version


def open_referral(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    aim: Aim,
    stage: Stage = Stage.PREVENTION,
    matters: Iterable[str] = (),
    at: datetime,
) -> Referral:
    """Open the search for one need; what matters comes from a closed list, and no field holds a diagnosis."""
    require(actor, Permission.WRITE_REFERRAL, participant)
    chosen = sorted(set(matters))
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
    move(session, referral, ReferralState.CLOSED, at=at, outcome=Outcome(outcome), closed_at=at)
    log.record(session, actor=actor, action="referral.closed", thing=referral, about=[person], at=at)
