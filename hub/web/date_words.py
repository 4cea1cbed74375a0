"""The words for a date that others moved or a person called off: the same on every page and on paper."""

from typing import Any

from hub import clock
from hub.i18n import N_, Message
from hub.models.booking import ONE_PLACE, Booking, BookingState
from hub.models.participant import Participant
from hub.models.wording import PLACE_REASONS
from hub.queries.deliveries import Way
from hub.web.filters import clock_time, day, day_clock

REACHED: dict[Way, Message] = {
    Way.NOTICE: N_("Die Nachricht an {name} ist hinaus."),
    Way.CALENDAR: N_("Der Kalender von {name} hat es abgeholt."),
    Way.PAPER: N_("Es steht auf dem neuen Zettel von {name}."),
}


def moved(booking: Booking) -> Message | None:
    """Say that others moved a date whose people believe in another time or, with the same one, another place."""
    old, new = booking.moved_from_at, booking.starts_at
    if old is None or booking.state is not BookingState.CONFIRMED:
        return None
    if old == new:
        return N_("Verlegt: {when}, aber an einem anderen Ort.", when=day_clock(new))
    if clock.local_date(old) == clock.local_date(new):
        return N_("Verlegt: statt {old} jetzt {new}.", old=clock_time(old), new=clock_time(new))
    return N_("Verlegt: statt {old} jetzt {new}.", old=day_clock(old), new=day_clock(new))


def unknown(person: Participant, booking: Booking) -> Message:
    """Say what has reached the person of a change, else that they do not know it yet and whether they have only paper.

    What has reached somebody may still be unread, so nothing here says that they know.
    """
    facts = {"name": person.name["given"]}
    if booking.reached is not None:
        return Message(REACHED[Way(booking.reached)].text, facts)
    if person.contacts:
        return N_("{name} weiß es noch nicht.", **facts)
    return N_("{name} weiß es noch nicht und hat nur Papier.", **facts)


def given_up(booking: Booking) -> Message | None:
    """Say that the person called a date off, and on which day, else None; the person must be loaded."""
    person, off_at = booking.participant, booking.cancelled_at
    if booking.cancelled_by != "person" or booking.state is not BookingState.CANCELLED or not person or not off_at:
        return None
    return N_("{name} hat am {day} selbst abgesagt.", name=person.name["given"], day=day(off_at))


def why_called_off(booking: Booking) -> Message | None:
    """Say why a partner called off one place of a date that takes place, else None."""
    if booking.cancelled_by != ONE_PLACE:
        return None
    return PLACE_REASONS.get(booking.cancelled_why, N_("Es geht leider nicht"))


def news_of(booking: Booking) -> dict[str, Any]:
    """Return what a page of a coach shows about a date: the sentences, and whether somebody must be told."""
    change = moved(booking)
    person = booking.participant
    return {
        "moved": change,
        "unknown": unknown(person, booking) if change and person is not None else None,
        "given_up": given_up(booking),
        "why_off": why_called_off(booking),
        "seen": booking.starts_at.isoformat(),
    }
