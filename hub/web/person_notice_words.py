"""What a call or a letter to a person is about: in a coach's words, and in the few words a letter begins with."""

from flask import url_for

from hub.i18n import N_, Message
from hub.models.booking import ONE_PLACE, Booking, BookingState
from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.queries.person_news import CHANGE, QUESTION, REMINDER
from hub.web.booking_words import given_name, title_of
from hub.web.filters import day_clock
from hub.web.today_tasks import Task

OPENINGS = {
    CHANGE: N_("Es hat sich etwas geändert."),
    REMINDER: N_("Zur Erinnerung."),
    QUESTION: N_("Wir haben eine Frage an Sie. Bitte rufen Sie an, oder schauen Sie auf Ihre Seite."),
}
TASKS = {CHANGE: N_("Änderung"), REMINDER: N_("Erinnerung"), QUESTION: N_("Frage")}


def reason_of(notice: Notice) -> Message:
    """Say what somebody is to be told; booking, date and offer must be loaded."""
    booking = notice.booking
    if booking is not None:
        return _about_date(notice, booking)
    if notice.sheet_id is not None:
        return N_("Eine Frage auf einem Blatt wartet auf Antwort.")
    return N_("Es gibt Zusagen. Eine davon darf ausgesucht werden.")


def _about_date(notice: Notice, booking: Booking) -> Message:
    facts = {"title": title_of(booking), "when": day_clock(booking.starts_at)}
    if notice.template == REMINDER:
        return N_("Erinnern: „{title}“, {when}.", **facts)
    if notice.template == QUESTION:
        return N_("Ein Platz ist frei geworden: „{title}“, {when}.", **facts)
    if booking.state is BookingState.CANCELLED and booking.cancelled_by == ONE_PLACE:
        return N_("„{title}“, {when}: Der Partner hat den Platz abgesagt.", **facts)
    if booking.state is BookingState.CANCELLED:
        return N_("„{title}“, {when}, fällt aus.", **facts)
    if booking.moved_from_at == booking.starts_at:
        return N_("„{title}“, {when}, ist jetzt an einem anderen Ort.", **facts)
    if booking.moved_from_at is not None:
        return N_("„{title}“ ist jetzt {when}.", **facts)
    return N_("„{title}“, {when}, findet doch statt.", **facts)


def trouble_of(notice: Notice) -> Message | None:
    """Say that the chosen way did not get through, so that somebody has to, else None."""
    if not notice.trouble or notice.participant is None:
        return None
    return N_("Die Nachricht kam bei {name} nicht an. Bitte sagen Sie es selbst.", name=given_name(notice.participant))


def call_task(person: Participant) -> Task:
    """Return what a coach has to do for somebody who wants to be called, or whom no mail reached."""
    links = [(str(N_("Zu den Anrufen")), url_for("person_calls.list_calls"))]
    sentence = N_("{name} soll am Telefon etwas erfahren.", name=given_name(person))
    return Task(1, sentence, "due", N_("anrufen"), links)
