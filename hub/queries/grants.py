"""What a person allows one organisation about one offer now: the E2, and which consents stand beside it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.consent import BESIDE, Consent, Scope
from hub.models.enquiry import Enquiry


@dataclass(frozen=True)
class Grant:
    """The consents in force for one enquiry; without the E2 there is nothing, whatever else was allowed."""

    consent: Consent | None = None
    scopes: frozenset[Scope] = frozenset()  # of E3 and E4
    health: str = ""  # the words of the E3


def grant_of(session: Session, enquiry: Enquiry, *, at: datetime) -> Grant:
    """Return what the person allows for an enquiry at this instant; asked each time it is shown (R-CON-12).

    One statement. The E2 must cover all field groups of the enquiry.
    """
    query = select(Consent).where(
        Consent.participant_id == enquiry.participant_id,
        Consent.organisation_id == enquiry.organisation_id,
        Consent.offer_id == enquiry.offer_id,
        Consent.scope.in_((Scope.TRANSMIT, *BESIDE)),
        Consent.live(at),
    )
    newest: dict[Scope, Consent] = {}
    for row in session.scalars(query.order_by(Consent.given_at, Consent.id)):
        newest[row.scope] = row
    consent, health = newest.pop(Scope.TRANSMIT, None), newest.get(Scope.HEALTH)
    if consent is None or not set(enquiry.field_groups) <= set(consent.field_groups):
        return Grant()
    return Grant(consent, frozenset(newest), (health.content or {}).get("health", "") if health else "")
