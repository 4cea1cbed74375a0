"""How a booking reads on pages and on paper: its place, its name, and its knot in the thread."""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import url_for

from hub import clock, i18n
from hub.geography import find_municipality
from hub.i18n import N_
from hub.models.booking import ONE_PLACE, OWN, Booking, BookingState
from hub.models.location import Location
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.queries.places import Taker, free_for
from hub.web import date_words
from hub.web.filters import NBSP, clock_time, short_clock


def town(code: str) -> str:
    """Return the name of a municipality, empty when its key is unknown."""
    found = find_municipality(code)
    return found.name if found else ""


def address_of(location: Location | None) -> str:
    """Return "Am Sportplatz 5, Coswig"."""
    if location is None:
        return ""
    return ", ".join(part for part in (unbroken(location.street), town(location.municipality_code)) if part)


def unbroken(street: str) -> str:
    """Return a street whose number never stands alone on the next line."""
    name, _, number = street.rpartition(" ")
    return f"{name}{NBSP}{number}" if name else number


def at_home(booking: Booking) -> bool:
    """Tell whether a partner comes to the person; the date's own place is then only where the partner sets out."""
    return booking.slot is not None and booking.slot.offer.visits_home


def join_link_of(booking: Booking) -> str | None:
    """Return the address of an online date; only for pages behind the person's PIN or a coach's login."""
    slot = booking.slot
    return slot.offer.join_link if slot is not None and slot.offer.is_online else None


def location_of(booking: Booking) -> Location | None:
    """Return where a booking takes place: the date's own place, else the appointment's; of a visit at home none."""
    if at_home(booking):
        return None
    return booking.slot.location if booking.slot is not None else booking.location


def place_of(booking: Booking, *, own: bool = False) -> str:
    """Return the place in one line: name, street and town, room; `own` speaks to the person."""
    if at_home(booking):
        return str(N_("Bei Ihnen zu Hause") if own else N_("Zu Hause"))
    if booking.address:
        parts = (unbroken(booking.address.get("street", "")), booking.address.get("town", ""))
        return ", ".join(part for part in parts if part)
    location = location_of(booking)
    if location is None:
        return ""
    room = booking.slot.room.name if booking.slot is not None and booking.slot.room is not None else ""
    return ", ".join(part for part in (location.name, address_of(location), room) if part)


def place_of_date(slot: Slot) -> str:
    """Return the same for a date nobody has booked yet; its offer, place and room must be loaded."""
    if slot.offer.visits_home:
        return str(N_("Zu Hause"))
    name, room = slot.location.name if slot.location else "", slot.room.name if slot.room else ""
    return ", ".join(part for part in (name, address_of(slot.location), room) if part)


def paper_place_of(booking: Booking) -> str:
    """Return the place as paper and cards show it: address and room without the name of a house."""
    if booking.address or at_home(booking):
        return place_of(booking, own=True)
    if booking.access == OWN and booking.slot is None and not booking.title:
        return str(N_("Bei Ihnen"))
    room = booking.slot.room.name if booking.slot is not None and booking.slot.room is not None else ""
    return ", ".join(part for part in (address_of(location_of(booking)), room) if part)


def title_of(booking: Booking) -> str:
    """Return what the booking is, for those who may know: the offer's title, or the appointment's."""
    if booking.access == OWN and booking.slot is not None:
        return str(N_("Gespräch"))  # in a borrowed room
    if booking.is_block:
        return booking.title or str(N_("Belegt"))
    if booking.access == OWN:
        return booking.title or str(N_("Hausbesuch"))
    return booking.slot.offer.title if booking.slot is not None else ""


def map_of(booking: Booking) -> str | None:
    """Return a geo: address, which opens the map on the own device and asks no server of ours or others."""
    if booking.address:
        words = " ".join(filter(None, (booking.address.get("street"), booking.address.get("town"))))
        return f"geo:0,0?q={words.replace(' ', '+')}" if words else None
    location = location_of(booking)
    return f"geo:{location.latitude},{location.longitude}" if location is not None else None


def weekday(value: datetime | date) -> str:
    """Return "Di"."""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    pattern = "EEEEEE" if i18n.current() == "de" else "EEE"
    return format_date(on, pattern, locale=i18n.CLDR[i18n.current()]).rstrip(".")


def short_date(value: datetime | date) -> str:
    """Return "15. Sept."."""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    pattern = "d. MMM" if i18n.current() == "de" else "d MMM"
    return format_date(on, pattern, locale=i18n.CLDR[i18n.current()]).replace(" ", NBSP)


def numeric_date(value: datetime) -> str:
    """Return "Di 15.9.", for paper where room is short."""
    here = clock.local(value)
    day = f"{here.day}.{here.month}." if i18n.current() == "de" else f"{here.day}/{here.month}"
    return f"{weekday(value)}{NBSP}{day}"


def mark_of(booking: Booking) -> str:
    """Return the shape that says how it stands."""
    if booking.state is BookingState.CANCELLED:
        return "off"
    if unsettled(booking):
        return "due"
    return "open" if booking.access == Access.OPEN else "booked"


def unsettled(booking: Booking) -> bool:
    """Tell whether the partner has left open what becomes of its date; the date must be loaded."""
    return (
        booking.state is not BookingState.CANCELLED
        and booking.slot is not None
        and booking.slot.state is SlotState.UNSETTLED
    )


def knot(booking: Booking, *, headline: str, text: str, by_day: bool = True) -> dict[str, Any]:
    """Return the booking as an item of the thread; `by_day` puts the day to the left, else the time."""
    off = booking.state is BookingState.CANCELLED
    item: dict[str, Any] = {
        "at": booking.starts_at.isoformat(),
        "mark": mark_of(booking),
        "headline": headline,
        "text": text,
        "off": off,
        "booking": booking,
        "line": "visit" if booking.access == OWN else "date",
    }
    if off:
        item["state"] = str(N_("Platz abgesagt.") if booking.cancelled_by == ONE_PLACE else N_("Fällt aus."))
    elif unsettled(booking):
        item["state"] = str(N_("Wird noch geklärt. Sie hören von uns."))
    elif change := date_words.moved(booking):
        item["state"] = str(change)
    if by_day:
        item |= {"when": weekday(booking.starts_at), "note": short_date(booking.starts_at)}
    else:
        item["when"] = short_clock(booking.starts_at)
    return item


def persons_knot(booking: Booking, *, title: bool, paper: bool = False) -> dict[str, Any]:
    """Return one date as its person reads it: time first; the name of the offer only where `title` says so."""
    name = title_of(booking)
    headline = f"{clock_time(booking.starts_at)}, {name}" if title and name else clock_time(booking.starts_at)
    words = [paper_place_of(booking) if paper else place_of(booking, own=True)]
    location = location_of(booking)
    if booking.state is BookingState.CANCELLED:
        return knot(booking, headline=headline, text=str(N_("Wir melden uns.")))
    if location is not None and location.step_free:
        words.append(str(N_("Ohne Stufen.")))
    if booking.access == Access.OPEN:
        words.append(str(N_("Einfach hingehen.")))
    elif code := code_for_desk(booking):
        words.append(str(N_("Ihr Platzwort: {code}.", code=code)))
    return knot(booking, headline=headline, text=sentences(words))


def coachs_knot(booking: Booking, *, of_person: bool) -> dict[str, Any]:
    """Return one date as a coach reads it: on a page of a person by day and name, in the own day by time and whom."""
    who, what = given_name(booking.participant) if booking.participant is not None else "", title_of(booking)
    if of_person:
        headline, words = f"{clock_time(booking.starts_at)}, {what}", [place_of(booking)]
    else:
        headline, words = who or what, [what if who else "", place_of(booking)]
    item = knot(booking, headline=headline, text=sentences(words), by_day=of_person)
    if booking.access == OWN and item["mark"] == "booked":
        item["mark"] = "next"
    page = url_for("bookings.show_booking", public_id=booking.public_id)
    return item | {"href": page, "link": str(N_("Ansehen")), "whole": True}


def given_name(person: Participant) -> str:
    """Return the name a coach calls somebody by on their own pages."""
    return person.name["given"]


def code_for_desk(booking: Booking) -> str:
    """Return the place code that stands instead of a name, empty where the partner knows the name or nobody asks."""
    asked = booking.enquiry_id is None and booking.access != Access.OPEN
    return (booking.code or "").replace(" ", NBSP) if asked else ""


def sentences(words: list[str]) -> str:
    """Join phrases into short sentences; a phrase that ends in a full stop keeps it."""
    return " ".join(word if word.endswith(".") else f"{word}." for word in words if word)


def free_words(slot: Slot, taker: Taker) -> str:
    """Return how many places are left for somebody as words: "3 frei", "voll", "offen" for a drop-in date."""
    if slot.offer.access is Access.OPEN and slot.places == 0:
        return str(N_("offen"))
    free = free_for(slot, taker)
    return str(N_("{n} frei", n=free)) if free > 0 else str(N_("voll"))
