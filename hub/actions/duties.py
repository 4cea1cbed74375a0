"""What partners do about their duties once a consent has ended: say that it is deleted, or why it must be kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.duty import Duty, DutyState, Ground
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.duties import list_coordinators, lock_duty
from hub.queries.states import move, require_version

DELETED = "deleted"


def settle_duty(
    session: Session, *, actor: Actor, duty: Duty, answer: str, version: int | None = None, at: datetime
) -> None:
    """Write down what became of the data: `deleted`, or the code of the ground on which they are kept.

    Raises InvalidInput (422) for any other word, StepNotPossible (409) when it is answered, SomebodyWasFaster (409).
    """
    require(actor, Permission.SETTLE_DUTY, duty)
    if answer != DELETED and answer not in set(Ground):
        raise InvalidInput(fields={"answer": N_("Bitte wählen Sie eine Antwort.")})
    row = lock_duty(session, duty.id)
    require_version(row, version)
    deleted = answer == DELETED
    to, ground = (DutyState.DELETED, None) if deleted else (DutyState.KEPT_BY_LAW, Ground(answer))
    move(session, row, to, at=at, ground=ground, answered_at=at, answered_by_id=actor.user_id)
    purpose = " ".join(filter(None, [answer, actor.purpose_for(row.organisation_id)]))
    log.record(
        session,
        actor=actor,
        action=f"duty.{to.value}",
        thing=row,
        about=[row.enquiry.participant],
        fields=row.fields,
        purpose=purpose,
        at=at,
    )


def escalate_duty(session: Session, *, actor: Actor, duty_id: int, at: datetime) -> bool:
    """Tell the coordinators once that seven days went by without an answer; False when it was answered before."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = lock_duty(session, duty_id)
    if row.state is not DutyState.OPEN or row.due_at > at:
        return False
    move(session, row, DutyState.OVERDUE, at=at)
    about = [row.enquiry.participant]
    log.record(session, actor=actor, action="duty.overdue", thing=row, about=about, fields=row.fields, at=at)
    coordinators = list_coordinators(session, row.organisation_id)
    notices.announce(session, "duty.overdue", Facts(staff_ids=coordinators), at=at)
    return True
