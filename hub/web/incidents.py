"""An auditor declares a consent invalid and follows the case; numbers only, never a person."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.fields.choices import SelectChoice

from hub.actions import incidents as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.duty import IncidentKind
from hub.models.user import Role
from hub.queries.incidents import list_incidents, lock_incident
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, Radios, add_error

blueprint = Blueprint("incidents", __name__)
KINDS = {
    IncidentKind.WRONG_TEXT: N_("Der Text war falsch"),
    IncidentKind.PRESSURE: N_("Die Person wurde gedrängt"),
    IncidentKind.NO_CAPACITY: N_("Die Person konnte das nicht entscheiden"),
    IncidentKind.NOT_HER_OWN: N_("Die Unterschrift ist nicht von ihr"),
}


class IncidentForm(FlaskForm):
    """Which consent, and what was wrong with it."""

    number = StringField(N_("Nummer auf dem Blatt, oder aus dem Protokoll"), [Needed(N_("Bitte die Nummer."))])
    kind = Radios(
        N_("Was stimmt nicht?"),
        [Needed(N_("Bitte wählen Sie, was nicht stimmt."))],
        choices=[SelectChoice(str(code), word) for code, word in KINDS.items()],
        validate_choice=False,
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the log in the navigation."""
    g.section = "log"


@blueprint.get("/incidents")
@for_roles(Role.AUDITOR)
def list_cases() -> Any:
    """Show the cases, and the form to open one."""
    return _page(IncidentForm(formdata=None))


def _page(form: FlaskForm, status: int = 200) -> Any:
    with reading() as session:
        cases = list_incidents(session, current_actor())
    return render("incidents/list_cases.html", status, cases=cases, kinds=KINDS, form=form)


@blueprint.post("/incidents")
@for_roles(Role.AUDITOR)
def create_incident() -> Any:
    """End the consents under a number with all that hung on them, and open a case for each."""
    form = IncidentForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        with transaction() as session:
            facts = {"number": form.number.data, "kind": form.kind.data, "at": at()}
            verbs.invalidate_consent(session, actor=current_actor(), **facts)
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        return _page(form, error.status)
    flash(str(N_("Ungültig. Ab jetzt erfährt dort niemand mehr etwas. Der Fall ist eröffnet.")), "ok")
    return redirect(url_for(".list_cases"), code=303)


@blueprint.post("/incidents/<public_id>/closure")
@for_roles(Role.AUDITOR)
def create_closure(public_id: str) -> Any:
    """Note that a case was looked at to the end."""
    try:
        with transaction() as session:
            incident = lock_incident(session, current_actor(), public_id)
            verbs.close_incident(session, actor=current_actor(), incident=incident, at=at())
        flash(str(N_("Der Fall ist abgeschlossen.")), "ok")
    except RuleBroken:
        flash(str(N_("Der Fall war schon abgeschlossen.")), "warn")
    return redirect(url_for(".list_cases"), code=303)
