"""The network as its coordinators see it: partners, and where it has grown silent. No page shows a person."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from hub.actions import organisations as verbs
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme
from hub.models.user import Role
from hub.queries import barriers, freshness, locations, organisations, programmes
from hub.queries.organisations import WITHOUT_OFFERS, Activity
from hub.web import first_steps, place_words
from hub.web.access import for_roles
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.news import WORDS
from hub.web.organisation_forms import OrganisationForm

blueprint = Blueprint("organisations", __name__)


@blueprint.get("/organisations")
@for_roles(Role.COORDINATOR)
def list_organisations() -> Any:
    """Show the partners of the own programmes, the silent ones first."""
    with reading() as session:
        found = organisations.list_organisations(session, current_actor())
        activities = organisations.list_activities(session, current_actor())
        own = programmes.list_programmes(session, current_actor())
        told = barriers.count_open(session, current_actor())
        stale = freshness.list_stale(session, current_actor())
        steps = first_steps.list_steps(session, current_actor(), config(), at=at())
    rows = [_row(one, activities.get(one.id, Activity())) for one in found]
    return render(
        "organisations/list_organisations.html",
        silent=[row for row in rows if row["silent"]],
        others=[row for row in rows if not row["silent"]],
        programmes=own,
        stale=stale,
        barriers=told,
        first_steps=steps,
        step_states=first_steps.STATES,
    )


def _row(organisation: Organisation, activity: Activity) -> dict[str, Any]:
    own = {seat.organisation_id for seat in current_actor().seats}
    expected = organisation.kind not in WITHOUT_OFFERS and organisation.id not in own
    return {
        "organisation": organisation,
        "kind": place_words.KINDS[organisation.kind],
        "published": activity.published,
        "confirmed_at": activity.confirmed_at,
        "silent": expected and activity.silent(at()),
        "expected": expected,
    }


@blueprint.get("/organisations/<public_id>")
@for_roles(Role.COORDINATOR)
def show_organisation(public_id: str) -> Any:
    """Show one partner with its programmes, members and places."""
    with reading() as session:
        organisation = organisations.get_organisation(session, current_actor(), public_id)
        part_of = programmes.list_programmes_of(session, current_actor(), organisation)
        members = organisations.list_members(session, organisation)
        places = locations.list_locations_of(session, organisation)
        activity = organisations.list_activities(session, current_actor()).get(organisation.id, Activity())
    return render(
        "organisations/show_organisation.html",
        organisation=organisation,
        row=_row(organisation, activity),
        programmes=part_of,
        members=members,
        places=places,
        words=place_words,
        rhythm=WORDS,
    )


@blueprint.get("/organisations/new")
@for_roles(Role.COORDINATOR)
def new_organisation() -> Any:
    """Show the empty form."""
    form, own, _ = _form()
    if len(own) == 1:
        form.programmes.data = [own[0].public_id]
    if request.args.get("kind") in set(OrganisationKind):
        form.kind.data = request.args["kind"]
    return _form_page(form)


@blueprint.post("/organisations")
@for_roles(Role.COORDINATOR)
def create_organisation() -> Any:
    """Take a partner into the network."""
    form, own, others = _form()
    if not form.validate_on_submit():
        return _form_page(form, status=422)
    try:
        with transaction() as session:
            made = verbs.create_organisation(session, actor=current_actor(), entries=form.entries(own, others), at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, status=error.status)
    flash(str(N_("{name} gehört jetzt zum Netzwerk.", name=made.name)), "ok")
    return redirect(url_for("organisations.show_organisation", public_id=made.public_id), code=303)


@blueprint.get("/organisations/<public_id>/edit")
@for_roles(Role.COORDINATOR)
def edit_organisation(public_id: str) -> Any:
    """Show the form with what is known."""
    form, _, _ = _form()
    with reading() as session:
        organisation = organisations.get_organisation(session, current_actor(), public_id)
        form.fill(organisation, programmes.list_programmes_of(session, current_actor(), organisation))
    return _form_page(form, organisation)


@blueprint.post("/organisations/<public_id>")
@for_roles(Role.COORDINATOR)
def update_organisation(public_id: str) -> Any:
    """Keep what was changed."""
    form, own, others = _form()
    with reading() as session:
        organisation = organisations.get_organisation(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _form_page(form, organisation, 422)
    try:
        with transaction() as session:
            verbs.update_organisation(
                session,
                actor=current_actor(),
                organisation=organisations.get_organisation(session, current_actor(), public_id),
                entries=form.entries(own, others),
                at=at(),
            )
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, organisation, error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("organisations.show_organisation", public_id=public_id), code=303)


def _form() -> tuple[OrganisationForm, list[Programme], list[Organisation]]:
    form = OrganisationForm()
    with reading() as session:
        own = programmes.list_programmes(session, current_actor())
        others = organisations.list_organisations(session, current_actor())
    form.offer_choices(own, others)
    return form, own, others


def _form_page(form: OrganisationForm, organisation: Organisation | None = None, status: int = 200) -> Any:
    return render("organisations/edit_organisation.html", status, form=form, organisation=organisation)
