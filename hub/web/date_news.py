"""A coach notes that a person knows of a date that fell away or moved, or has read that the person called one off."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from hub.actions.participants import note_told
from hub.models.booking import Booking
from hub.models.user import Role
from hub.queries import bookings
from hub.web.access import for_roles
from hub.web.context import at, current_actor, transaction
from hub.web.fields import instant_of

blueprint = Blueprint("date_news", __name__)


@blueprint.post("/bookings/<public_id>/told")
@for_roles(Role.COACH)
def create_told(public_id: str) -> Response:
    """Note that there is nothing left to tell, and go back to the page it was said on."""
    with transaction() as session:
        booking = bookings.get_booking(session, current_actor(), public_id, at=at())
        seen_at = instant_of(request.form.get("seen"))
        note_told(session, actor=current_actor(), booking=booking, seen_at=seen_at, at=at())
    return redirect(page_it_was_on(booking), code=303)


def page_it_was_on(booking: Booking) -> str:
    """Return the page a note about a date was made on, as its form says: booking, person, a list, or the day."""
    page = request.form.get("back")
    if page == "untold":
        return url_for("deliveries.list_untold")
    if page == "booking":
        return url_for("bookings.show_booking", public_id=booking.public_id)
    if page == "person" and booking.participant is not None:
        return url_for("participants.show_participant", public_id=booking.participant.public_id)
    return url_for("today.show_today")
