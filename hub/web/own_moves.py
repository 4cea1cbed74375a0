"""Moving an own place to another day, behind the card: only where no name goes along, and while one may cancel."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions.bookings import reschedule_booking
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.booking import Booking, BookingState
from hub.queries import bookings, slots
from hub.queries.places import taker_of_person
from hub.web import other_dates
from hub.web.access import for_person
from hub.web.booking_words import place_of, title_of
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import instant_of
from hub.web.own_places import find_self
from hub.web.shortlist_words import phone_for

blueprint = Blueprint("own_moves", __name__)


def is_movable(booking: Booking) -> bool:
    """Tell whether a person moves this place without asking anybody; its date and offer must be loaded."""
    slot = booking.slot
    if slot is None or slot.course_id is not None or slot.offer.carries_identity or booking.enquiry_id is not None:
        return False
    in_time = at() <= booking.starts_at - timedelta(minutes=slot.offer.cancel_minutes)
    return booking.state is BookingState.CONFIRMED and in_time


@blueprint.get("/me/bookings/<public_id>/slot")
@for_person
def edit_booking(public_id: str) -> Response | tuple[str, int]:
    """Show the other days on which there is a place."""
    return _choose(public_id)


@blueprint.post("/me/bookings/<public_id>/slot")
@for_person
def update_booking(public_id: str) -> Response | tuple[str, int]:
    """Move the place; a refusal shows what is free now."""
    try:
        with transaction() as session:
            own = find_self(session, at())
            reschedule_booking(
                session,
                actor=current_actor(),
                booking=_own(session, public_id),
                slot=slots.get_slot(session, own.actor, request.form.get("slot", "")),
                seen_at=instant_of(request.form.get("seen")),
                sequence=request.form.get("sequence", type=int),
                at=at(),
            )
    except RuleBroken as error:
        return _choose(public_id, error.status, error.message)
    flash(str(N_("Der Termin ist verlegt.")), "ok")
    return redirect(url_for("me.show_me"), code=303)


def _own(session: Session, public_id: str) -> Booking:
    booking = bookings.get_booking(session, current_actor(), public_id, at=at())
    if booking.state is not BookingState.CONFIRMED or booking.slot is None:
        raise NotFound
    return booking


def _choose(public_id: str, status: int = 200, refusal: Message | None = None) -> Response | tuple[str, int]:
    with reading() as session:
        own = find_self(session, at())
        booking = _own(session, public_id)
        if not is_movable(booking):  # the page before cancelling says what goes, and whom to call
            return redirect(url_for("me.new_cancellation", public_id=public_id), code=303)
        taker = taker_of_person(session, own.person)
        choices = other_dates.places_to_move_to(session, booking, taker)
    return render(
        "me/edit_booking.html",
        status,
        booking=booking,
        title=title_of(booking),
        place=place_of(booking, own=True),
        choices=choices,
        refusal=refusal,
        help_phone=phone_for(own.person),
    )
