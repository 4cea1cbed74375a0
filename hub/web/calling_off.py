"""Calling off a day, a week or any span of one's own dates, after seeing date by date whom that hits."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.bulk_jobs import start_ending
from hub.actions.calling_off import How, call_off_dates
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.bulk_job import BulkJob
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.queries import calling_off as queries
from hub.queries.bulk_jobs import find_started, get_job, is_bulk, list_left_dates
from hub.queries.calling_off import Span
from hub.queries.consequences import consequences_of
from hub.queries.moved_dates import effects_of
from hub.queries.series import lock_running
from hub.web import moving_dates, week
from hub.web.access import for_roles
from hub.web.calling_off_form import CallingOffForm
from hub.web.calling_off_span import close_days, on_behalf, read_form, read_span
from hub.web.context import at, current_actor, reading, render, request_id, transaction
from hub.web.fields import add_error

blueprint = Blueprint("calling_off", __name__)
DONE = {"call_off": "slot.called_off", "unsettle": "slot.unsettled", "move": "slot.moved"}  # as the log calls it


@blueprint.before_request
def _section() -> None:
    g.section = "slots"


@blueprint.get("/calling-off")
@for_roles(Role.PARTNER)
def new_calling_off() -> Any:
    """Ask for the days and for what falls out; the address may have filled in some of it."""
    form = read_form()
    if form.first_on.data is None:
        form.first_on.data = clock.local_date(at())
    return _form_page(form)


@blueprint.get("/calling-off/preview")
@for_roles(Role.PARTNER)
def show_preview() -> Any:
    """Show which dates lie in the span and whom they concern, before anything happens."""
    form = read_form()
    span = read_span(form)
    return _form_page(form, 422) if span is None else _preview(form, span)


@blueprint.post("/calling-off")
@for_roles(Role.PARTNER)
def create_calling_off() -> Any:
    """Call the chosen dates off, or leave them open, and close the days where that was ticked; all or nothing.

    Many dates the worker ends, one after the other. Where they are to be moved, nothing happens yet: first the page
    says what that does.
    """
    form = read_form()
    span = read_span(form)
    if span is None:
        return _form_page(form, 422)
    if form.how.data == "move":
        return moving_dates.preview(form, span)
    try:
        with transaction() as session:
            dates, bookings, job = _do(session, form, span)
    except InvalidInput as error:
        add_error(form, error)
        return _preview(form, span, error.status)
    except RuleBroken as error:  # somebody booked or changed a date meanwhile: the new state, and nothing has happened
        return _preview(form, span, error.status, str(error.message))
    if job is not None:
        return redirect(url_for("bulk_jobs.show_job", public_id=job.public_id), code=303)
    if bookings:  # somebody was booked: the page says whom no message reaches
        return redirect(url_for("calling_off.show_done", how=form.how.data, step=request_id()), code=303)
    flash(str(_told(form, dates)), "ok")
    if form.closing:
        return redirect(url_for("closures.list_closures"), code=303)
    return redirect(url_for("slots.list_slots", week=week.week_name(week.monday_of(None, span.first_on))), code=303)


def _do(session: Session, form: CallingOffForm, span: Span) -> tuple[int, int, BulkJob | None]:
    """Do what was chosen and return how many dates and bookings it concerned; or the job that will do it."""
    actor, seen = current_actor(), form.seen.data or ""
    earlier = find_started(session, actor, seen)
    if earlier is not None:
        return 0, 0, earlier
    if form.closing and form.organisation is not None:
        lock_running(session, form.organisation.id)  # the series before their dates, as whoever changes a series does
    slots = queries.list_in_span(session, actor, span, at=at())
    found = queries.require_seen(session, slots, seen)
    chosen = form.chosen(slots, request.form.getlist("slot"))
    close_days(session, form, span, slots, chosen)
    if not chosen:
        return 0, 0, None
    how: How = "unsettle" if form.how.data == "unsettle" else "call_off"
    if is_bulk(len(chosen), sum(line.people for line in found.lines if line.slot in chosen)):
        facts: dict[str, Any] = {"seen": seen, "values": form.address(), "at": at()}
        return 0, 0, start_ending(session, actor=actor, slots=chosen, how=how, **facts)
    return len(chosen), call_off_dates(session, actor=actor, slots=chosen, how=how, at=at()), None


@blueprint.get("/calling-off/done")
@for_roles(Role.PARTNER)
def show_done() -> Any:
    """Say what one step just did, how many are told, and by place code whom no calendar tells."""
    how = request.args.get("how", "")
    if how not in DONE:
        raise NotFound
    with reading() as session:
        slots, done_at = queries.list_done(session, current_actor(), DONE[how], request.args.get("step", ""))
        if not slots:
            raise NotFound
        ended_at = {done_at} if done_at and how == "call_off" else None
        effects, loans = effects_of(session, slots, ended_at=ended_at)
    target = week.week_name(week.monday_of(None, clock.local_date(slots[0].starts_at)))
    return render("calling_off/show_done.html", how=how, slots=slots, effects=effects, loans=loans, week=target)


def _told(form: CallingOffForm, dates: int) -> Message:
    if not dates:
        return N_("Die Schließtage sind eingetragen.")
    if form.how.data == "unsettle":
        return N_("{n} Termine sind noch zu klären. Sie stehen oben in der Woche.", n=dates)
    return N_("{n} Termine sind abgesagt. Niemand war gebucht.", n=dates)


def _form_page(form: CallingOffForm, status: int = 200) -> Any:
    return render("calling_off/new_calling_off.html", status, form=form)


def _preview(form: CallingOffForm, span: Span, status: int = 200, problem: str = "") -> Any:
    with reading() as session:
        slots = queries.list_in_span(session, current_actor(), span, at=at())
        effects = consequences_of(session, slots)
        ticked = _ticked(session, slots)
    form.seen.data = queries.seen_of(effects)
    return render(
        "calling_off/show_preview.html",
        status,
        form=form,
        span=span,
        effects=effects,
        ticked=ticked,
        bulk=is_bulk(len(slots), sum(line.people for line in effects.lines)),
        problem=problem,
        back=url_for("calling_off.new_calling_off", **form.address()),
        on_behalf=on_behalf(form),
        states=SlotState,
    )


def _ticked(session: Session, slots: list[Slot]) -> set[str]:
    """Return which dates are ticked: as sent, or what a job left, or all."""
    if request.method == "POST":
        return set(request.form.getlist("slot"))
    if "job" in request.args:
        left = list_left_dates(session, get_job(session, current_actor(), request.args["job"]).id)
        return {slot.public_id for slot in slots if slot.id in left}
    return {slot.public_id for slot in slots}
