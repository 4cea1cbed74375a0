"""What a person allows one organisation about one offer now: the E2, and which consents stand beside it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hub.models.consent import BESIDE, Consent, Scope
from hub.models.enquiry import Enquiry
from hub.queries.covering import allows, covering
from hub.queries.legal_grounds import holds


@dataclass(frozen=True)
class Grant:
    """The consents in force for one enquiry; without the E2 there is nothing, whatever else was allowed."""

    consent: Consent | None = None
    scopes: frozenset[Scope] = frozenset()  # of E3 and E4
    health: str = ""  # the words of the E3
    by_law: bool = False  # on a legal ground that holds now

    @property
    def live(self) -> bool:
        """Whether anything may be shown at all."""
        return self.by_law or self.consent is not None


def grant_of(session: Session, enquiry: Enquiry, *, at: datetime) -> Grant:
    """Return what the person allows for an enquiry at this instant; asked each time it is shown (R-CON-12).

    One statement. The E2 must cover all field groups of the enquiry; what was asked in a round stands on its E2a alone.
    """
    if enquiry.is_by_law:
        return Grant(by_law=holds(session, enquiry, at=at))
    beside = and_(
        Consent.organisation_id == enquiry.organisation_id,
        Consent.offer_id == enquiry.offer_id,
        Consent.scope.in_(BESIDE),
    )
    query = select(Consent).where(
        Consent.participant_id == enquiry.participant_id,
        or_(covering(enquiry), beside),
        Consent.live(at),
    )
    newest: dict[Scope, Consent] = {}
    for row in session.scalars(query.order_by(Consent.given_at, Consent.id)):
        newest[row.scope] = row
    around, consent = newest.pop(Scope.ASK_AROUND, None), newest.pop(Scope.TRANSMIT, None)
    if enquiry.is_nameless:
        return Grant(around if around is not None and allows(around, enquiry) else None)
    health = newest.get(Scope.HEALTH)
    if consent is None or not allows(consent, enquiry):
        return Grant()
    return Grant(consent, frozenset(newest), (health.content or {}).get("health", "") if health else "")
