"""A partner calls off one place of its date, after reading what that does; the date takes place for all others."""

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from hub.actions.one_place import cancel_place
from hub.errors import NotFound, RuleBroken, SomebodyWasFaster
from hub.i18n import N_
from hub.models.booking import ONE_PLACE, Booking, PlaceReason
from hub.models.slot import Slot
from hub.models.user import Role
from hub.models.wording import PLACE_REASONS
from hub.queries import one_place
from hub.queries.slots import get_own_slot
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, Radios, add_error

blueprint = Blueprint("one_place", __name__)


class ReasonForm(FlaskForm):
    """A coded reason; nothing about the person is asked."""

    reason = Radios(
        N_("Warum geht es nicht?"),
        [Needed(N_("Bitte wählen Sie einen Grund."))],
        choices=[SelectChoice(str(code), word) for code, word in PLACE_REASONS.items()],
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to a partner's dates."""
    g.section = "slots"


@blueprint.get("/slots/<public_id>/attendees/<place_id>/calling-off")
@for_roles(Role.PARTNER)
def new_calling_off(public_id: str, place_id: str) -> tuple[str, int]:
    """Show what calling off one place does, before it happens."""
    return _page(public_id, place_id, ReasonForm(formdata=None))


@blueprint.post("/slots/<public_id>/attendees/<place_id>/calling-off")
@for_roles(Role.PARTNER)
def create_calling_off(public_id: str, place_id: str) -> Response | tuple[str, int]:
    """Call the place off, once."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(public_id, place_id, form, 422)
    onward = redirect(url_for("slots.show_slot", public_id=public_id), code=303)
    try:
        with transaction() as session:
            slot = get_own_slot(session, current_actor(), public_id)
            before = one_place.find_canceller(session, current_actor(), slot, place_id)
            if before == ONE_PLACE:
                return onward
            if before is not None:
                raise SomebodyWasFaster
            booking = one_place.get_place(session, current_actor(), slot, place_id, at=at())
            reason = PlaceReason(form.reason.data)
            cancel_place(session, actor=current_actor(), slot=slot, booking=booking, reason=reason, at=at())
    except SomebodyWasFaster as error:  # given back meanwhile: nothing is left to call off, and no place falls away
        flash(str(error.message), "warn")
        return onward
    except RuleBroken as error:
        add_error(form, error)
        return _page(public_id, place_id, form, error.status)
    flash(str(N_("Der Platz ist abgesagt. Der Coach bekommt eine E-Mail.")), "ok")
    return onward


def _page(public_id: str, place_id: str, form: ReasonForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        slot, booking = _find(session, public_id, place_id)
    if slot.starts_at <= at() and status != RuleBroken.status:
        raise NotFound  # who did not come is written down afterwards
    return render("one_place/new_calling_off.html", status, form=form, slot=slot, booking=booking)


def _find(session: Session, public_id: str, place_id: str) -> tuple[Slot, Booking]:
    slot = get_own_slot(session, current_actor(), public_id)
    return slot, one_place.get_place(session, current_actor(), slot, place_id, at=at())
