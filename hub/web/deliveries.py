"""What has not arrived: changed dates of the next two days that have not reached their people, also on paper."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, g
from sqlalchemy.orm import Session

from hub.actions import log
from hub.i18n import N_, Message
from hub.models.booking import ONE_PLACE, Booking, BookingState
from hub.models.notice import Channel
from hub.models.participant import Participant
from hub.models.subscription import Subscription
from hub.models.user import Role
from hub.queries import deliveries
from hub.queries.deliveries import Untold
from hub.queries.permissions import contact_of
from hub.web import date_words
from hub.web.access import for_roles
from hub.web.booking_words import title_of
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.filters import day_clock, relative_day

blueprint = Blueprint("deliveries", __name__)
WAITING: dict[Channel, Message] = {
    Channel.CALL: N_("Steht auch unter „Anrufe“."),
    Channel.PRINT: N_("Ein Brief liegt zum Drucken bereit. Mit der Post kommt er vielleicht zu spät."),
    Channel.EMAIL: N_("Eine E-Mail ist noch nicht hinaus."),
    Channel.MESSAGE: N_("Eine Kurznachricht ist noch nicht hinaus."),
}
Mine = list[Untold]


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the day in the navigation."""
    g.section = "today"


@blueprint.get("/untold")
@for_roles(Role.COACH)
def list_untold() -> tuple[str, int]:
    """Show person by person what has not arrived, on which devices, and the telephone; a logged read."""
    with reading() as session:
        people = _by_person(session)
        feeds = deliveries.list_feeds(session, [person.id for person, _ in people])
    _note(person for person, _ in people)
    rows = [
        {
            "person": person,
            "phone": contact_of(person, Channel.CALL),
            "lines": [_line(one) for one in mine],
            "devices": [device(feed) for feed in feeds.get(person.id, [])],
        }
        for person, mine in people
    ]
    return render("deliveries/list_untold.html", rows=rows)


@blueprint.get("/untold/print")
@for_roles(Role.COACH)
def print_untold() -> tuple[str, int]:
    """Show the same as it will be printed: call words that only their coach knows, no name and no number of anybody."""
    with reading() as session:
        people = _by_person(session)
    _note(person for person, _ in people)
    rows = [(person.call_word, [change_of(one.booking) for one in mine]) for person, mine in people]
    return render("deliveries/print_untold.html", rows=rows, now=at(), phone=config().site_phone_text)


def _by_person(session: Session) -> list[tuple[Participant, Mine]]:
    """Return what has not arrived by person, whose first date is nearest before the others."""
    found: dict[Participant, Mine] = {}
    for one in deliveries.list_untold(session, current_actor(), at=at()):
        if one.booking.participant is not None:
            found.setdefault(one.booking.participant, []).append(one)
    return list(found.items())


def _note(people: Iterable[Participant]) -> None:
    """Log the list with its people; it is written before anything is shown."""
    with transaction() as session:
        log.record_list(
            session, actor=current_actor(), name="untold", persons=people, fields=("I1", "I2", "B1"), at=at()
        )


def _line(one: Untold) -> dict[str, Any]:
    booking = one.booking
    return {
        "booking": booking,
        "title": title_of(booking),
        "change": change_of(booking),
        "waits": WAITING[one.waits] if one.waits is not None else None,
        "calls": one.waits is Channel.CALL,
        "seen": booking.starts_at.isoformat(),
    }


def change_of(booking: Booking) -> Message:
    """Say what others did to a date, without what it is."""
    when = day_clock(booking.starts_at)
    if booking.state is BookingState.CANCELLED:
        if booking.cancelled_by == ONE_PLACE:
            return N_("{when}: Der Partner hat den Platz abgesagt.", when=when)
        return N_("{when}: fällt aus.", when=when)
    return date_words.moved(booking) or N_("{when}: neu, der Partner hat zugesagt.", when=when)


def device(feed: Subscription) -> Message:
    """Say what a coach may know of a calendar: its name and the day of the last fetch, never the address."""
    if feed.fetched_on is None:
        return N_("{name}: noch nie abgeholt", name=feed.name)
    return N_("{name}: zuletzt {day} abgeholt", name=feed.name, day=relative_day(feed.fetched_on))
