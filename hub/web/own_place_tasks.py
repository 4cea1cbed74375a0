"""What a coach reads when a date was made without the coach: by the person alone, or by the partner's yes."""

from flask import url_for

from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.participant import Participant
from hub.web.booking_words import given_name, title_of
from hub.web.filters import day_clock
from hub.web.today_tasks import Task


def task(person: Participant, booking: Booking) -> Task:
    """Return it as the last of what there is to know; nothing need be done."""
    facts = {"name": given_name(person), "title": title_of(booking), "when": day_clock(booking.starts_at)}
    sentence = N_("{name} kommt zu „{title}“, selbst gebucht: {when}.", **facts)
    page = url_for("bookings.show_booking", public_id=booking.public_id)
    return Task(7, sentence, "booked", N_("selbst gebucht"), [(str(N_("Ansehen")), page)])


def task_by_yes(person: Participant, booking: Booking) -> Task:
    """Return that a partner said yes to the date asked for: somebody tells the person."""
    facts = {"name": given_name(person), "title": title_of(booking), "when": day_clock(booking.starts_at)}
    sentence = N_("Zusage für „{title}“, gebucht: {when}. {name} weiß es noch nicht.", **facts)
    page = url_for("bookings.show_booking", public_id=booking.public_id)
    return Task(0, sentence, "accepted", N_("zugesagt"), [(str(N_("Ansehen")), page)], booking)
