"""The waiting list behind the card: a person waits for a full date themselves, takes what came free, or gives it on."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions.waiting import join_waiting, leave_waiting
from hub.crypto import new_token
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.booking import Waiting, WaitingState
from hub.models.participant import Participant
from hub.queries import slots, waiting
from hub.web import other_dates
from hub.web.access import for_person
from hub.web.context import at, current_actor, transaction
from hub.web.filters import day_clock
from hub.web.own_places import PlaceForm, confirm_page, find_self

blueprint = Blueprint("own_waiting", __name__)


@blueprint.post("/me/slots/<public_id>/waiting")
@for_person
def create_waiting(public_id: str) -> Response | tuple[str, int]:
    """Put oneself on the waiting list of a full date; a refusal shows the date with the reason."""
    try:
        with transaction() as session:
            own = find_self(session, at())
            slot = slots.get_slot(session, own.actor, public_id)
            join_waiting(session, actor=current_actor(), slot=slot, participant=own.person, at=at())
    except RuleBroken as error:
        return confirm_page(public_id, PlaceForm(formdata=None, key=new_token(160)), error.status, error)
    flash(str(N_("Sie stehen auf der Warteliste.")), "ok")
    return redirect(url_for("me.show_me"), code=303)


@blueprint.post("/me/waiting/<public_id>/withdrawal")
@for_person
def create_withdrawal(public_id: str) -> Response:
    """Take a wish back, or say no to the place that came free; once."""
    with transaction() as session:
        wish = waiting.get_waiting(session, current_actor(), public_id, at=at())
        before = wish.state
        done = leave_waiting(session, actor=current_actor(), waiting=wish, at=at())
    if done and before is WaitingState.OFFERED:
        flash(str(N_("Danke. Der Platz ist jetzt für jemand anderen frei.")), "ok")
    elif done:
        flash(str(N_("Sie warten nicht mehr darauf.")), "ok")
    return redirect(url_for("me.show_me"), code=303)


def on_the_own_page(session: Session, person: Participant) -> list[dict[str, Any]]:
    """Return what the person waits for, and what came free for them. One statement."""
    return [_row(wish) for wish in waiting.list_of_person(session, person.id, at=at())]


def _row(wish: Waiting) -> dict[str, Any]:
    kept = wish.booking if wish.state is WaitingState.OFFERED else None
    return {
        "public_id": wish.public_id,
        "title": wish.slot.offer.title,
        "when": day_clock(wish.slot.starts_at),
        "until": day_clock(kept.expires_at) if kept is not None and kept.expires_at is not None else "",
        "href": other_dates.own_way_to(wish.slot),
    }
