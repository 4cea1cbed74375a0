"""An auditor admits legal grounds: for one body of a network at a time, from a closed list that is empty until then."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from hub.actions.legal_grounds import admit_ground, end_admitted_ground
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.user import Role
from hub.queries import legal_grounds, programmes
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, OneOf, Radios, add_error
from hub.web.transmission_words import GROUNDS

blueprint = Blueprint("legal_grounds", __name__)


class GroundForm(FlaskForm):
    """In which network, for which body, which ground."""

    programme = OneOf(N_("Programm"), [Needed(N_("Bitte wählen Sie ein Programm."))], validate_choice=False)
    body = OneOf(N_("Für wen"), [Needed(N_("Bitte wählen Sie einen Träger."))], validate_choice=False)
    ground = Radios(
        N_("Gesetzliche Grundlage"),
        [Needed(N_("Bitte wählen Sie eine Grundlage."))],
        choices=[SelectChoice(ground.value, words) for ground, words in GROUNDS.items()],
        validate_choice=False,
    )


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the log in the navigation."""
    g.section = "log"


@blueprint.get("/legal-grounds")
@for_roles(Role.AUDITOR)
def list_grounds() -> Any:
    """Show what is admitted, and the form; only bodies of the right kind can be chosen."""
    return _page(GroundForm(formdata=None))


def _page(form: GroundForm, status: int = 200) -> Any:
    with reading() as session:
        admitted = legal_grounds.list_admitted(session, current_actor())
        bodies = legal_grounds.list_admissible(session, current_actor())
        networks = programmes.list_programmes(session, current_actor())
    form.programme.choices = [(one.public_id, one.name) for one in networks]
    form.body.choices = [(one.public_id, one.name) for one in bodies]
    shown: dict[str, Any] = {"admitted": admitted, "bodies": bodies, "grounds": GROUNDS}
    return render("legal_grounds/list_grounds.html", status, form=form, **shown)


@blueprint.post("/legal-grounds")
@for_roles(Role.AUDITOR)
def create_ground() -> Any:
    """Admit a ground for one body; any other body of the house is as unknown here as one that does not exist."""
    form, actor = GroundForm(), current_actor()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        with transaction() as session:
            programme = programmes.get_programme(session, actor, form.programme.data)
            bodies = {one.public_id: one for one in legal_grounds.list_admissible(session, actor)}
            if form.body.data not in bodies:
                raise NotFound
            facts: dict[str, Any] = {"programme": programme, "organisation": bodies[form.body.data]}
            admit_ground(session, actor=actor, **facts, ground=form.ground.data, at=at())
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        return _page(form, error.status)
    flash(str(N_("Zugelassen. Coaches dieses Programms können die Grundlage jetzt wählen.")), "ok")
    return redirect(url_for(".list_grounds"), code=303)


@blueprint.post("/legal-grounds/<public_id>/end")
@for_roles(Role.AUDITOR)
def create_end(public_id: str) -> Response:
    """End an admission with all that stands on it."""
    with transaction() as session:
        admitted = legal_grounds.lock_admitted_ground(session, current_actor(), public_id)
        end_admitted_ground(session, actor=current_actor(), admitted=admitted, at=at())
    flash(str(N_("Beendet. Ab jetzt liest dort niemand mehr etwas, das darauf stand.")), "ok")
    return redirect(url_for(".list_grounds"), code=303)
