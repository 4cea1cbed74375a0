"""Reading the evidence about one person: an auditor alone while they take part, two auditors afterwards (R-CON-13)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.actions.openings import note_opening
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.emergency import LASTS
from hub.models.inspection import Inspection, InspectionReason, InspectionState
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import emergencies, inspections
from hub.queries.states import move, require_version

READ = ("C2", "L1", "L2")


def open_inspection(
    session: Session, *, actor: Actor, participant: Participant, reason: str, at: datetime
) -> Inspection:
    """Open one person's evidence for 60 minutes, or propose it where the participation has been over for long.

    `participant` came through `inspections.find_person`. Raises NotAllowed (403), InvalidInput (422) for a reason
    outside the list, RuleBroken (409) while the same actor's proposal waits already.
    """
    require(actor, Permission.INSPECT_PERSON, participant)
    if reason not in set(InspectionReason):
        raise InvalidInput(fields={"reason": N_("Bitte wählen Sie einen Grund.")})
    restricted = inspections.is_restricted(session, participant.id, at=at)
    if restricted and inspections.find_proposed(session, actor, participant.id, at=at) is not None:
        raise RuleBroken(N_("Ihr Vorschlag zu dieser Nummer wartet schon auf eine zweite Person."))
    row = Inspection(
        participant=participant,
        proposed_by_id=actor.user_id,
        organisation_id=min(actor.organisations(Role.AUDITOR)),
        reason=InspectionReason(reason),
        restricted=restricted,
        proposed_at=at,
    )
    session.add(row)
    session.flush()
    if restricted:
        _propose(session, actor, row, at)
    else:
        _open(session, actor, row, at)
    return row


def decide_inspection(
    session: Session,
    *,
    actor: Actor,
    inspection: Inspection,
    agreed: bool,
    version: int | None = None,
    at: datetime,
) -> None:
    """Agree that another auditor reads, or not; of two decisions at once one wins, the other hears 409.

    Raises NotAllowed (403) for whoever proposed it (R-ACC-06). Who agrees reads nothing by it.
    """
    require(actor, Permission.DECIDE_INSPECTION, inspection)
    require_version(inspection, version)
    decided = {"decided_by_id": actor.user_id, "decided_at": at}
    if agreed:
        _open(session, actor, inspection, at, **decided)
        return
    move(session, inspection, InspectionState.DECLINED, at=at, **decided)
    about = [inspection.participant]
    log.record(session, actor=actor, action="inspection.declined", thing=inspection, about=about, at=at)


def _propose(session: Session, actor: Actor, row: Inspection, at: datetime) -> None:
    about, why = [row.participant], row.reason.value
    log.record(session, actor=actor, action="inspection.proposed", thing=row, about=about, purpose=why, at=at)
    others = emergencies.list_auditors(session) - {actor.user_id}
    notices.announce(session, "inspection.proposed", Facts(staff_ids=frozenset(others)), at=at)


def _open(session: Session, actor: Actor, row: Inspection, at: datetime, **values: object) -> None:
    """Open it from this instant; the person reads it in the own list at once, from the reader's house."""
    move(session, row, InspectionState.OPENED, at=at, opened_at=at, ends_at=at + LASTS, **values)
    note_opening(
        session,
        actor=actor,
        opening=row,
        participant=row.participant,
        organisation_id=row.organisation_id,
        action="inspection.opened",
        fields=READ,
        at=at,
    )
