"""The page behind a mail's link to a date that is over: place codes, one tap each, no login, and never a name."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.models.notice import Link
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.queries.links import actor_of_link, find_attendance_link
from hub.web.access import for_everyone
from hub.web.attendance import places_of, say_done, tapped, write
from hub.web.context import at, reading, render, request_id, transaction

blueprint = Blueprint("attendance_links", __name__)
WHY = "the link is the key: random, for one date of one organisation, and it shows place codes and no name"


def _get(session: Session, token: str) -> tuple[Link, Slot, Actor]:
    link = find_attendance_link(session, token, at())
    if link is None or link.slot is None:
        raise NotFound
    return link, link.slot, actor_of_link(link, request_id=request_id())


@blueprint.get("/links/attendance/<token>")
@for_everyone(WHY)
def show_linked(token: str) -> Any:
    """Show the place codes of the date; looking changes nothing, however often a scanner does it."""
    return _page(token)


def _page(token: str, problem: str = "", status: int = 200) -> Any:
    with reading() as session:
        link, slot, actor = _get(session, token)
        listed = places_of(session, actor, slot)
    over = slot.state is not SlotState.PLANNED or not listed["places"]
    shown = {"link": link, "slot": slot, "token": token, "over": over, "problem": problem}
    return render("attendance/show_linked.html", status, **shown, **listed)


@blueprint.post("/links/attendance/<token>")
@for_everyone(WHY)
def update_linked(token: str) -> Any:
    """Write down one place, or all that are still open, and come back to the row."""
    if not FlaskForm().validate_on_submit():
        return _page(token, status=422)
    try:
        with transaction() as session:
            link, slot, actor = _get(session, token)
            done = write(session, actor, slot)
            link.used_at = at()
    except (RuleBroken, InvalidInput) as error:
        return _page(token, str(error.message), error.status)
    say_done(done)
    return redirect(url_for(".show_linked", token=token, _anchor=tapped()), code=303)
