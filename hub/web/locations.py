"""Places and their rooms: coordinators keep those of the network, partners their own."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for

from hub.actions import locations as verbs
from hub.errors import InvalidInput, NotFound
from hub.i18n import N_
from hub.models.location import Location, Room
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import allows, require
from hub.queries import locations, organisations, own_offers
from hub.web import place_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.location_forms import LocationForm, RoomForm

blueprint = Blueprint("locations", __name__)
KEEPERS = (Role.COORDINATOR, Role.PARTNER)


@blueprint.get("/locations")
@for_roles(*KEEPERS)
def list_locations() -> Any:
    """Show the places one may change, and the others of the network."""
    actor = current_actor()
    with reading() as session:
        found = locations.list_locations(session, actor)
    mine = [one for one in found if allows(actor, Permission.EDIT_LOCATION, one)]
    others = [one for one in found if one not in mine]
    return render("locations/list_locations.html", mine=mine, others=others, words=place_words)


@blueprint.get("/locations/new")
@for_roles(*KEEPERS)
def new_location() -> Any:
    """Show the empty form."""
    form, _ = _form()
    return _form_page(form)


@blueprint.post("/locations")
@for_roles(*KEEPERS)
def create_location() -> Any:
    """Add a place."""
    form, owners = _form()
    owner = next((one for one in owners if one.public_id == form.organisation.data), None)
    if not form.validate_on_submit() or owner is None:
        return _form_page(form, status=422)
    try:
        with transaction() as session:
            made = verbs.create_location(
                session, actor=current_actor(), organisation=owner, entries=form.entries(), at=at()
            )
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, status=error.status)
    flash(str(N_("Der Ort ist angelegt. Hat er Räume? Dann tragen Sie sie hier ein.")), "ok")
    return redirect(url_for("locations.edit_location", public_id=made.public_id), code=303)


@blueprint.get("/locations/<public_id>/edit")
@for_roles(*KEEPERS)
def edit_location(public_id: str) -> Any:
    """Show the form with what is known, and the rooms."""
    location = _editable(public_id)
    form, _ = _form(location)
    form.fill(location)
    return _form_page(form, location)


@blueprint.post("/locations/<public_id>")
@for_roles(*KEEPERS)
def update_location(public_id: str) -> Any:
    """Keep what was changed."""
    location = _editable(public_id)
    form, _ = _form(location)
    if not form.validate_on_submit():
        return _form_page(form, location, 422)
    try:
        with transaction() as session:
            fresh = locations.get_location(session, current_actor(), public_id)
            verbs.update_location(session, actor=current_actor(), location=fresh, entries=form.entries(), at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, location, error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("locations.list_locations"), code=303)


@blueprint.get("/locations/<public_id>/rooms/new")
@for_roles(*KEEPERS)
def new_room(public_id: str) -> Any:
    """Show the empty form of a room."""
    return _room_page(RoomForm(), _editable(public_id))


@blueprint.post("/locations/<public_id>/rooms")
@for_roles(*KEEPERS)
def create_room(public_id: str) -> Any:
    """Add a room."""
    return _keep_room(public_id, None)


@blueprint.get("/locations/<public_id>/rooms/<room_id>/edit")
@for_roles(*KEEPERS)
def edit_room(public_id: str, room_id: str) -> Any:
    """Show the form of a room with what is known."""
    location = _editable(public_id)
    room, form = locations.get_room(location, room_id), RoomForm()
    form.fill(room)
    return _room_page(form, location, room)


@blueprint.post("/locations/<public_id>/rooms/<room_id>")
@for_roles(*KEEPERS)
def update_room(public_id: str, room_id: str) -> Any:
    """Keep what was changed about a room."""
    return _keep_room(public_id, room_id)


def _keep_room(public_id: str, room_id: str | None) -> Any:
    location, form = _editable(public_id), RoomForm()
    room = locations.get_room(location, room_id) if room_id else None
    if not form.validate_on_submit():
        return _room_page(form, location, room, 422)
    said: dict[str, Any] = {"actor": current_actor(), "entries": form.entries(), "at": at()}
    try:
        with transaction() as session:
            fresh = locations.get_location(session, current_actor(), public_id)
            if room_id:
                verbs.update_room(session, location=fresh, room=locations.get_room(fresh, room_id), **said)
            else:
                verbs.add_room(session, location=fresh, **said)
    except InvalidInput as error:
        add_error(form, error)
        return _room_page(form, location, room, error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("locations.edit_location", public_id=public_id), code=303)


def _editable(public_id: str) -> Location:
    """Return a place the actor may change: 404 when they do not see it, 403 when it is another partner's."""
    with reading() as session:
        location = locations.get_location(session, current_actor(), public_id)
    require(current_actor(), Permission.EDIT_LOCATION, location)
    return location


def _form(location: Location | None = None) -> tuple[LocationForm, list[Organisation]]:
    actor = current_actor()
    form = LocationForm()
    if location is not None:
        del form.organisation
        owners = [location.organisation]
    else:
        with reading() as session:
            owners = (
                organisations.list_organisations(session, actor)
                if actor.has(Role.COORDINATOR)
                else own_offers.list_acted_for(session, actor)
            )
        if not owners:
            raise NotFound
    form.offer_choices(owners)
    return form, owners


def _form_page(form: LocationForm, location: Location | None = None, status: int = 200) -> Any:
    return render("locations/edit_location.html", status, form=form, location=location, words=place_words)


def _room_page(form: RoomForm, location: Location, room: Room | None = None, status: int = 200) -> Any:
    g.section = "locations"
    return render("locations/edit_room.html", status, form=form, location=location, room=room)
