"""A consent that was never a good one (T10): it ends with all that hung on it, and a case is opened (Art. 33 GDPR)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, withdrawals
from hub.errors import InvalidInput, StepNotPossible
from hub.i18n import N_
from hub.models.consent import PERMITTING
from hub.models.duty import Incident, IncidentKind
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.enquiries import get_person
from hub.queries.incidents import list_named


def invalidate_consent(session: Session, *, actor: Actor, number: str, kind: str, at: datetime) -> list[Incident]:
    """Declare all consents under a number invalid: of a whole sheet, or a single one; return the cases opened.

    Raises InvalidInput (422) for a number nothing in force has, or a kind outside the list.
    """
    require(actor, Permission.INVALIDATE_CONSENT)
    if kind not in set(IncidentKind):
        raise InvalidInput(fields={"kind": N_("Bitte wählen Sie, was nicht stimmt.")})
    named = list_named(session, number)
    if not named:
        raise InvalidInput(fields={"number": N_("Zu dieser Nummer gilt keine Einwilligung.")})
    opened = []
    for consent in named:
        if consent.state in PERMITTING:  # an E3 or E4 ends together with the E2 before it
            withdrawals.end_consent(session, actor=actor, consent=consent, ending=withdrawals.INVALIDATION, at=at)
        incident = Incident(kind=kind, consent_id=consent.id, opened_by_id=actor.user_id, opened_at=at)
        session.add(incident)
        session.flush()
        about = [get_person(session, consent.participant_id)]
        log.record(session, actor=actor, action="incident.opened", thing=incident, about=about, purpose=kind, at=at)
        opened.append(incident)
    return opened


def close_incident(session: Session, *, actor: Actor, incident: Incident, at: datetime) -> None:
    """Note that a case was looked at to the end; raises StepNotPossible (409) when it was before."""
    require(actor, Permission.INVALIDATE_CONSENT)
    if incident.closed_at is not None:
        raise StepNotPossible
    incident.closed_at = at
    log.record(session, actor=actor, action="incident.closed", thing=incident, purpose=incident.kind, at=at)
