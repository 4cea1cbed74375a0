"""The short way to a place with a name: hold it, ask for the least, hand the device over, book at its return."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask import session as cookie
from sqlalchemy.orm import Session

from hub.actions.bookings import book_slot
from hub.actions.holds import hold_slot
from hub.actions.sheets import Ask, Reading, ask_sheet
from hub.crypto import new_token
from hub.errors import NotFound, RuleBroken
from hub.models.consent_sheet import ConsentSheet
from hub.models.user import Role
from hub.queries import slots
from hub.queries.bookability import require_seen
from hub.queries.participants import get_participant
from hub.queries.wishes import Wish
from hub.web.access import for_roles
from hub.web.booking_form import BookingForm
from hub.web.bookings import confirm_page
from hub.web.consent_forms import EndForm
from hub.web.context import at, current_actor, transaction
from hub.web.fields import instant_of
from hub.web.handover import MARK, end_handover, lock, locked_page, require_locked_to

blueprint = Blueprint("booking_sheets", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the search in the navigation."""
    g.section = "finding"


@blueprint.post("/slots/<public_id>/sheets")
@for_roles(Role.COACH)
def create_sheet(public_id: str) -> Any:
    """Hold a place, ask for no more than the booking needs, and lock the device to that sheet; a refusal undoes all."""
    form = BookingForm(formdata=None, person=request.form.get("person", ""), key=new_token(160))
    seen_at = instant_of(request.form.get("seen"))
    try:
        with transaction() as session:
            sheet = _ask(session, public_id, form.person.data or "", seen_at)
    except RuleBroken as error:
        form.refuse(error)
        return confirm_page(public_id, form, status=error.status, refusal=error)
    here: dict[str, Any] = {"public_id": form.person.data or "", "sheet_id": sheet.public_id}
    lock(**here, slot=public_id, seen=request.form.get("seen", ""))
    return redirect(url_for("handover.show_handover", **here), code=303)


def _ask(session: Session, slot_id: str, person_id: str, seen_at: datetime | None) -> ConsentSheet:
    """Ask for the name, the offer and the time alone, in the person's own language; contact goes through the coach."""
    slot = slots.get_slot(session, current_actor(), slot_id)
    person = get_participant(session, current_actor(), person_id, at=at())
    require_seen(slot, seen_at)
    hold_slot(session, actor=current_actor(), slot=slot, participant=person, at=at())
    return ask_sheet(
        session,
        actor=current_actor(),
        participant=person,
        asks=[Ask(slot.offer, slot, Wish(stage=slot.offer.stage))],
        reading=Reading(person.locale),
        at=at(),
    )


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/booking")
@for_roles(Role.COACH)
def create_booking(public_id: str, sheet_id: str) -> Any:
    """The coach takes the device back and books what was just allowed, at the time that was shown before."""
    require_locked_to(public_id=public_id, sheet_id=sheet_id)
    asked = cookie[MARK]
    if "slot" not in asked:
        raise NotFound

    def show(form: EndForm, status: int) -> Any:
        return locked_page(public_id, sheet_id, None, status, form)

    return end_handover(show, lambda: _book(asked))


def _book(asked: dict[str, str]) -> str:
    """Book; return the address of the booking, or of the page that says with a reason why it is none."""
    try:
        with transaction() as session:
            booking = book_slot(
                session,
                actor=current_actor(),
                slot=slots.get_slot(session, current_actor(), asked["slot"]),
                participant=get_participant(session, current_actor(), asked["public_id"], at=at()),
                seen_at=instant_of(asked["seen"]),
                at=at(),
            )
    except RuleBroken as error:
        flash(str(error.message), "warn")
        return url_for("bookings.new_booking", public_id=asked["slot"], person=asked["public_id"])
    return url_for("bookings.show_booking", public_id=booking.public_id)
