"""Saying at the door that one is here: the partner's poster, and the page behind it, which tells nobody anything."""

from typing import Any

import segno
from flask import Blueprint, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import StringField

from hub.actions import limits
from hub.actions.check_in import check_in
from hub.errors import NotFound, TooManyAttempts
from hub.i18n import N_, Message
from hub.models.booking import Booking
from hub.models.offer import Access, Form
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.queries import check_in as queries
from hub.queries.slots import get_own_slot
from hub.web import clients
from hub.web.access import for_everyone, for_roles
from hub.web.context import at, config, current_actor, reading, render, request_id, transaction
from hub.web.fields import Needed, add_error
from hub.web.filters import clock_time

blueprint = Blueprint("check_in", __name__)
WHY = "whoever stands before the poster types a word; the answer is the same for every word, and tries are limited"
LONGEST_WORD = 60


class WordForm(FlaskForm):
    """The place code, as it is said at the desk."""

    word = StringField(N_("Ihr Platzwort"), [Needed(N_("Bitte geben Sie Ihr Platzwort ein."))])


@blueprint.get("/slots/<public_id>/poster")
@for_roles(Role.PARTNER)
def print_poster(public_id: str) -> tuple[str, int]:
    """Show the poster of an own date that is not over as it will be printed."""
    with reading() as session:
        slot = get_own_slot(session, current_actor(), public_id)
    if not has_poster(slot) or slot.state is not SlotState.PLANNED or slot.ends_at <= at():
        raise NotFound
    address = config().public_url.rstrip("/") + url_for(".new_arrival", token=queries.poster_token(slot))
    qr = segno.make(address, error="m").svg_data_uri(border=2, scale=8, light="#fff")
    return render(
        "check_in/print_poster.html",
        slot=slot,
        qr=qr,
        address=address.partition("://")[2],
        opens_at=queries.opens_at(slot),
    )


def has_poster(slot: Slot) -> bool:
    """Tell whether people have place codes at a date: not where one simply goes, and not in a lent room."""
    return slot.offer.access is not Access.OPEN and slot.offer.form is not Form.ROOM


@blueprint.get("/here/<token>")
@for_everyone(WHY)
def new_arrival(token: str) -> tuple[str, int]:
    """Ask for the place code, or say from when on; looking changes nothing."""
    return _page(token, WordForm(formdata=None))


@blueprint.post("/here/<token>")
@for_everyone(WHY)
def create_arrival(token: str) -> Response | tuple[str, int]:
    """Take a code; one that fits nothing gets the very same answer."""
    form = WordForm()
    with reading() as session:
        slot = _get(session, token)
    if not queries.is_open(slot, at()):
        return _page(token, form)
    if not form.validate_on_submit():
        return _page(token, form, 422)
    try:
        with transaction() as session:  # behind one address there may be as many people as the date has places
            key = f"{clients.address()} {slot.public_id}"
            limits.take_try(session, "check_in", key, at(), more=slot.places)
    except TooManyAttempts as error:
        add_error(form, error)
        return _page(token, form, error.status)
    _note(token, form.word.data or "")
    return redirect(url_for(".show_thanks", token=token), code=303)


def _note(token: str, word: str) -> None:
    """Write down who is here; whoever knows a code acts as its person, for nothing but this."""
    with transaction() as session:
        slot = _get(session, token)
        booking = queries.find_place(session, slot, word[:LONGEST_WORD])
        if booking is not None and queries.is_open(slot, at()):
            check_in(session, actor=_bearer(booking), slot=slot, booking=booking, at=at())


def _bearer(booking: Booking) -> Actor:
    who = booking.participant_id
    return Actor(ActorKind.PERSON, booking.public_id, participant_id=who, request_id=request_id())


@blueprint.get("/here/<token>/thanks")
@for_everyone(WHY)
def show_thanks(token: str) -> tuple[str, int]:
    """Say thanks, whether the word fitted or not."""
    with reading() as session:
        _get(session, token)
    return render("check_in/show_thanks.html", token=token)


def _page(token: str, form: WordForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        slot = _get(session, token)
    context: dict[str, Any] = {"slot": slot, "closed": _why_closed(slot)}
    return render("check_in/new_arrival.html", status, form=form, **context)


def _why_closed(slot: Slot) -> Message | None:
    if slot.state is SlotState.CALLED_OFF:
        return N_("Dieser Termin fällt aus.")
    if slot.state is SlotState.UNSETTLED:
        return N_("Dieser Termin wird noch geklärt.")
    if at() >= slot.ends_at:
        return N_("Dieser Termin ist vorbei.")
    if not queries.is_open(slot, at()):
        return N_("Das geht ab {time}.", time=clock_time(queries.opens_at(slot)))
    return None


def _get(session: Session, token: str) -> Slot:
    slot = queries.find_slot_of_poster(session, token)
    if slot is None or not has_poster(slot):
        raise NotFound
    return slot
