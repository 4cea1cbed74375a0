"""Reminding of consents and releases that end soon: the coach by a neutral mail, the person on the own page (T8)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.models.consent import Release
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.consent_reminders import take_reminders
from hub.queries.enquiries import get_person
from hub.queries.participants import lock_participant


def remind_of_consents(session: Session, *, actor: Actor, participant_id: int, at: datetime) -> bool:
    """Remind once thirty and once seven days before, one mail for all that ends; False when done."""
    require(actor, Permission.RUN_MAINTENANCE)
    lock_participant(session, participant_id)
    ending = take_reminders(session, participant_id, at=at)
    if not ending:
        return False
    person = get_person(session, participant_id)
    for one in ending:
        kind, purpose = ("release", "203") if isinstance(one, Release) else ("consent", one.scope.value)
        log.record(session, actor=actor, action=f"{kind}.reminded", thing=one, about=[person], purpose=purpose, at=at)
    notices.announce(session, "consents.ending", Facts(participant=person), at=at)
    return True
