"""Whether the house may write to a person now, and how: asked each time something would leave (E6, R-CON-12)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.models.consent import Consent, Scope
from hub.queries.consents import find_live

OWN_SCOPES = (Scope.MESSAGES, Scope.EVALUATION)


def find_channel(session: Session, *, participant_id: int, purpose: str, at: datetime) -> str | None:
    """Return the way the person chose for this purpose, or None: then nothing is sent (T7)."""
    consent = find_live(session, participant_id=participant_id, scope=Scope.MESSAGES, at=at)
    return (consent.content or {}).get(purpose) if consent is not None else None


def may_write_to(session: Session, *, participant_id: int, channel: str, at: datetime) -> bool:
    """Tell whether the person wants anything at all over this way; the guard before a notice to a person leaves."""
    consent = find_live(session, participant_id=participant_id, scope=Scope.MESSAGES, at=at)
    return consent is not None and channel in (consent.content or {}).values()


def find_line(session: Session, sheet_id: int) -> Consent | None:
    """Return the one question of a sheet about messages or evaluation, with its person; None for another sheet."""
    query = select(Consent).where(Consent.sheet_id == sheet_id, Consent.scope.in_(OWN_SCOPES))
    return session.scalars(query.options(joinedload(Consent.participant))).one_or_none()


def list_own(session: Session, participant_id: int, *, at: datetime) -> dict[Scope, Consent]:
    """Return the person's own E6 and E7 in force, the newest of each. One statement."""
    query = select(Consent).where(Consent.participant_id == participant_id, Consent.scope.in_(OWN_SCOPES))
    query = query.where(Consent.live(at)).order_by(Consent.given_at, Consent.id)
    return {one.scope: one for one in session.scalars(query)}
