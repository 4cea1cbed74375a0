"""What a partner does with a whole offer: hand it in or publish it, pause it, offer it once more, end it."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm

from hub.actions import offers as verbs
from hub.errors import HubError, InvalidInput
from hub.i18n import N_
from hub.models.offer import Form, Offer, OfferState
from hub.models.user import Role
from hub.queries import own_offers as queries
from hub.queries import slots as slot_queries
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Day, add_error

blueprint = Blueprint("own_offer_steps", __name__)


class PauseForm(FlaskForm):
    """Until when an offer pauses; without a day until the partner comes back to it."""

    until = Day(N_("Ab welchem Tag ist es wieder da?"))


@blueprint.before_request
def _section() -> None:
    g.section = "own_offers"


@blueprint.post("/own-offers/<public_id>/publication")
@for_roles(Role.PARTNER)
def create_publication(public_id: str) -> Any:
    """Show the offer in the catalogue, or give it to those who review it first."""
    with transaction() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        state = verbs.publish_offer(session, actor=current_actor(), offer=offer, at=at())
    if state is OfferState.REVIEW:
        flash(str(N_("Abgegeben. Ihr Netzwerk sieht es sich an und meldet sich.")), "ok")
    elif offer.form is Form.ROOM:
        flash(str(N_("Veröffentlicht. Coaches können den Raum jetzt nehmen.")), "ok")
    else:
        flash(str(N_("Veröffentlicht. Das Angebot steht jetzt im Verzeichnis.")), "ok")
    return _back(public_id)


@blueprint.get("/own-offers/<public_id>/pause")
@for_roles(Role.PARTNER)
def new_pause(public_id: str) -> Any:
    """Ask until when the offer pauses."""
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
    form = PauseForm()
    form.until.data = offer.paused_until
    return _pause_page(form, offer)


@blueprint.post("/own-offers/<public_id>/pause")
@for_roles(Role.PARTNER)
def create_pause(public_id: str) -> Any:
    """Take the offer out of the catalogue for a while."""
    form = PauseForm()
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _pause_page(form, offer, 422)
    try:
        with transaction() as session:
            fresh = queries.get_own_offer(session, current_actor(), public_id)
            verbs.pause_offer(session, actor=current_actor(), offer=fresh, until=form.until.data, at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _pause_page(form, offer, error.status)
    flash(str(N_("Pausiert. Neue Buchungen gehen nicht mehr, gebuchte Plätze bleiben.")), "ok")
    return _back(public_id)


@blueprint.post("/own-offers/<public_id>/copy")
@for_roles(Role.PARTNER)
def create_copy(public_id: str) -> Any:
    """Write a draft that says the same, and go on to its dates."""
    with transaction() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        copy = verbs.copy_offer(session, actor=current_actor(), offer=offer, at=at())
    flash(str(N_("Der neue Entwurf sagt dasselbe wie das alte Angebot. Jetzt fehlen nur noch die Termine.")), "ok")
    return redirect(url_for("series.new_series", public_id=copy.public_id), code=303)


@blueprint.get("/own-offers/<public_id>/end")
@for_roles(Role.PARTNER)
def new_end(public_id: str) -> Any:
    """Show what ending the offer does before it happens."""
    return _end_page(public_id)


@blueprint.post("/own-offers/<public_id>/end")
@for_roles(Role.PARTNER)
def create_end(public_id: str) -> Any:
    """End the offer for good; refused while places are booked."""
    try:
        with transaction() as session:
            offer = queries.get_own_offer(session, current_actor(), public_id)
            verbs.end_offer(session, actor=current_actor(), offer=offer, at=at())
    except HubError as error:
        if error.status != 409:
            raise
        return _end_page(public_id, str(error.message), error.status)
    flash(str(N_("Das Angebot ist beendet.")), "ok")
    return redirect(url_for("own_offers.list_own_offers"), code=303)


def _back(public_id: str) -> Any:
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id), code=303)


def _pause_page(form: PauseForm, offer: Offer, status: int = 200) -> Any:
    return render("own_offers/new_pause.html", status, form=form, offer=offer, states=OfferState)


def _end_page(public_id: str, problem: str = "", status: int = 200) -> Any:
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        booked = queries.count_booked(session, offer, at=at())
        empty = slot_queries.count_coming(session, offer, at=at())
    return render("own_offers/new_end.html", status, offer=offer, booked=booked, dates=empty, problem=problem)
