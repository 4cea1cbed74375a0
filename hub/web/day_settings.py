"""How a coach wants days to be planned: pause, hours, and drives that take longer or shorter than the distance says."""

from datetime import time
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from hub.actions.day_habits import LONGEST_DRIVE, LONGEST_PAUSE, change_habits, forget_journey, keep_journey
from hub.errors import HubError
from hub.geography import find_by_name_or_postal_code
from hub.i18n import N_
from hub.models.user import Role, User
from hub.queries.users import get_user
from hub.web.access import for_roles
from hub.web.booking_words import town
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Between, Needed, WallTime, WholeNumber, add_error

blueprint = Blueprint("day_settings", __name__)


class HabitsForm(FlaskForm):
    """The pause and the hours."""

    buffer_minutes = WholeNumber(
        N_("Pause nach jedem Gespräch, in Minuten"), [Needed(N_("Wie lange?")), Between(0, LONGEST_PAUSE)]
    )
    day_starts = WallTime(N_("Ihr Tag beginnt um"), [Needed(N_("Ab wann?"))])
    day_ends = WallTime(N_("Ihr Tag endet um"), [Needed(N_("Bis wann?"))])


class JourneyForm(FlaskForm):
    """Two towns and the minutes between them."""

    one = StringField(N_("Von"), [Needed(N_("Welcher Ort?")), Length(max=80)])
    other = StringField(N_("Nach"), [Needed(N_("Welcher Ort?")), Length(max=80)])
    minutes = WholeNumber(N_("Minuten"), [Needed(N_("Wie lange?")), Between(1, LONGEST_DRIVE)])


@blueprint.get("/today/settings")
@for_roles(Role.COACH)
def edit_settings() -> tuple[str, int]:
    """Show how days are planned now."""
    return _page()


@blueprint.post("/today/settings")
@for_roles(Role.COACH)
def update_settings() -> Response | tuple[str, int]:
    """Keep the pause and the hours."""
    form = HabitsForm()
    if not form.validate_on_submit():
        return _page(habits=form, status=422)
    values: dict[str, Any] = {name: form[name].data for name in ("buffer_minutes", "day_starts", "day_ends")}
    try:
        with transaction() as session:
            change_habits(session, actor=current_actor(), user=_own(session), at=at(), **values)
    except HubError as error:
        add_error(form, error)
        return _page(habits=form, status=error.status)
    return _done()


@blueprint.post("/today/settings/journeys")
@for_roles(Role.COACH)
def create_journey() -> Response | tuple[str, int]:
    """Keep how long a drive takes."""
    form = JourneyForm()
    if not form.validate_on_submit():
        return _page(journey=form, status=422)
    one, other = (_code(field.data or "") for field in (form.one, form.other))
    try:
        with transaction() as session:
            user, minutes = _own(session), form.minutes.data or 0
            keep_journey(session, actor=current_actor(), user=user, one=one, other=other, minutes=minutes, at=at())
    except HubError as error:
        add_error(form, error)
        return _page(journey=form, status=error.status)
    return _done()


@blueprint.post("/today/settings/journeys/removal")
@for_roles(Role.COACH)
def delete_journey() -> Response:
    """Forget one."""
    with transaction() as session:
        pair = request.form.get("pair", "")
        forget_journey(session, actor=current_actor(), user=_own(session), pair=pair, at=at())
    return _done()


def _done() -> Response:
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("day_settings.edit_settings"), code=303)


def _code(text: str) -> str:
    found = find_by_name_or_postal_code(text)
    return found[0].code if found else ""


def _own(session: Session) -> User:
    return get_user(session, current_actor(), current_actor().ref)


def _page(
    *, habits: HabitsForm | None = None, journey: JourneyForm | None = None, status: int = 200
) -> tuple[str, int]:
    g.section = "today"
    with reading() as session:
        user = _own(session)
    now = {
        "buffer_minutes": user.buffer_minutes,
        "day_starts": time.fromisoformat(user.day_starts),
        "day_ends": time.fromisoformat(user.day_ends),
    }
    pairs = [(pair, *(town(code) for code in pair.split("-")), minutes) for pair, minutes in user.journeys.items()]
    return render(
        "day_settings/edit_settings.html",
        status,
        habits=habits or HabitsForm(formdata=None, data=now),
        journey=journey or JourneyForm(formdata=None),
        journeys=sorted(pairs, key=lambda one: one[1:3]),
    )
