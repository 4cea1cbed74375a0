"""What a coach reads for some days when a person took a place alone."""

from datetime import datetime

from flask import url_for

from hub.i18n import N_
from hub.models.booking import Booking, BookingState
from hub.models.participant import Participant
from hub.queries.today import NEWS_LAST
from hub.web.booking_words import given_name, title_of
from hub.web.filters import day_clock
from hub.web.today_tasks import Task


def is_news(booking: Booking, at: datetime) -> bool:
    """Tell whether the person took this place alone, lately, and it still lies ahead."""
    own = booking.made_by == "participant" and booking.created_at > at - NEWS_LAST
    return own and booking.state is BookingState.CONFIRMED and booking.starts_at > at


def task(person: Participant, booking: Booking) -> Task:
    """Return it as the last of what there is to know; nothing need be done."""
    facts = {"name": given_name(person), "title": title_of(booking), "when": day_clock(booking.starts_at)}
    sentence = N_("{name} kommt zu „{title}“, selbst gebucht: {when}.", **facts)
    page = url_for("bookings.show_booking", public_id=booking.public_id)
    return Task(7, sentence, "booked", N_("selbst gebucht"), [(str(N_("Ansehen")), page)])
