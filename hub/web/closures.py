"""Closed days: an organisation's own, with the school holidays beside them; coordinators add days of a region."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import SelectChoice, StringField

from hub import clock
from hub.actions import closures as verbs
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.queries import closures as queries
from hub.queries import own_offers
from hub.school_holidays import known_until, school_holidays
from hub.web.access import for_roles
from hub.web.calling_off_form import EVERYTHING
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Day, Needed, NotLonger, OneLine, OneOf, add_error

blueprint = Blueprint("closures", __name__)
SHOWN_HOLIDAYS = 8


class ClosureForm(FlaskForm):
    """From when to when, how it is called, and for whom."""

    first_on = Day(N_("Erster Tag"), [Needed(N_("Bitte wählen Sie den ersten Tag."))])
    last_on = Day(N_("Letzter Tag"), [Needed(N_("Bitte wählen Sie den letzten Tag."))])
    name = StringField(N_("Name"), [Needed(N_("Bitte ein kurzer Name.")), NotLonger(80), OneLine()])
    what = OneOf(N_("Für wen?"))

    def prepare(self, organisations: list[Organisation]) -> None:
        """Fill in the organisations one may close."""
        self.what.choices = [SelectChoice(f"{EVERYTHING}:{one.public_id}", one.name) for one in organisations]


class SchoolHolidayForm(FlaskForm):
    """Days of school holidays that the shipped list does not know."""

    first_on = Day(N_("Erster Tag"), [Needed(N_("Bitte wählen Sie den ersten Tag."))])
    last_on = Day(N_("Letzter Tag"), [Needed(N_("Bitte wählen Sie den letzten Tag."))])
    name = StringField(N_("Name"), [Needed(N_("Bitte ein kurzer Name.")), NotLonger(80), OneLine()])


@blueprint.before_request
def _section() -> None:
    g.section = "slots" if current_actor().has(Role.PARTNER) else "organisations"


@blueprint.get("/closures")
@for_roles(Role.PARTNER)
def list_closures() -> Any:
    """Show the closed days of the actor's organisations and the next school holidays."""
    today = clock.local_date(at())
    with reading() as session:
        closures = queries.list_closures(session, current_actor(), since=today)
        added = queries.list_added_school_holidays(session, since=today)
        several = len(own_offers.list_acted_for(session, current_actor())) > 1
    actor = current_actor()
    return render(
        "closures/list_closures.html",
        closures=[(one, organisation, bool(actor.purpose_for(organisation.id))) for one, organisation in closures],
        several=several,
        holidays=_coming_holidays(),
        added=added,
        known_until=known_until(),
    )


@blueprint.get("/closures/new")
@for_roles(Role.PARTNER)
def new_closure() -> Any:
    """Ask for the days; the next page shows which dates fall into them."""
    form = ClosureForm(request.args or None, meta={"csrf": False})
    with reading() as session:
        form.prepare(own_offers.list_acted_for(session, current_actor()))
    if not request.args:
        return render("closures/new_closure.html", form=form)
    if not form.validate():
        return render("closures/new_closure.html", 422, form=form)
    chosen: dict[str, Any] = {name: form[name].data for name in ("first_on", "last_on", "what", "name")}
    return redirect(url_for("calling_off.show_preview", closed="y", **chosen), code=303)


@blueprint.post("/closures/<public_id>/deletion")
@for_roles(Role.PARTNER)
def delete_closure(public_id: str) -> Any:
    """Open the days again; the dates that are missing are made."""
    with transaction() as session:
        closure = queries.get_closure(session, current_actor(), public_id)
        made = verbs.delete_closure(session, actor=current_actor(), closure=closure, at=at())
    words = N_("Wieder offen. {n} Termine sind neu angelegt.", n=made) if made else N_("Wieder offen.")
    flash(str(words), "ok")
    return redirect(url_for("closures.list_closures"), code=303)


@blueprint.get("/school-holidays")
@for_roles(Role.COORDINATOR)
def list_school_holidays() -> Any:
    """Show the school holidays the house knows, and the form that adds some."""
    return _school_page(SchoolHolidayForm(formdata=None))


@blueprint.post("/school-holidays")
@for_roles(Role.COORDINATOR)
def create_school_holiday() -> Any:
    """Add days of school holidays for all."""
    form = SchoolHolidayForm()
    if not form.validate_on_submit():
        return _school_page(form, 422)
    try:
        with transaction() as session:
            verbs.add_school_holiday(
                session,
                actor=current_actor(),
                name=form.name.data or "",
                first_on=form.first_on.data,  # type: ignore[arg-type]  # validated: there is a day
                last_on=form.last_on.data,  # type: ignore[arg-type]
                at=at(),
            )
    except InvalidInput as error:
        add_error(form, error)
        return _school_page(form, error.status)
    flash(str(N_("Eingetragen. Neue Termine, die in den Schulferien ausfallen, lassen diese Tage aus.")), "ok")
    return redirect(url_for("closures.list_school_holidays"), code=303)


@blueprint.post("/school-holidays/<public_id>/deletion")
@for_roles(Role.COORDINATOR)
def delete_school_holiday(public_id: str) -> Any:
    """Take added days off the list."""
    with transaction() as session:
        closure = queries.get_closure(session, current_actor(), public_id)
        verbs.delete_school_holiday(session, actor=current_actor(), closure=closure, at=at())
    flash(str(N_("Gelöscht.")), "ok")
    return redirect(url_for("closures.list_school_holidays"), code=303)


def _coming_holidays() -> list[Any]:
    today = clock.local_date(at())
    return [one for one in school_holidays() if one.last_on >= today][:SHOWN_HOLIDAYS]


def _school_page(form: SchoolHolidayForm, status: int = 200) -> Any:
    with reading() as session:
        added = queries.list_added_school_holidays(session, since=clock.local_date(at()))
    known = {"holidays": _coming_holidays(), "known_until": known_until()}
    return render("school_holidays/list_school_holidays.html", status, form=form, added=added, **known)
