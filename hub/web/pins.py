"""The person's PIN on the device the coach hands over: locked until the coach types the own password again."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask import session as cookie
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions.cards import set_pin
from hub.errors import HubError, NotFound, TooManyAttempts
from hub.i18n import N_
from hub.models.card import Card
from hub.models.user import Role
from hub.queries import cards
from hub.queries.logins import person_actor
from hub.queries.participants import get_participant
from hub.web.access import for_roles
from hub.web.cards import NewPinForm
from hub.web.consent_forms import EndForm
from hub.web.context import at, current_actor, reading, render, request_id, transaction
from hub.web.fields import add_error
from hub.web.handover import MARK, take_back

blueprint = Blueprint("pins", __name__)
DONE = "done"


@blueprint.post("/people/<public_id>/card/handover")
@for_roles(Role.COACH)
def create_handover(public_id: str) -> Response:
    """Lock the device to the person's PIN."""
    with reading() as session:
        _get_card(session, public_id)
    cookie[MARK] = {"public_id": public_id}
    return redirect(url_for(".new_pin", public_id=public_id), code=303)


@blueprint.get("/people/<public_id>/card/pin")
@for_roles(Role.COACH)
def new_pin(public_id: str) -> Any:
    """Show the page the coach hands over: the person types a PIN that nobody else sees."""
    return _page(public_id, NewPinForm(formdata=None), EndForm(formdata=None))


@blueprint.post("/people/<public_id>/card/pin")
@for_roles(Role.COACH)
def create_pin(public_id: str) -> Any:
    """Set the PIN in the person's name; the log also names who handed the device over."""
    _require_marked(public_id)
    form, coach = NewPinForm(), current_actor()
    if not form.validate_on_submit():
        return _page(public_id, form, EndForm(formdata=None), 422)
    try:
        with transaction() as session:
            card = _get_card(session, public_id)
            themselves = person_actor(card, request_id=request_id())
            set_pin(session, actor=themselves, card=card, pin=form.pin.data, at=at(), witness=coach)
    except HubError as error:
        add_error(form, error)
        return _page(public_id, form, EndForm(formdata=None), error.status)
    cookie[MARK] = {"public_id": public_id, DONE: True}
    return redirect(url_for(".new_pin", public_id=public_id), code=303)


@blueprint.post("/people/<public_id>/card/handover/end")
@for_roles(Role.COACH)
def delete_handover(public_id: str) -> Any:
    """The coach takes the device back: only the own password opens the other pages again."""
    _require_marked(public_id)
    form = EndForm()
    try:
        if not take_back(form):
            return _page(public_id, NewPinForm(formdata=None), form, 422)
    except TooManyAttempts as error:
        add_error(form, error)
        return _page(public_id, NewPinForm(formdata=None), form, error.status)
    flash(str(N_("Sie haben das Gerät wieder.")), "ok")
    return redirect(url_for("cards.show_card", public_id=public_id), code=303)


def _marked(public_id: str) -> bool:
    mark = cookie.get(MARK) or {}
    return "consent_id" not in mark and mark.get("public_id") == public_id


def _require_marked(public_id: str) -> None:
    """Only for the person the device was locked to a PIN can be set, or the lock be ended here."""
    if not _marked(public_id):
        raise NotFound


def _get_card(session: Session, public_id: str) -> Card:
    person = get_participant(session, current_actor(), public_id, at=at())
    return cards.get_card(session, current_actor(), person.id, at=at())


def _page(public_id: str, form: NewPinForm, end_form: EndForm, status: int = 200) -> Any:
    with reading() as session:
        person = get_participant(session, current_actor(), public_id, at=at())
    if not _marked(public_id):
        return redirect(url_for("cards.show_card", public_id=public_id), code=303)
    done = bool(cookie[MARK].get(DONE))
    return render("cards/new_pin.html", status, form=form, end_form=end_form, person=person, done=done, languages=[])
