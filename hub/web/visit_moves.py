"""A coach moves an own visit or private time to another hour; what fits is proposed."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.actions.appointments import LONGEST, move_appointment
from hub.errors import HubError, NotFound
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.models.user import Role
from hub.queries import bookings, visit_times
from hub.web import own_calendar, visit_words
from hub.web.access import for_roles
from hub.web.booking_words import title_of
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error, instant_of
from hub.web.visit_form import TWICE, TimesForm

blueprint = Blueprint("visit_moves", __name__)


def is_movable(booking: Booking, user_id: int | None) -> bool:
    """Whether this is the reader's own coming visit or private time, not longer than a day's work."""
    own = booking.access == OWN and booking.slot_id is None and booking.coach_id == user_id
    coming = booking.state is BookingState.CONFIRMED and booking.ends_at > at()
    return own and coming and booking.ends_at - booking.starts_at <= LONGEST


@blueprint.get("/bookings/<public_id>/time")
@for_roles(Role.COACH)
def edit_time(public_id: str) -> tuple[str, int]:
    """Show the hour as it is, and others that fit that day."""
    booking = _read(public_id)
    minutes = (booking.ends_at - booking.starts_at) // timedelta(minutes=1)
    form = TimesForm(minutes=minutes, travel_minutes=booking.travel_minutes, seen=str(booking.sequence))
    form.choose(booking.starts_at)
    return _page(form, booking)


@blueprint.post("/bookings/<public_id>/time")
@for_roles(Role.COACH)
def update_time(public_id: str) -> Response | tuple[str, int]:
    """Move it; a refusal brings the page back with what fits."""
    booking, form = _read(public_id), TimesForm()
    form.choose(instant_of(request.form.get("fit")))
    if request.form.get("look"):
        return _page(form, booking)
    if not form.validate_on_submit():
        return _page(form, booking, 422)
    seen = int(form.seen.data) if (form.seen.data or "").isdecimal() else None
    try:
        starts_at, ends_at = form.span()
        with transaction() as session:
            known = own_calendar.ask(session, starts_at, ends_at, form.way, despite=form.despite.data)
            row = bookings.get_booking(session, current_actor(), public_id, at=at())
            times: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "travel_minutes": form.way}
            move_appointment(session, actor=current_actor(), booking=row, seen=seen, at=at(), **times)
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        return _page(form, booking, error.status)
    flash(str(N_("Der Termin ist verlegt.")), "ok")
    own_calendar.tell(known)
    if form.is_doubled():
        flash(str(TWICE), "warn")
    return redirect(url_for("bookings.show_booking", public_id=public_id), code=303)


def _page(form: TimesForm, booking: Booking, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        fitting = _fitting(session, form, booking, form.on.data)
    return render("appointments/edit_time.html", status, form=form, booking=booking, title=title_of(booking), **fitting)


def _fitting(session: Session, form: TimesForm, booking: Booking, on: date | None) -> dict[str, Any]:
    if on is None or on < clock.local_date(at()):
        return {"times": [], "is_known": True, "on": on}
    people = [booking.participant_id] if booking.participant_id else []
    time = visit_times.read_time(session, current_actor(), people, on=on, besides=booking.id, at=at())
    at_home = booking.municipality_code is not None
    minutes = form.minutes.data or 60
    wanted = visit_times.wanted_at(booking.participant, time, minutes=minutes, travel_minutes=form.way, at_home=at_home)
    times = [visit_words.time_of(stop) for stop in visit_times.propose_near(wanted, time, on)]
    return {"times": times, "is_known": time.is_known, "on": on}


def _read(public_id: str) -> Booking:
    g.section = "participants"
    with reading() as session:
        booking = bookings.get_booking(session, current_actor(), public_id, at=at())
    if not is_movable(booking, current_actor().user_id):
        raise NotFound
    if booking.participant is not None:
        facts: dict[str, Any] = {"person": booking.participant, "fields": ["I1", "B1"], "purpose": "visit"}
        with transaction() as session:
            log.record_reading(session, actor=current_actor(), at=at(), **facts)
    return booking
