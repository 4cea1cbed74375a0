"""Keeping offers true: a partner says one still takes place; the clock asks, warns, and hides what nobody confirms.

The clock's verbs lock the offer, look again, and leave it to whoever was faster: a confirmation always wins.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import StepNotPossible
from hub.i18n import N_
from hub.models.offer import Freshness, Offer, OfferState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, freshness


def confirm_offer(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> None:
    """Note that a published offer still takes place as written; it is fresh again, however long it was silent.

    Raises StepNotPossible (409) for an offer that is not in the catalogue.
    """
    require(actor, Permission.CONFIRM_OFFER, offer)
    _require_published(offer)
    freshness.freshen(session, offer, actor=actor, at=at)
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action="offer.confirmed", thing=offer, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])  # if it was hidden, calendars show it again


def send_offer_link(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> bool:
    """Send the mail with the offer's link once more; False when it was sent a moment ago or still waits to leave."""
    require(actor, Permission.EDIT_OFFER, offer)
    _require_published(offer)
    if freshness.was_just_sent(session, offer, at=at):
        return False
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action="offer.link_wanted", thing=offer, purpose=purpose, at=at)
    notices.announce(session, "offer.link_wanted", _facts(offer), at=at)
    return True


def ask_partner(session: Session, *, actor: Actor, offer_id: int, at: datetime) -> bool:
    """Ask a partner whether an offer is still right; False when there is no need any more."""
    require(actor, Permission.RUN_MAINTENANCE)
    offer = freshness.lock_due(session, offer_id, freshness.to_ask(at))
    if offer is None:
        return False
    freshness.lower(session, offer, Freshness.ASKED, at=at)
    log.record(session, actor=actor, action="offer.asked", thing=offer, at=at)
    notices.announce(session, "offer.asked", _facts(offer), at=at)
    return True


def warn_partner(session: Session, *, actor: Actor, offer_id: int, at: datetime) -> bool:
    """Tell partner and umbrella from when on an offer comes last, or is hidden; False when there is no need."""
    require(actor, Permission.RUN_MAINTENANCE)
    offer = freshness.lock_due(session, offer_id, freshness.to_warn(at))
    if offer is None:
        return False
    event = "offer.fading_soon" if offer.freshness is Freshness.ASKED else "offer.hiding_soon"
    log.record(session, actor=actor, action="offer.warned", thing=offer, purpose=event, at=at)
    notices.announce(session, event, _facts(offer), at=at)
    return True


def lower_offer(session: Session, *, actor: Actor, offer_id: int, at: datetime) -> bool:
    """Let an offer nobody confirms come last, and two weeks later hide it; False when it may stay.

    What is booked stays booked.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    offer = freshness.lock_due(session, offer_id, freshness.to_lower(at))
    if offer is None:
        return False
    freshness.lower(session, offer, freshness.NEXT[offer.freshness], at=at)
    action = "offer.hidden" if offer.freshness is Freshness.HIDDEN else "offer.fading"
    log.record(session, actor=actor, action=action, thing=offer, at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])
    return True


def _require_published(offer: Offer) -> None:
    if offer.state is not OfferState.PUBLISHED:
        raise StepNotPossible(N_("Dieses Angebot steht gerade nicht im Verzeichnis."))


def _facts(offer: Offer) -> Facts:
    return Facts(offer=offer, organisation_id=offer.organisation_id)
