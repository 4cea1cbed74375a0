"""How the programme of a house reads: one date as a row, as a line of the lobby, and what stands in between."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from hub.i18n import N_, Message
from hub.models.location import Location
from hub.models.offer import Access
from hub.models.slot import Slot, SlotState
from hub.queries.houses import Entry
from hub.web import filters, place_words
from hub.web.offer_search import ICONS

SOON = timedelta(hours=1)
LINES_IN_LOBBY = 6


def fullness(slot: Slot) -> str:
    """Return open, free, few or full: a class and never a number, so that no screen tells who or how many come."""
    if slot.offer.access is Access.OPEN:
        return "open"
    if slot.free <= 0:
        return "full"
    return "few" if slot.free <= max(1, slot.places // 4) else "free"


WORDS: dict[str, Message] = {
    "open": N_("einfach hingehen"),
    "free": N_("Plätze frei"),
    "few": N_("wenige Plätze frei"),
    "full": N_("voll"),
    "off": N_("fällt aus"),
    "unsettled": N_("noch nicht sicher"),
}
LOBBY_WORDS: dict[str, Message] = {
    "free": N_("Plätze frei. Bitte am Empfang melden."),
    "few": N_("Wenige Plätze frei. Bitte am Empfang melden."),
    "full": N_("Alle Plätze vergeben."),
    "off": N_("Fällt heute aus."),
    "unsettled": N_("Noch nicht sicher. Bitte am Empfang fragen."),
}
MARKS = {"open": "open", "free": "free", "few": "free", "full": "full", "off": "off", "unsettled": "due"}


def standing(slot: Slot) -> str:
    """Return how a date stands, as a key of the words above."""
    if slot.state is SlotState.CALLED_OFF:
        return "off"
    return "unsettled" if slot.state is SlotState.UNSETTLED else fullness(slot)


def runs(slot: Slot, now: datetime) -> bool:
    """Whether it is going on right now."""
    return slot.state is SlotState.PLANNED and slot.starts_at <= now < slot.ends_at


def row(entry: Entry, now: datetime) -> dict[str, Any]:
    """Return one date for the programme of a day."""
    slot, room = entry.slot, entry.slot.room.name if entry.slot.room is not None else ""
    known = {"at": filters.short_clock(slot.starts_at), "until": filters.short_clock(slot.ends_at), "room": room}
    if not entry.shown:
        return known | {"title": N_("Reserviert"), "href": None, "where": room, "state": "", "word": ""}
    how = standing(slot)
    return known | {
        "title": slot.offer.title,
        "href": url_for("offers.show_offer", public_id=slot.offer.public_id),
        "where": " · ".join(filter(None, [room, slot.offer.organisation.name])),
        "state": MARKS[how],
        "word": WORDS[how],
        "aim": ICONS[slot.offer.aim],
        "open_now": how == "open" and runs(slot, now),
        "over": slot.ends_at <= now,
        "off": how == "off",
    }


def lobby(entries: list[Entry], now: datetime) -> dict[str, Any]:
    """Return what the lobby shows of today: the lead (what begins next, else what is going on) and the lines below."""
    left = [one.slot for one in entries if one.shown and one.slot.ends_at > now]
    coming = [slot for slot in left if slot.starts_at > now and slot.state is SlotState.PLANNED]
    lead = next(iter(coming), None) or next((slot for slot in left if runs(slot, now)), None)
    lines = [_line(slot, now) for slot in left if slot is not lead]
    room = LINES_IN_LOBBY if len(lines) <= LINES_IN_LOBBY else LINES_IN_LOBBY - 1  # the last line names the rest
    return {
        "lead": _lead(lead, now) if lead is not None else None,
        "lines": lines[:room],
        "more": len(lines[room:]),
    }


def _lead(slot: Slot, now: datetime) -> dict[str, Any]:
    if slot.starts_at <= now:
        kicker = N_("Jetzt")
    else:
        kicker = N_("Gleich") if slot.starts_at - now <= SOON else N_("Als Nächstes")
    return _line(slot, now) | {"kicker": kicker}


def _line(slot: Slot, now: datetime) -> dict[str, Any]:
    how = standing(slot)
    return {
        "at": filters.short_clock(slot.starts_at),
        "title": slot.offer.title,
        "room": slot.room.name if slot.room is not None else "",
        "mark": MARKS[how],
        "off": how == "off",
        "words": _words(slot, how, now),
    }


def _words(slot: Slot, how: str, now: datetime) -> Message:
    end = filters.clock_time(slot.ends_at)
    if runs(slot, now):
        return N_("Läuft bis {end}. Einfach reinkommen.", end=end) if how == "open" else N_("Läuft bis {end}.", end=end)
    return N_("Einfach reinkommen, bis {end}.", end=end) if how == "open" else LOBBY_WORDS[how]


def headline(shown: int, on: date, today: date) -> Message:
    """Say in one sentence what there is on a day."""
    when = filters.relative_day(on, today)
    if shown == 0:
        return N_("{when} ist hier nichts geplant.", when=capital(when))
    if shown == 1:
        return N_("{when} gibt es hier ein Angebot.", when=capital(when))
    return N_("{when} gibt es hier {n} Angebote.", when=capital(when), n=shown)


def capital(text: str) -> str:
    """Return the words with a capital at the beginning."""
    return text[:1].upper() + text[1:]


def access_sentence(house: Location) -> Message | None:
    """Say in one sentence how one gets in without steps; None where the house has them."""
    if not house.step_free:
        return None
    flat = all(room.step_free for room in house.rooms)
    lift = "lift" in house.facts
    if flat and lift:
        return N_("Es gibt einen Aufzug. Alle Räume sind stufenlos.")
    return N_("Alle Räume sind stufenlos.") if flat else N_("Der Eingang ist stufenlos.")


def day_of(text: str | None, today: date, *, last: date) -> date:
    """Return the day of an address, today where it is none, is past or too far ahead."""
    try:
        on = date.fromisoformat(text or "")
    except ValueError:
        return today
    return on if today <= on <= last else today


def town_of(house: Location) -> str:
    """Return the municipality of a house."""
    return place_words.town(house.municipality_code)
