"""A coach enters a visit with a person into the own time, at an hour that fits, or in a lent room nearby."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.actions.appointments import make_appointment
from hub.actions.room_loans import borrow_room
from hub.crypto import new_token
from hub.errors import HubError, NotFound, SentBefore
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import visit_times
from hub.queries.busy_times import Known
from hub.queries.participants import get_participant
from hub.web import own_calendar, visit_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error, instant_of
from hub.web.room_loans import get_lent
from hub.web.visit_form import TWICE, AppointmentForm

blueprint = Blueprint("appointments", __name__)


@blueprint.get("/people/<public_id>/visits/new")
@for_roles(Role.COACH)
def new_appointment(public_id: str) -> tuple[str, int]:
    """Show the form with tomorrow, the distance to the person's town, and what fits in between."""
    person = _person(public_id)
    tomorrow = clock.local_date(at()) + timedelta(days=1)
    form = AppointmentForm(on=_day(tomorrow), minutes=60, key=new_token(160))
    form.choose(instant_of(request.args.get("at")))
    return _page(form, person, fresh=True)


def _day(default: date) -> date:
    try:
        return max(date.fromisoformat(request.args.get("on", "")), clock.local_date(at()))
    except ValueError:
        return default


@blueprint.post("/people/<public_id>/visits")
@for_roles(Role.COACH)
def create_appointment(public_id: str) -> Response | tuple[str, int]:
    """Enter the visit; the person and the coach are nowhere else then, the journey included.

    A proposed time is a button of its own, and so is a lent room; a third one only looks what fits on another day.
    """
    person, form = _person(public_id), AppointmentForm()
    form.offer(person)
    form.choose(instant_of(request.form.get("fit")))
    if request.form.get("look"):
        return _page(form, person)
    try:
        if request.form.get("room"):
            booking, known = _borrow(form, public_id)
        elif not form.validate_on_submit():
            return _page(form, person, 422)
        else:
            booking, known = _enter(form, public_id)
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        if isinstance(error, SentBefore):
            form.key.data = new_token(160)
        return _page(form, person, error.status)
    done = (
        N_("Der Besuch steht im Kalender.") if booking.slot_id is None else N_("Der Raum gehört Ihnen für diese Zeit.")
    )
    flash(str(done), "ok")
    own_calendar.tell(known)
    return redirect(url_for("bookings.show_booking", public_id=booking.public_id), code=303)


def _enter(form: AppointmentForm, public_id: str) -> tuple[Booking, Known | None]:
    starts_at, ends_at = form.span()
    with transaction() as session:
        known = own_calendar.ask(session, starts_at, ends_at, form.way, despite=form.despite.data)
        person = get_participant(session, current_actor(), public_id, at=at())
        booking = make_appointment(
            session,
            actor=current_actor(),
            participant=person,
            starts_at=starts_at,
            ends_at=ends_at,
            travel_minutes=form.way,
            address=form.address(person),
            municipality_code=person.municipality_code if form.at_home else None,
            idempotency_key=form.sent_key,
            at=at(),
        )
    if form.is_doubled():
        flash(str(TWICE), "warn")
    return booking, known


def _borrow(form: AppointmentForm, public_id: str) -> tuple[Booking, Known | None]:
    room_id, _, seen = request.form["room"].partition(" ")
    with transaction() as session:
        slot = get_lent(session, room_id)
        known = own_calendar.ask(session, slot.starts_at, slot.ends_at, form.way, despite=form.despite.data)
        booking = borrow_room(
            session,
            actor=current_actor(),
            slot=slot,
            participant=get_participant(session, current_actor(), public_id, at=at()),
            travel_minutes=form.way,
            idempotency_key=form.sent_key,
            seen_at=instant_of(seen),
            at=at(),
        )
    return booking, known


def _page(form: AppointmentForm, person: Participant, status: int = 200, *, fresh: bool = False) -> tuple[str, int]:
    form.offer(person)
    with reading() as session:
        fitting = _fitting(session, form, person, fresh=fresh)
    return render("appointments/new_appointment.html", status, form=form, person=person, **fitting)


def _fitting(session: Session, form: AppointmentForm, person: Participant, *, fresh: bool) -> dict[str, Any]:
    """Return the times and rooms that fit on the chosen day; without a day there are none."""
    on, now, actor = form.on.data, at(), current_actor()
    if on is None or on < clock.local_date(now):
        return {"times": [], "rooms": [], "is_known": True, "on": on}
    time = visit_times.read_time(session, actor, [person.id], on=on, at=now)
    if fresh:
        form.travel_minutes.data = visit_times.way_to(person, dict(time.habits.journeys))
    wanted = visit_times.wanted_at(
        person, time, minutes=form.minutes.data or 60, travel_minutes=form.way, at_home=form.at_home
    )
    rooms = visit_times.list_rooms(session, actor, person, time, on=on, travel_minutes=form.way, at=now)
    return {
        "times": [visit_words.time_of(stop) for stop in visit_times.propose_near(wanted, time, on)],
        "rooms": [visit_words.room_of(room, slot) for room, slot in rooms],
        "is_known": time.is_known,
        "on": on,
    }


def _person(public_id: str) -> Participant:
    g.section = "participants"
    with reading() as session:
        person = get_participant(session, current_actor(), public_id, at=at())
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1", "I2"], purpose="visit", at=at())
    return person
