"""A place was given back within a day of its date: the coach phones the partner, and says so here (T4c)."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for

from hub.actions.withdrawals import note_partner_phoned
from hub.errors import NotFound
from hub.i18n import N_
from hub.models.user import Role
from hub.queries.bookability import phone_of
from hub.queries.withdrawals import get_late_call
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction

blueprint = Blueprint("late_calls", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the day's tasks in the navigation."""
    g.section = "today"


@blueprint.get("/late-calls/<public_id>")
@for_roles(Role.COACH)
def show_late_call(public_id: str) -> Any:
    """Say whom to phone and what to say: the date and the place code, no name and no reason."""
    with reading() as session:
        call, booking = get_late_call(session, current_actor(), public_id, at=at())
    if booking.slot is None:
        raise NotFound
    phone = phone_of(booking.slot.offer)
    return render("withdrawals/show_late_call.html", call=call, booking=booking, slot=booking.slot, phone=phone)


@blueprint.post("/late-calls/<public_id>")
@for_roles(Role.COACH)
def create_call(public_id: str) -> Any:
    """Write down that the partner was phoned."""
    with transaction() as session:
        call, booking = get_late_call(session, current_actor(), public_id, at=at())
        if booking.participant is None:
            raise NotFound
        note_partner_phoned(session, actor=current_actor(), call=call, person=booking.participant, at=at())
    flash(str(N_("Danke. Es ist eingetragen, dass der Partner Bescheid weiß.")), "ok")
    return redirect(url_for("today.show_today"), code=303)
