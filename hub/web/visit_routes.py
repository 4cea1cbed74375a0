"""Several visits on one day: the order with the least driving is proposed, and all are entered at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField

from hub import clock
from hub.actions import log
from hub.actions.appointments import make_appointment
from hub.crypto import new_token
from hub.errors import HubError, NotFound
from hub.i18n import N_
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import participants, visit_times
from hub.queries.day_plans import Stop
from hub.queries.visit_routes import MOST_VISITS, propose_route
from hub.web import own_calendar
from hub.web.access import for_roles
from hub.web.booking_words import town
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Between, Day, Needed, Ticks, WholeNumber, add_error, instant_of

blueprint = Blueprint("visit_routes", __name__)


class RouteForm(FlaskForm):
    """The day, whom to visit, and how long each visit takes."""

    on = Day(N_("Tag"), [Needed(N_("An welchem Tag?"))])
    minutes = WholeNumber(N_("Dauer in Minuten, je Besuch"), [Needed(N_("Wie lange?")), Between(5, 480)])
    person = Ticks(N_("Wen besuchen Sie?"))
    despite = BooleanField(N_("Trotzdem eintragen, auch wenn mein Kalender da belegt ist"))
    key = HiddenField()

    def offer(self, people: list[Participant]) -> None:
        """Set whom one may choose."""
        where = {one.public_id: f"{one.full_name}, {town(one.municipality_code)}" for one in people}
        self.person.choices = list(where.items())


@dataclass(frozen=True)
class Call:
    """One visit of the proposal."""

    person: Participant
    stop: Stop


@blueprint.get("/visits/plan")
@for_roles(Role.COACH)
def new_route() -> tuple[str, int]:
    """Show the form, and for what was chosen the order with the least driving."""
    form = RouteForm(request.args, meta={"csrf": False})
    form.on.data = form.on.data or clock.local_date(at()) + timedelta(days=1)
    form.minutes.data = form.minutes.data or 60
    form.key.data = new_token(160)
    return _page(form)


@blueprint.post("/visits/plan")
@for_roles(Role.COACH)
def create_route() -> Response | tuple[str, int]:
    """Enter all visits as they were shown; where one does not fit any more none is entered."""
    form, actor = RouteForm(), current_actor()
    shown = [one.partition(" ") for one in request.form.getlist("visit")]
    form.person.validate_choice = False  # the scope below decides who may be visited
    form.person.data = [person_id for person_id, _, _ in shown]
    if not form.validate_on_submit() or not 0 < len(shown) <= MOST_VISITS:
        return _page(form, 422)
    try:
        with transaction() as session:
            found = visit_times.list_visited(session, actor, form.person.data, at=at())
            people = {one.public_id: one for one in found}
            for number, (person_id, _, seen) in enumerate(sorted(shown, key=lambda one: one[0])):
                _enter(session, form, people.get(person_id), instant_of(seen), number)
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        return _page(form, error.status)
    flash(str(N_("Alle Besuche stehen im Kalender.")), "ok")
    return redirect(url_for("coach_week.show_week", week=_week(form.on.data)), code=303)


def _week(on: date | None) -> str | None:
    return f"{on:%G-W%V}" if on is not None else None


def _enter(
    session: Session, form: RouteForm, person: Participant | None, starts_at: datetime | None, number: int
) -> None:
    if person is None or starts_at is None:
        raise NotFound
    time = visit_times.read_time(session, current_actor(), [person.id], on=clock.local_date(starts_at), at=at())
    way = visit_times.way_to(person, dict(time.habits.journeys))
    ends_at = starts_at + timedelta(minutes=form.minutes.data or 0)
    own_calendar.ask(session, starts_at, ends_at, way, despite=form.despite.data)
    street = (person.home_address or {}).get("street", "")
    make_appointment(
        session,
        actor=current_actor(),
        participant=person,
        starts_at=starts_at,
        ends_at=ends_at,
        travel_minutes=way,
        address={"street": street, "town": town(person.municipality_code)},
        municipality_code=person.municipality_code,
        idempotency_key=f"{form.key.data[:60]}-{number}" if form.key.data else None,
        at=at(),
    )


def _page(form: RouteForm, status: int = 200) -> tuple[str, int]:
    g.section = "today"
    with reading() as session:
        people = participants.list_caseload(session, current_actor(), at=at())
        chosen = visit_times.list_visited(session, current_actor(), form.person.data or [], at=at())
        found = _propose(session, form, chosen)
    with transaction() as session:
        log.record_list(session, actor=current_actor(), name="plan", persons=people, fields=["I1", "I2"], at=at())
    form.offer(people)
    return render("appointments/new_route.html", status, form=form, chosen=chosen, most=MOST_VISITS, **found)


def _propose(session: Session, form: RouteForm, chosen: list[Participant]) -> dict[str, Any]:
    on = form.on.data
    if on is None or on < clock.local_date(at()) or not 0 < len(chosen) <= MOST_VISITS:
        return {"visits": []}
    time = visit_times.read_time(session, current_actor(), [one.id for one in chosen], on=on, at=at())
    journeys = dict(time.habits.journeys)
    wanted = {
        visit_times.wanted_at(
            one,
            time,
            minutes=form.minutes.data or 60,
            travel_minutes=visit_times.way_to(one, journeys),
            at_home=True,
        ): one
        for one in chosen
    }
    route = propose_route(list(wanted), time.on(on), time.habits) or []
    return {"visits": [Call(wanted[stop.about], stop) for stop in route]}
