"""What coordinators do with an offer that waits: let it into the catalogue, or give it back with a reason."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import InvalidInput, StepNotPossible
from hub.i18n import N_
from hub.models.offer import Offer, OfferState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, offer_versions
from hub.queries.states import move, require_version

LONGEST_NOTE = 300


def approve_offer(session: Session, *, actor: Actor, offer: Offer, version: int | None = None, at: datetime) -> None:
    """Publish an offer that waits for review, and tell the partner.

    Raises SomebodyWasFaster (409) when the partner changed it since `version` was read, StepNotPossible (409) for an
    offer that does not wait.
    """
    require(actor, Permission.REVIEW_OFFER, offer)
    require_version(offer, version)
    _settle(session, actor, offer, OfferState.PUBLISHED, at, review_note="")
    _record(session, actor, "offer.approved", offer, at)


def return_offer(
    session: Session, *, actor: Actor, offer: Offer, note: str, version: int | None = None, at: datetime
) -> None:
    """Make an offer that waits a draft again, with a short reason the partner reads; raises the same as approving.

    Raises InvalidInput (422) without a reason, or with one that is too long.
    """
    require(actor, Permission.REVIEW_OFFER, offer)
    require_version(offer, version)
    if not note.strip():
        raise InvalidInput(fields={"note": N_("Bitte schreiben Sie, was noch fehlt. Der Partner liest es.")})
    if len(note.strip()) > LONGEST_NOTE:
        raise InvalidInput(fields={"note": N_("Bitte höchstens {most} Zeichen.", most=LONGEST_NOTE)})
    _settle(session, actor, offer, OfferState.DRAFT, at, review_note=note.strip())
    _record(session, actor, "offer.returned", offer, at)


def _settle(session: Session, actor: Actor, offer: Offer, to: OfferState, at: datetime, **values: Any) -> None:
    if offer.state is not OfferState.REVIEW:
        raise StepNotPossible
    offer_versions.begin_versions(session, offer)
    move(session, offer, to, at=at, **values)
    offer_versions.add_version(session, actor=actor, offer=offer, at=at, reviewing=True)


def _record(session: Session, actor: Actor, event: str, offer: Offer, at: datetime) -> None:
    log.record(session, actor=actor, action=event, thing=offer, at=at)
    notices.announce(session, event, Facts(offer=offer, organisation_id=offer.organisation_id), at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])
