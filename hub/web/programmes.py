"""Programmes as their coordinators keep them: open one, change its dates and limits."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for

from hub import clock
from hub.actions import programmes as verbs
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.programme import Programme
from hub.models.user import Role
from hub.queries import programmes
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.organisation_forms import ProgrammeForm

blueprint = Blueprint("programmes", __name__)


@blueprint.get("/programmes/new")
@for_roles(Role.COORDINATOR)
def new_programme() -> Any:
    """Show the empty form."""
    return _form_page(ProgrammeForm())


@blueprint.post("/programmes")
@for_roles(Role.COORDINATOR)
def create_programme() -> Any:
    """Open a programme."""
    form = ProgrammeForm()
    if not form.validate_on_submit():
        return _form_page(form, status=422)
    try:
        with transaction() as session:
            made = verbs.create_programme(session, actor=current_actor(), entries=form.entries(), at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, status=error.status)
    flash(str(N_("{name} ist eröffnet. Nehmen Sie jetzt Partner auf.", name=made.name)), "ok")
    return redirect(url_for("organisations.list_organisations"), code=303)


@blueprint.get("/programmes/<public_id>/edit")
@for_roles(Role.COORDINATOR)
def edit_programme(public_id: str) -> Any:
    """Show the form with what is known."""
    with reading() as session:
        programme = programmes.get_programme(session, current_actor(), public_id)
    form = ProgrammeForm()
    form.fill(programme)
    return _form_page(form, programme)


@blueprint.post("/programmes/<public_id>")
@for_roles(Role.COORDINATOR)
def update_programme(public_id: str) -> Any:
    """Keep what was changed."""
    form = ProgrammeForm()
    with reading() as session:
        programme = programmes.get_programme(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _form_page(form, programme, 422)
    try:
        with transaction() as session:
            fresh = programmes.get_programme(session, current_actor(), public_id)
            verbs.update_programme(session, actor=current_actor(), programme=fresh, entries=form.entries(), at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, programme, error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("organisations.list_organisations"), code=303)


def _form_page(form: ProgrammeForm, programme: Programme | None = None, status: int = 200) -> Any:
    g.section = "organisations"
    calendar = None
    if programme is not None and programme.ends_on >= clock.local_date(at()):
        calendar = url_for("public_calendars.show_calendar", things="networks", public_id=programme.public_id)
    return render("organisations/edit_programme.html", status, form=form, programme=programme, calendar=calendar)
