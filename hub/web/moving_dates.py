"""Moving a day, a week or any span of one's own dates: what it does is seen first."""

from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import i18n
from hub.actions.bulk_jobs import start_moving
from hub.actions.moving_dates import move_dates
from hub.errors import InvalidInput, RuleBroken
from hub.models.bulk_job import BulkJob
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.queries import calling_off as queries
from hub.queries.bulk_jobs import find_started, is_bulk
from hub.queries.calling_off import Span
from hub.queries.consequences import consequences_of
from hub.queries.moved_dates import moves_of
from hub.queries.series import lock_running
from hub.web.access import for_roles
from hub.web.busy_rooms import BUSY, takes_it_anyway, warning
from hub.web.calling_off_form import CallingOffForm
from hub.web.calling_off_span import close_days, on_behalf, read_form, read_span
from hub.web.context import at, current_actor, reading, render, request_id, transaction
from hub.web.fields import add_error

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
    """Move the ticked dates, and close the days they leave where that was ticked; all or nothing.

    Many dates the worker moves, one after the other.
    """
    form = read_form()
    span = read_span(form)
    if span is None:
        return _form_page(form)
    try:
        with transaction() as session:
            job = _do(session, form, span)
    except InvalidInput as error:
        add_error(form, error)
        return preview(form, span, error.status)
    except RuleBroken as error:  # somebody booked, changed a date or took the room meanwhile: nothing has happened
        return preview(form, span, error.status, str(error.message))
    if job is not None:
        return redirect(url_for("bulk_jobs.show_job", public_id=job.public_id), code=303)
    return redirect(url_for("calling_off.show_done", how="move", step=request_id()), code=303)


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
        bulk=is_bulk(len(slots), sum(one.people for one in moves.dates) if moves else 0),
        busy=warning(one.room_known for one in moves.dates if not one.obstacle) if moves else None,
        words=BUSY,
        back=url_for("calling_off.show_preview", **form.address()),
        on_behalf=on_behalf(form),
        states=SlotState,
    )


def _do(session: Session, form: CallingOffForm, span: Span) -> BulkJob | None:
    """Move what was chosen, or return the job that will do it."""
    actor, days, seen = current_actor(), form.shift(), form.seen.data or ""
    earlier = find_started(session, actor, seen)
    if earlier is not None:
        return earlier
    if form.closing and form.organisation is not None:
        lock_running(session, form.organisation.id)  # the series before their dates, as whoever changes a series does
    slots = queries.list_in_span(session, actor, span, at=at())
    chosen = form.chosen(slots, _ticked())
    close_days(session, form, span, slots, chosen)
    facts: dict[str, Any] = {"slots": slots, "chosen": chosen, "days": days, "expected": seen}
    facts |= {"actor": actor, "despite_busy": takes_it_anyway(), "at": at()}
    if is_bulk(len(chosen), sum(line.people for line in consequences_of(session, chosen).lines)):
        return start_moving(session, **facts, values=form.address())
    move_dates(session, **facts)
    return None


def _ticked() -> list[str]:
    return request.form.getlist("slot")


def _keys(slots: list[Slot]) -> set[int]:
    ticked = _ticked()
    return {slot.id for slot in slots if slot.public_id in ticked}


def _form_page(form: CallingOffForm) -> Any:
    return render("calling_off/new_calling_off.html", 422, form=form)
