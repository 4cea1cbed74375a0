"""Changing a running series: which dates, the form as it stands, the difference with everybody booked, and saving."""

from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.actions import series_changes as verbs
from hub.errors import InvalidInput
from hub.models.series import Series
from hub.models.slot import Slot
from hub.models.user import Role
from hub.queries import series as queries
from hub.queries.series_difference import get_series_of, list_coming
from hub.queries.slots import get_own_slot
from hub.web.access import for_roles
from hub.web.busy_rooms import takes_it_anyway
from hub.web.context import at, current_actor, reading, render
from hub.web.fields import add_error
from hub.web.series_change_form import ALL, END, ONE, DecisionForm, ScopeForm, chosen_day
from hub.web.series_change_page import Page

blueprint = Blueprint("series_changes", __name__)


@blueprint.before_request
def _section() -> None:
    g.section = "own_offers"


@blueprint.get("/series/<public_id>/edit")
@for_roles(Role.PARTNER)
def edit_series(public_id: str) -> Any:
    """Ask which dates are to change, and lead on to the page for just these."""
    with reading() as session:
        series = queries.get_own_series(session, current_actor(), public_id)
        slots = list_coming(session, series, at=at())
    form = ScopeForm(request.args if "scope" in request.args else None, meta={"csrf": False})
    form.prepare(slots)
    if "scope" not in request.args:
        form.slot.data = request.args.get("slot")
        return _scope_page(form, series, slots)
    if not form.validate():
        return _scope_page(form, series, slots, 422)
    try:
        chosen = form.chosen(slots)
    except InvalidInput as error:
        add_error(form, error)
        return _scope_page(form, series, slots, error.status)
    return redirect(_next(form.scope.data, series, chosen), code=303)


@blueprint.get("/slots/<public_id>/series")
@for_roles(Role.PARTNER)
def edit_series_of(public_id: str) -> Any:
    """Lead from one date to changing its series, with this date chosen."""
    with reading() as session:
        slot = get_own_slot(session, current_actor(), public_id)
        series = get_series_of(session, slot)
    address = url_for("series_changes.edit_series", public_id=series.public_id, slot=public_id)
    return redirect(address, code=303)


def _scope_page(form: ScopeForm, series: Series, slots: list[Slot], status: int = 200) -> Any:
    return render("series_changes/edit_series.html", status, series=series, form=form, slots=slots)


def _next(scope: str, series: Series, chosen: Slot | None) -> str:
    """Return the address of the page for this scope; one date has pages of its own."""
    since = clock.local_date(at())
    if chosen is not None and chosen.occurrence_on is not None and scope != ALL:
        since = chosen.occurrence_on
    if chosen is not None and scope == ONE:
        return url_for("slots.show_slot", public_id=chosen.public_id)
    known: dict[str, Any] = {"public_id": series.public_id, "since": since.isoformat()}
    if scope == END:
        return url_for("series_changes.new_end", **known)
    return url_for("series_changes.edit_dates", scope=scope, **known)


@blueprint.get("/series/<public_id>/edit/dates")
@for_roles(Role.PARTNER)
def edit_dates(public_id: str) -> Any:
    """Show the form with the series as it stands, or with what was entered before."""
    page = Page(public_id)
    if "start" in request.args:
        return page.show_form(page.form(request.args))
    form = page.form(None)
    form.scope.data = request.args.get("scope", form.scope.data)
    form.show(page.series, chosen_day(request.args.get("since"), clock.local_date(at())))
    return page.show_form(form)


@blueprint.get("/series/<public_id>/difference")
@for_roles(Role.PARTNER)
def show_difference(public_id: str) -> Any:
    """Show what becomes of every coming date and of whoever is booked; nothing changes."""
    page = Page(public_id)
    form = page.form(request.args)
    return page.show_difference(form) if form.validate() else page.show_form(form, 422)


@blueprint.post("/series/<public_id>/changes")
@for_roles(Role.PARTNER)
def create_change(public_id: str) -> Any:
    """Save; whatever changed meanwhile shows the new difference, with all entries kept."""
    page = Page(public_id)
    form, decision = page.form(request.form), DecisionForm(request.form, meta={"csrf": False})
    if not form.validate():
        return page.show_form(form, 422)

    def save(session: Session) -> None:
        series = queries.get_own_series(session, current_actor(), public_id)
        plan, since = form.change(series, page.offer, page.locations, at())
        verbs.change_series(
            session,
            actor=current_actor(),
            series=series,
            plan=plan,
            since=since,
            removed=decision.decision,
            expected=decision.expected.data or "",
            despite_busy=takes_it_anyway(),
            at=at(),
        )

    return page.after(save, lambda status: page.show_difference(form, decision, status), decision, form)


@blueprint.get("/series/<public_id>/end")
@for_roles(Role.PARTNER)
def new_end(public_id: str) -> Any:
    """Show which dates fall away when nothing takes place any more from a day on."""
    return Page(public_id).show_end(chosen_day(request.args.get("since"), clock.local_date(at())))


@blueprint.post("/series/<public_id>/end")
@for_roles(Role.PARTNER)
def create_end(public_id: str) -> Any:
    """End the series from a day on."""
    page, decision = Page(public_id), DecisionForm(request.form, meta={"csrf": False})
    since = chosen_day(request.form.get("since"), clock.local_date(at()))

    def save(session: Session) -> None:
        verbs.end_series(
            session,
            actor=current_actor(),
            series=queries.get_own_series(session, current_actor(), public_id),
            since=since,
            removed=decision.decision,
            expected=decision.expected.data or "",
            at=at(),
        )

    return page.after(save, lambda status: page.show_end(since, decision, status), decision)
