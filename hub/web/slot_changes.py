"""Smaller changes of one date: let it take place after all, leave open what becomes of it, another number of places."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField

from hub.actions import slots as verbs
from hub.errors import HubError, RoomBusy, RuleBroken
from hub.i18n import N_
from hub.models.slot import Slot
from hub.models.user import Role
from hub.queries import slots as queries
from hub.web.access import for_roles
from hub.web.busy_rooms import takes_it_anyway
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Between, Needed, WholeNumber, add_error
from hub.web.own_offers import seen_version
from hub.web.slots import slot_page, told

blueprint = Blueprint("slot_changes", __name__)


class PlacesForm(FlaskForm):
    """How many places one date has."""

    number = WholeNumber(N_("Plätze an diesem Termin"), [Needed(N_("Bitte eine Zahl.")), Between(0, 500)])
    version = HiddenField()


@blueprint.before_request
def _section() -> None:
    g.section = "slots"


@blueprint.post("/slots/<public_id>/restoration")
@for_roles(Role.PARTNER)
def create_restoration(public_id: str) -> Any:
    """Let a date take place after all; a room taken by now is said on its page."""
    try:
        with transaction() as session:
            slot = queries.get_own_slot(session, current_actor(), public_id)
            anyway = takes_it_anyway()
            concerned = verbs.restore_slot(
                session, actor=current_actor(), slot=slot, version=seen_version(), despite_busy=anyway, at=at()
            )
    except RuleBroken as error:
        return slot_page(public_id, error.status, str(error.message), busy=isinstance(error, RoomBusy))
    flash(told(N_("Der Termin findet statt."), concerned), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)


@blueprint.post("/slots/<public_id>/clarification")
@for_roles(Role.PARTNER)
def create_clarification(public_id: str) -> Any:
    """Leave open what becomes of a date: all keep their places, nobody else books."""
    try:
        with transaction() as session:
            slot = queries.get_own_slot(session, current_actor(), public_id)
            booked = verbs.unsettle_slot(session, actor=current_actor(), slot=slot, version=seen_version(), at=at())
    except RuleBroken as error:
        return slot_page(public_id, error.status, str(error.message))
    flash(told(N_("Der Termin ist noch zu klären."), booked), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)


@blueprint.get("/slots/<public_id>/places")
@for_roles(Role.PARTNER)
def edit_places(public_id: str) -> Any:
    """Ask how many places this one date has."""
    with reading() as session:
        slot = queries.get_own_slot(session, current_actor(), public_id)
    form = PlacesForm()
    form.number.data, form.version.data = slot.places, str(slot.version)
    return _page(form, slot)


@blueprint.post("/slots/<public_id>/places")
@for_roles(Role.PARTNER)
def update_places(public_id: str) -> Any:
    """Give this one date another number of places; fewer than are taken is refused beside the field."""
    form = PlacesForm()
    with reading() as session:
        slot = queries.get_own_slot(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _page(form, slot, 422)
    try:
        with transaction() as session:
            fresh = queries.get_own_slot(session, current_actor(), public_id)
            number = form.number.data or 0
            version = seen_version()
            verbs.change_places(session, actor=current_actor(), slot=fresh, number=number, version=version, at=at())
    except HubError as error:
        add_error(form, error)
        form.version.data = str(slot.version)
        return _page(form, slot, error.status)
    flash(str(N_("Gespeichert. Es gilt nur für diesen Termin.")), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)


def _page(form: PlacesForm, slot: Slot, status: int = 200) -> Any:
    return render("slots/edit_places.html", status, form=form, slot=slot)
