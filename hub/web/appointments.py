"""A coach enters a visit with a person into the own time; the journey is proposed from the distance."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from hub import clock
from hub.actions import log
from hub.actions.appointments import Journey, make_appointment
from hub.crypto import new_token
from hub.errors import HubError, InvalidInput, NotFound
from hub.geography import distance_km, find_municipality
from hub.i18n import N_
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries.busy_times import Known, of_coach
from hub.queries.participants import get_participant
from hub.web.access import for_roles
from hub.web.booking_words import town
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Between, Day, Needed, WallTime, WholeNumber, add_error
from hub.web.free_text import MEANT, Unsuspicious

blueprint = Blueprint("appointments", __name__)
HOME, ELSEWHERE = "home", "elsewhere"


class AppointmentForm(FlaskForm):
    """Day, time, how long, where, and the journey."""

    on = Day(N_("Tag"), [Needed(N_("An welchem Tag?"))])
    starts = WallTime(N_("Uhrzeit"), [Needed(N_("Um wie viel Uhr?"))])
    minutes = WholeNumber(N_("Dauer in Minuten"), [Needed(N_("Wie lange?")), Between(5, 480)])
    where = SelectField(N_("Wo?"))
    place = StringField(N_("Anderer Ort"), [Optional(), Length(max=120), Unsuspicious()])
    meant = BooleanField(MEANT)
    travel_minutes = WholeNumber(N_("Fahrt in Minuten, einfach"), [Between(0, 240)])
    despite = BooleanField(N_("Trotzdem eintragen, auch wenn mein Kalender da belegt ist"))
    key = HiddenField()

    def offer(self, person: Participant) -> None:
        """Set the places to choose from."""
        home = (person.home_address or {}).get("street", "")
        where = ", ".join(part for part in (home, town(person.municipality_code)) if part)
        self.where.choices = [(HOME, str(N_("zu Hause: {where}", where=where))), (ELSEWHERE, str(N_("anderswo")))]


@blueprint.get("/people/<public_id>/visits/new")
@for_roles(Role.COACH)
def new_appointment(public_id: str) -> tuple[str, int]:
    """Show the form with tomorrow and the distance to the person's town."""
    person = _person(public_id)
    tomorrow = clock.local_date(at()) + timedelta(days=1)
    form = AppointmentForm(on=tomorrow, minutes=60, key=new_token(160), travel_minutes=_journey(person))
    return _page(form, person)


@blueprint.post("/people/<public_id>/visits")
@for_roles(Role.COACH)
def create_appointment(public_id: str) -> Response | tuple[str, int]:
    """Enter the visit; the person and the coach are nowhere else then, the journey included."""
    person, form = _person(public_id), AppointmentForm()
    form.offer(person)
    on, starts, minutes = (
        (form.on.data, form.starts.data, form.minutes.data) if form.validate_on_submit() else (None, None, None)
    )
    if on is None or starts is None or minutes is None:
        return _page(form, person, 422)
    starts_at = datetime.combine(on, starts, clock.ZONE)
    known = _known(starts_at, minutes, form.travel_minutes.data or 0)
    if known is Known.BUSY and not form.despite.data:
        add_error(form, InvalidInput(fields={"despite": N_("Laut Ihrem Kalender sind Sie da belegt, mit der Fahrt.")}))
        return _page(form, person, 409)
    try:
        with transaction() as session:
            booking = make_appointment(
                session,
                actor=current_actor(),
                participant=get_participant(session, current_actor(), public_id, at=at()),
                starts_at=starts_at,
                ends_at=starts_at.astimezone(UTC) + timedelta(minutes=minutes),
                travel_minutes=form.travel_minutes.data or 0,
                address=_address(form, person),
                idempotency_key=form.key.data or None,
                at=at(),
            )
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        return _page(form, person, error.status)
    flash(str(N_("Der Besuch steht im Kalender.")), "ok")
    if known is Known.UNKNOWN:
        flash(str(N_("Ob Sie da frei sind, ist unbekannt: Ihr eigener Kalender ist hier nicht aktuell.")), "warn")
    return redirect(url_for("bookings.show_booking", public_id=booking.public_id), code=303)


def _known(starts_at: datetime, minutes: int, travel_minutes: int) -> Known | None:
    """Return what the coach's own calendars say about a visit with its journeys; None when there are none."""
    travel = timedelta(minutes=travel_minutes)
    first, last = starts_at.astimezone(UTC) - travel, starts_at.astimezone(UTC) + timedelta(minutes=minutes) + travel
    with reading() as session:
        busy = of_coach(session, current_actor().user_id or 0, first=first, last=last, at=at())
    return busy.state(first, last) if busy is not None else None


def _page(form: AppointmentForm, person: Participant, status: int = 200) -> tuple[str, int]:
    form.offer(person)
    return render("appointments/new_appointment.html", status, form=form, person=person)


def _person(public_id: str) -> Participant:
    g.section = "participants"
    with reading() as session:
        person = get_participant(session, current_actor(), public_id, at=at())
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1", "I2"], purpose="visit", at=at())
    return person


def _journey(person: Participant) -> int:
    """Return the approximate minutes from the coach's house to the person's town."""
    ends = [find_municipality(code) for code in (person.jobcenter.municipality_code, person.municipality_code)]
    if None in ends:
        return 0
    start, goal = (end for end in ends if end is not None)
    if start.code == goal.code:
        return 10
    return Journey(distance_km(start.latitude, start.longitude, goal.latitude, goal.longitude)).minutes


def _address(form: AppointmentForm, person: Participant) -> dict[str, str]:
    if form.where.data == ELSEWHERE:
        return {"street": (form.place.data or "").strip()}
    return {"street": (person.home_address or {}).get("street", ""), "town": town(person.municipality_code)}
