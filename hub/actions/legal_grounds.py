"""Which legal grounds a network admits, and for which body: an auditor's word, one body at a time."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.organisation import Organisation
from hub.models.programme import Programme
from hub.models.transmission import AdmittedGround, LegalGround, fits
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.leaving import lock_organisation
from hub.queries.legal_grounds import list_admitted
from hub.queries.programmes import list_programmes_of


def admit_ground(
    session: Session, *, actor: Actor, programme: Programme, organisation: Organisation, ground: str, at: datetime
) -> AdmittedGround:
    """Confirm that a ground holds for one body of a network (R-LAW-03).

    Raises InvalidInput (422) for a ground outside the list, RuleBroken (409) for a body of another kind, one that has
    left or is not of that network, and where it is admitted already.
    """
    require(actor, Permission.ADMIT_GROUND)
    if ground not in set(LegalGround):
        raise InvalidInput(fields={"ground": N_("Bitte wählen Sie aus der Liste.")})
    body, chosen = lock_organisation(session, organisation.id), LegalGround(ground)
    if not fits(chosen, body) or programme.id not in {one.id for one in list_programmes_of(session, actor, body)}:
        raise RuleBroken(N_("Dieses Gesetz erlaubt nichts an {body}.", body=body.name))
    same = (programme.id, body.id, chosen)
    if any((one.programme_id, one.organisation_id, one.ground) == same for one in list_admitted(session, actor)):
        raise RuleBroken(N_("Das ist schon zugelassen."))
    row = AdmittedGround(programme_id=programme.id, organisation_id=body.id, ground=chosen)
    row.admitted_by_id, row.admitted_at = actor.user_id or 0, at
    session.add(row)
    session.flush()
    log.record(session, actor=actor, action="legal_ground.admitted", thing=row, purpose=chosen.value, at=at)
    return row


def end_admitted_ground(session: Session, *, actor: Actor, admitted: AdmittedGround, at: datetime) -> None:
    """End an admission: from the next request on nobody reads anything that stands on it. `admitted` is locked."""
    require(actor, Permission.ADMIT_GROUND)
    admitted.ended_at = at
    log.record(session, actor=actor, action="legal_ground.ended", thing=admitted, purpose=admitted.ground.value, at=at)
