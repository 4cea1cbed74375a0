"""Cases of consents found invalid, and the consents an auditor names by number; never a person."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models.consent import PERMITTING, Consent
from hub.models.consent_sheet import ConsentSheet, read_reference
from hub.models.duty import Incident
from hub.models.user import Role
from hub.policy.actor import Actor


def list_named(session: Session, number: str) -> Sequence[Consent]:
    """Return the consents in force by state with this number: of a printed sheet, or of one consent as in the log."""
    printed = read_reference(number)
    sheets = select(ConsentSheet.id).where(ConsentSheet.reference == printed)
    named = or_(Consent.sheet_id.in_(sheets), func.lower(Consent.public_id) == printed.lower())
    query = select(Consent).where(named, Consent.state.in_(PERMITTING)).order_by(Consent.id)
    return session.scalars(query).all()


def list_incidents(session: Session, actor: Actor, *, limit: int = 100) -> list[tuple[Incident, str]]:
    """Return the cases with the number of their consent, open ones first, then the newest; for auditors only."""
    if not actor.has(Role.AUDITOR):
        return []
    query = select(Incident, Consent.public_id).join(Consent, Incident.consent_id == Consent.id)
    query = query.order_by(Incident.closed_at.is_not(None), Incident.id.desc()).limit(limit)
    return [(row[0], row[1]) for row in session.execute(query)]


def lock_incident(session: Session, actor: Actor, public_id: str) -> Incident:
    """Return one case, locked and fresh; raises NotFound for everybody but auditors."""
    query = select(Incident).where(Incident.public_id == public_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None or not actor.has(Role.AUDITOR):
        raise NotFound
    return found
