"""A coordinator lets a partner leave the network: first what that means, then it is so."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm

from hub.actions.leaving import end_organisation
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_
from hub.models.user import Role
from hub.queries.organisations import get_organisation
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error

blueprint = Blueprint("leaving", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the network in the navigation."""
    g.section = "organisations"


@blueprint.get("/organisations/<public_id>/leaving")
@for_roles(Role.COORDINATOR)
def new_leaving(public_id: str) -> Any:
    """Say what happens then."""
    return _page(public_id, FlaskForm(formdata=None))


def _page(public_id: str, form: FlaskForm, status: int = 200) -> Any:
    with reading() as session:
        organisation = get_organisation(session, current_actor(), public_id)
    if organisation.ended_at is not None and status == 200:
        raise NotFound
    return render("organisations/new_leaving.html", status, organisation=organisation, form=form)


@blueprint.post("/organisations/<public_id>/leaving")
@for_roles(Role.COORDINATOR)
def create_leaving(public_id: str) -> Any:
    """Close all ways in at once; the people follow one by one, their coaches hear first."""
    form = FlaskForm()
    try:
        with transaction() as session:
            organisation = get_organisation(session, current_actor(), public_id)
            end_organisation(session, actor=current_actor(), organisation=organisation, at=at())
    except RuleBroken as error:
        add_error(form, error)
        return _page(public_id, form, error.status)
    done = N_("{name} gehört nicht mehr dazu. Die Coaches hören es jetzt als Erste.", name=organisation.name)
    flash(str(done), "ok")
    return redirect(url_for("organisations.list_organisations"), code=303)
