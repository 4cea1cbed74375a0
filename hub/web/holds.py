"""Holding a place while a person is asked for the consent it needs, and giving it back before its time is over."""

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from hub.actions.holds import hold_slot, release_hold
from hub.crypto import new_token
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_
from hub.models.user import Role
from hub.queries import bookings, slots
from hub.queries.participants import get_participant
from hub.web.access import for_roles
from hub.web.booking_form import BookingForm
from hub.web.bookings import confirm_page
from hub.web.context import at, current_actor, transaction

blueprint = Blueprint("holds", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the search in the navigation."""
    g.section = "finding"


@blueprint.post("/slots/<public_id>/holds")
@for_roles(Role.COACH)
def create_hold(public_id: str) -> Response | tuple[str, int]:
    """Hold a place and go on to the consent; a refusal shows the date with the reason and other dates."""
    actor, person_id = current_actor(), request.form.get("person", "")
    try:
        with transaction() as session:
            slot = slots.get_slot(session, actor, public_id)
            person = get_participant(session, actor, person_id, at=at())
            hold_slot(session, actor=actor, slot=slot, participant=person, at=at())
    except RuleBroken as error:
        form = BookingForm(formdata=None, person=person_id, key=new_token(160))
        form.form_errors.append(error.message)
        return confirm_page(public_id, form, status=error.status, refusal=error)
    target = url_for("consents.new_consent", public_id=person_id, offer=slot.offer.public_id, slot=public_id)
    return redirect(target, code=303)


@blueprint.post("/holds/<public_id>/release")
@for_roles(Role.COACH)
def create_release(public_id: str) -> Response:
    """Give a held place back; when it became a booking or ran out meanwhile, only the page tells."""
    with transaction() as session:
        hold = bookings.get_booking(session, current_actor(), public_id, at=at())
        if hold.slot is None or hold.participant is None:
            raise NotFound
        if release_hold(session, actor=current_actor(), booking=hold, at=at()):
            flash(str(N_("Der Platz ist wieder frei.")), "ok")
    target = url_for("bookings.new_booking", public_id=hold.slot.public_id, person=hold.participant.public_id)
    return redirect(target, code=303)
