"""Where a fact about a person comes from: what a doctor or clinic said goes on only where the person allows it (§ 76).

Of what may be told, three things can come from a body bound by secrecy. A report (F1) has no place in any enquiry, and
a health text (H1) goes under a consent of its own (E3) for exactly one organisation: for both nothing more is needed.
An access need (A1) goes with the ordinary consent, so one that is known from a clinic is marked, and kept back here.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent, Release, Scope
from hub.models.participant import Participant
from hub.models.wording import NEEDS, listed


def marked_needs(person: Participant) -> frozenset[str]:
    """Return the person's access needs that are known from a doctor or clinic."""
    return frozenset(person.clinical_needs or ()) & frozenset(person.access_needs)


def blocked_needs(session: Session, person: Participant, organisation_id: int, *, at: datetime) -> frozenset[str]:
    """Return the access needs that this organisation may not be told now (R-LAW-06). No statement where none is marked.

    An E3 for this organisation in force lets them go, and so does a release from secrecy towards it.
    """
    marked = marked_needs(person)
    return frozenset() if not marked or _is_covered(session, person.id, organisation_id, at) else marked


def _is_covered(session: Session, participant_id: int, organisation_id: int, at: datetime) -> bool:
    consent = exists().where(
        Consent.participant_id == participant_id,
        Consent.organisation_id == organisation_id,
        Consent.scope == Scope.HEALTH,
        Consent.live(at),
    )
    release = exists().where(
        Release.participant_id == participant_id, Release.towards_id == organisation_id, Release.live(at)
    )
    return bool(session.scalar(select(or_(consent, release))))


def require_own_word(
    session: Session, person: Participant, organisation_id: int, needs: Iterable[str], *, at: datetime
) -> None:
    """Raise RuleBroken (409) for an access need that comes from a doctor and is not allowed to this organisation."""
    if blocked := blocked_needs(session, person, organisation_id, at=at) & set(needs):
        words = listed(sorted(blocked), NEEDS)
        raise RuleBroken(
            N_(
                "{needs}: Das wissen Sie aus einer Klinik oder Praxis. Dieser Partner darf es noch nicht erfahren.",
                needs=words,
            )
        )
