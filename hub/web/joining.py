"""Taking part online: what one needs for it, and the way in; only behind the card's PIN."""

from flask import Blueprint

from hub.errors import NotFound
from hub.models.booking import BookingState
from hub.queries import bookings
from hub.queries.bookability import phone_of
from hub.web.access import for_person
from hub.web.booking_words import join_link_of, title_of
from hub.web.context import at, current_actor, reading, render

blueprint = Blueprint("joining", __name__)


@blueprint.get("/me/bookings/<public_id>/joining")
@for_person
def show_joining(public_id: str) -> tuple[str, int]:
    """Say what an online date needs, with the provider's address; while there is none, the telephone."""
    with reading() as session:
        booking = bookings.get_booking(session, current_actor(), public_id, at=at())
    if booking.slot is None or not booking.slot.offer.is_online or booking.state is not BookingState.CONFIRMED:
        raise NotFound
    return render(
        "joining/show_joining.html",
        booking=booking,
        title=title_of(booking),
        join=join_link_of(booking),
        over=booking.ends_at <= at(),
        phone=phone_of(booking.slot.offer),
    )
