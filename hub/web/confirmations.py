"""A partner's staff saying that an own offer is still right, or asking for its link once more."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session

from hub.actions import freshness
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.offer import Offer
from hub.models.user import Role
from hub.queries import freshness as queries
from hub.queries import own_offers
from hub.web.access import for_roles
from hub.web.context import at, current_actor, transaction

blueprint = Blueprint("confirmations", __name__)


def standing(session: Session, offer: Offer) -> dict[str, Any]:
    """Return what an own offer's page says about its confirmation: by whom, asked again when, the next step when."""
    return {
        "confirmer": queries.find_confirmer(session, offer),
        "days": queries.days_between_questions(session, offer),
        "lowers_at": queries.lowers_at(offer),
    }


@blueprint.post("/own-offers/<public_id>/confirmation")
@for_roles(Role.PARTNER)
def create_confirmation(public_id: str) -> Any:
    """Say that the offer is still right."""
    try:
        with transaction() as session:
            offer = own_offers.get_own_offer(session, current_actor(), public_id)
            freshness.confirm_offer(session, actor=current_actor(), offer=offer, at=at())
    except RuleBroken as error:
        return _back(public_id, str(error.message), "warn")
    return _back(public_id, str(N_("Danke. Das Angebot gilt weiter als bestätigt.")), "ok")


@blueprint.post("/own-offers/<public_id>/link")
@for_roles(Role.PARTNER)
def create_link(public_id: str) -> Any:
    """Send the mail with the offer's link once more to the office of its organisation."""
    try:
        with transaction() as session:
            offer = own_offers.get_own_offer(session, current_actor(), public_id)
            sent = freshness.send_offer_link(session, actor=current_actor(), offer=offer, at=at())
    except RuleBroken as error:
        return _back(public_id, str(error.message), "warn")
    done = N_("Der Link ist unterwegs an {name}.", name=offer.organisation.name)
    return _back(public_id, str(done if sent else N_("Der Link ist gerade erst verschickt worden.")), "ok")


def _back(public_id: str, words: str, kind: str) -> Any:
    flash(words, kind)
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id), code=303)
