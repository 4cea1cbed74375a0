"""Who was there: the places of an own date that is over, each with three neutral words; no reason is ever asked."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub.actions import attendance as verbs
from hub.actions import log
from hub.actions.answers import NOTICE_VERSION
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.booking import BookingState
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import attendance
from hub.queries.attendees import MARKS, list_attendees
from hub.queries.slots import get_own_slot
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction

blueprint = Blueprint("attendance", __name__)
WORDS: dict[BookingState, Message] = {
    BookingState.ATTENDED: N_("war da"),
    BookingState.NOT_THERE: N_("war nicht da"),
    BookingState.NOT_TAKEN_PLACE: N_("fand nicht statt"),
}


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to a partner's dates."""
    g.section = "slots"


def _get(session: Session, public_id: str) -> Slot:
    """Return an own date that is over; for everybody else, an umbrella included, there is no such page."""
    slot = get_own_slot(session, current_actor(), public_id)
    if slot.ends_at > at() or slot.state is not SlotState.PLANNED:
        raise NotFound
    require(current_actor(), Permission.MARK_ATTENDANCE, slot.offer)
    return slot


@blueprint.get("/slots/<public_id>/attendance")
@for_roles(Role.PARTNER)
def edit_attendance(public_id: str) -> Any:
    """Show the taken places with what was written down so far; names as on the page of the date."""
    return _page(public_id)


def _page(public_id: str, problem: str = "", status: int = 200) -> Any:
    with reading() as session:
        slot = _get(session, public_id)
        places = attendance.list_to_mark(session, current_actor(), slot, at=at())
        known = list_attendees(session, current_actor(), slot, notice_version=NOTICE_VERSION, at=at())
    names = {one.booking.id: one.person for one in known if one.person is not None}
    if names:
        name, fields = f"slot {slot.public_id}", [Field.IDENTITY, Field.ATTENDANCE]
        with transaction() as session:
            log.record_list(session, actor=current_actor(), name=name, persons=names.values(), fields=fields, at=at())
    shown = {"slot": slot, "places": places, "names": names, "words": WORDS, "problem": problem}
    return render("attendance/edit_attendance.html", status, **shown)


@blueprint.post("/slots/<public_id>/attendance")
@for_roles(Role.PARTNER)
def update_attendance(public_id: str) -> Any:
    """Write down what was chosen; places without a choice stay as they are."""
    marks = {key: value for key, value in request.form.items() if value in set(MARKS)}
    if not FlaskForm().validate_on_submit():
        return _page(public_id, status=422)
    try:
        with transaction() as session:
            slot = _get(session, public_id)
            verbs.mark_attendance(session, actor=current_actor(), slot=slot, marks=marks, at=at())
    except RuleBroken as error:
        return _page(public_id, str(error.message), error.status)
    flash(str(N_("Eingetragen.")), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)
