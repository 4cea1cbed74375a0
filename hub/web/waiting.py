"""The waiting list for coaches: putting somebody on it, taking them off, and saying no to a place that came free."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for

from hub.actions.waiting import join_waiting, leave_waiting
from hub.crypto import new_token
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.booking import WaitingState
from hub.models.user import Role
from hub.queries import slots, waiting
from hub.queries.participants import get_participant
from hub.web.access import for_roles
from hub.web.booking_form import BookingForm
from hub.web.bookings import confirm_page
from hub.web.context import at, current_actor, transaction

blueprint = Blueprint("waiting", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the search in the navigation."""
    g.section = "finding"


@blueprint.post("/slots/<public_id>/waiting")
@for_roles(Role.COACH)
def create_waiting(public_id: str) -> Any:
    """Put a person on the waiting list of a full date; a refusal shows the date with the reason."""
    actor, person_id = current_actor(), request.form.get("person", "")
    party = request.form.get("party", 1, type=int)
    try:
        with transaction() as session:
            slot = slots.get_slot(session, actor, public_id)
            person = get_participant(session, actor, person_id, at=at())
            join_waiting(session, actor=actor, slot=slot, participant=person, party=party, at=at())
    except RuleBroken as error:
        form = BookingForm(formdata=None, person=person_id, key=new_token(160), party=party)
        form.form_errors.append(error.message)
        return confirm_page(public_id, form, status=error.status, refusal=error)
    flash(str(N_("Auf der Warteliste. Wird ein Platz frei, bekommen Sie eine E-Mail.")), "ok")
    return redirect(url_for("bookings.new_booking", public_id=public_id, person=person_id), code=303)


@blueprint.post("/waiting/<public_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str) -> Any:
    """Take a wish back, give an offered place on, or put away one that came to nothing; once."""
    with transaction() as session:
        wish = waiting.get_waiting(session, current_actor(), public_id, at=at())
        before = wish.state
        done = leave_waiting(session, actor=current_actor(), waiting=wish, at=at())
    if done and before is WaitingState.OFFERED:
        flash(str(N_("Der Platz ist freigegeben.")), "ok")
    elif done and before is WaitingState.WAITING:
        flash(str(N_("Von der Warteliste genommen.")), "ok")
    if request.form.get("back") == "person":
        return redirect(url_for("participants.show_participant", public_id=wish.participant.public_id), code=303)
    return redirect(url_for("today.show_today"), code=303)
