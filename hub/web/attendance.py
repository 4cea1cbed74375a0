"""Who was there: the places of a date that is over, one tap each, and no reason is asked; a coach says it too."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import attendance as verbs
from hub.actions import log
from hub.actions.answers import NOTICE_VERSION
from hub.actions.attendance import Marked
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.booking import BookingState
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import attendance
from hub.queries.attendees import list_attendees
from hub.queries.bookings import get_booking
from hub.queries.slots import get_own_slot
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.date_news import page_it_was_on

blueprint = Blueprint("attendance", __name__)
WORDS: dict[BookingState, Message] = {
    BookingState.ATTENDED: N_("war da"),
    BookingState.NOT_THERE: N_("war nicht da"),
    BookingState.NOT_TAKEN_PLACE: N_("fand nicht statt"),
}
NOTHING_CHOSEN = N_("Bitte tippen Sie auf eines der Worte.")


def _get(session: Session, public_id: str) -> Slot:
    """Return an own date that is over; for everybody else there is no such page."""
    slot = get_own_slot(session, current_actor(), public_id)
    if slot.ends_at > at() or slot.state is not SlotState.PLANNED:
        raise NotFound
    require(current_actor(), Permission.MARK_ATTENDANCE, slot)
    return slot


@blueprint.get("/slots/<public_id>/attendance")
@for_roles(Role.PARTNER)
def edit_attendance(public_id: str) -> Any:
    """Show the taken places with what was written down so far; names as on the page of the date."""
    return _page(public_id)


def _page(public_id: str, problem: str = "", status: int = 200) -> Any:
    g.section = "slots"
    with reading() as session:
        slot = _get(session, public_id)
        known = list_attendees(session, current_actor(), slot, notice_version=NOTICE_VERSION, at=at())
        listed = places_of(session, current_actor(), slot)
    names = {one.booking.id: one.person for one in known if one.person is not None}
    if names:
        name, fields = f"slot {slot.public_id}", [Field.IDENTITY, Field.ATTENDANCE]
        with transaction() as session:
            log.record_list(session, actor=current_actor(), name=name, persons=names.values(), fields=fields, at=at())
    behalf = bool(current_actor().purpose_for(slot.organisation_id))
    shown = {"slot": slot, "names": names, "behalf": behalf, "problem": problem}
    return render("attendance/edit_attendance.html", status, **shown, **listed)


def places_of(session: Session, actor: Actor, slot: Slot) -> dict[str, Any]:
    """Return what the list of places shows: each with whether this hand may take its mark back, and the words."""
    places = attendance.list_to_mark(session, actor, slot, at=at())
    hand = attendance.hand_of(actor, slot.organisation_id)
    return {
        "places": [(one, one.state in WORDS and one.is_marked_today_by(hand, at())) for one in places],
        "open": sum(one.state is BookingState.CONFIRMED for one in places),
        "left": attendance.count_left_to_coach(session, actor, slot, at=at()),
        "words": WORDS,
    }


def write(session: Session, actor: Actor, slot: Slot) -> Marked:
    """Write down what a form with one button per word was sent with; raises RuleBroken, InvalidInput."""
    known = {*WORDS, verbs.TAKE_BACK}
    marks = {key: value for key, value in request.form.items() if value in known and key != "rest"}
    rest = request.form.get("rest", "")
    if not marks and rest not in WORDS:
        raise InvalidInput(NOTHING_CHOSEN)
    return verbs.mark_attendance(session, actor=actor, slot=slot, marks=marks, rest=rest, at=at())


def say_done(done: Marked) -> None:
    """Say how many places were written down, and of how many it could not be done."""
    if done.refused:
        flash(str(N_("Eingetragen. Bei {n} Plätzen ging es nicht mehr.", n=done.refused)), "warn")
    else:
        flash(str(N_("Eingetragen.")), "ok")


def tapped() -> str | None:
    """Return the row to come back to: the place that was tapped, none after all at once."""
    found = [key for key in request.form if key not in ("csrf_token", "rest")]
    return found[0] if len(found) == 1 else None


@blueprint.post("/slots/<public_id>/attendance")
@for_roles(Role.PARTNER)
def update_attendance(public_id: str) -> Any:
    """Write down one place, or all that are still open, and come back to the row."""
    if not FlaskForm().validate_on_submit():
        return _page(public_id, status=422)
    try:
        with transaction() as session:
            done = write(session, current_actor(), _get(session, public_id))
    except (RuleBroken, InvalidInput) as error:
        return _page(public_id, str(error.message), error.status)
    say_done(done)
    return redirect(url_for(".edit_attendance", public_id=public_id, _anchor=tapped()), code=303)


@blueprint.post("/bookings/<public_id>/attendance")
@for_roles(Role.COACH)
def create_mark(public_id: str) -> Response:
    """Write down what a person told their coach, or that it cannot be said, and go back to where it was asked."""
    with transaction() as session:
        booking = get_booking(session, current_actor(), public_id, at=at())
        if booking.participant is None:
            raise NotFound  # the coach's own time
        mark = request.form.get("mark", "")
        verbs.mark_for_person(session, actor=current_actor(), booking=booking, mark=mark, at=at())
    flash(str(N_("Eingetragen.")), "ok")
    return redirect(page_it_was_on(booking), code=303)
