"""Moving a day, a week or any span of one's own dates: what it does is seen first, and then whom no message reaches."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import i18n
from hub.actions.closures import add_closure
from hub.actions.moving_dates import move_dates
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.queries import calling_off as queries
from hub.queries.calling_off import Span
from hub.queries.moved_dates import effects_of, moves_of
from hub.queries.series import lock_running
from hub.web import week
from hub.web.access import for_roles
from hub.web.calling_off_form import CallingOffForm
from hub.web.calling_off_span import on_behalf, read_form, read_span
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error, instant_of

blueprint = Blueprint("moving_dates", __name__)
A_WEEK = 7


@blueprint.before_request
def _section() -> None:
    g.section = "slots"


@blueprint.post("/calling-off/moving/preview")
@for_roles(Role.PARTNER)
def show_preview() -> Any:
    """Show what moving does date by date, again with another day or other ticks; nothing happens."""
    form = read_form()
    span = read_span(form)
    return _form_page(form) if span is None else preview(form, span)


@blueprint.post("/calling-off/moving")
@for_roles(Role.PARTNER)
def create_moves() -> Any:
    """Move the ticked dates, and close the days they leave where that was ticked; all or nothing."""
    form = read_form()
    span = read_span(form)
    if span is None:
        return _form_page(form)
    try:
        with transaction() as session:
            _do(session, form, span)
    except InvalidInput as error:
        add_error(form, error)
        return preview(form, span, error.status)
    except RuleBroken as error:  # somebody booked, changed a date or took the room meanwhile: nothing has happened
        return preview(form, span, error.status, str(error.message))
    days = timedelta(days=form.shift())
    where = {"first_on": span.first_on + days, "last_on": span.last_on + days, "what": form.what.data}
    return redirect(url_for("moving_dates.show_moves", **where, moved_at=at().isoformat()), code=303)


@blueprint.get("/calling-off/moved")
@for_roles(Role.PARTNER)
def show_moves() -> Any:
    """Say what was moved just now, how many are told, and by place code whom no calendar tells."""
    form, moved_at = read_form(), instant_of(request.args.get("moved_at"))
    span = read_span(form)
    if span is None or moved_at is None:
        raise NotFound
    with reading() as session:
        slots = queries.list_in_span(session, current_actor(), span, at=at())
        moved = [slot for slot in slots if slot.changed_at == moved_at and slot.state is SlotState.PLANNED]
        effects, loans = effects_of(session, moved)
    target = week.week_name(week.monday_of(None, span.first_on))
    return render("calling_off/show_moves.html", dates=len(moved), effects=effects, loans=loans, week=target)


def preview(form: CallingOffForm, span: Span, status: int = 200, problem: str = "") -> Any:
    """Return the page that says what moving does; without a sensible new day it asks for one."""
    with reading() as session:
        slots = queries.list_in_span(session, current_actor(), span, at=at())
        moves = None
        try:
            days = form.shift()
            moves = moves_of(session, slots, _keys(slots), days=days, at=at(), language=i18n.current())
            form.seen.data = moves.digest
        except InvalidInput as error:
            if not form.errors:  # else it is said already
                add_error(form, error)
            status = max(status, error.status)
    if form.days.data is None:
        form.days.data = A_WEEK
    return render(
        "calling_off/show_moving.html",
        status,
        form=form,
        span=span,
        moves=moves,
        slots=slots,
        ticked=set(_ticked()),
        problem=problem,
        back=url_for("calling_off.show_preview", **form.address()),
        on_behalf=on_behalf(form),
        states=SlotState,
    )


def _do(session: Session, form: CallingOffForm, span: Span) -> None:
    actor, organisation = current_actor(), form.organisation if form.closing else None
    days = form.shift()
    if organisation is not None:
        lock_running(session, organisation.id)  # the series before their dates, as whoever changes a series does
    slots = queries.list_in_span(session, actor, span, at=at())
    chosen = form.chosen(slots, _ticked())
    if organisation is not None:
        add_closure(
            session,
            actor=actor,
            organisation=organisation,
            name=form.name.data or "",
            first_on=span.first_on,
            last_on=span.last_on,
            keeping=[slot for slot in slots if slot not in chosen],
            at=at(),
        )
    move_dates(session, actor=actor, slots=slots, chosen=chosen, days=days, expected=form.seen.data or "", at=at())


def _ticked() -> list[str]:
    return request.form.getlist("slot")


def _keys(slots: list[Slot]) -> set[int]:
    ticked = _ticked()
    return {slot.id for slot in slots if slot.public_id in ticked}


def _form_page(form: CallingOffForm) -> Any:
    return render("calling_off/new_calling_off.html", 422, form=form)
