"""What a partner reads before a series changes: each date in words, and what the change does to people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from hub import clock
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.queries.series_dates import Kind, Row, Stays
from hub.queries.series_difference import Difference
from hub.web.busy_rooms import BUSY
from hub.web.filters import day_clock
from hub.web.series_words import span
from hub.web.week import short_date, weekday

STAYS = {
    Stays.BY_HAND: N_("Bleibt, wohin Sie ihn verlegt haben."),
    Stays.CALLED_OFF: N_("Bleibt abgesagt."),
    Stays.UNSETTLED: N_("Bleibt noch zu klären."),
    Stays.TOO_LATE: N_("Bleibt heute, wie er ist: Die neue Zeit ist schon vorbei."),
}


@dataclass(frozen=True)
class Effects:
    """What a change does to the people who are booked, as the page about one date shows it."""

    people: int
    unreached: tuple[str, ...]
    not_reached: int
    clashing: int

    @property
    def reached(self) -> int:
        """How many see it in a calendar of their own."""
        return self.people - self.not_reached


def effects_of(rows: Iterable[Row]) -> Effects:
    """Count the people of these dates, each person once."""
    known = list(rows)
    booked = [one for row in known for one in row.booked]
    missed = [one for one in booked if not one.reached]
    return Effects(
        people=len({one.person for one in booked}),
        unreached=tuple(dict.fromkeys(one.code for one in missed)),
        not_reached=len({one.person for one in missed}),
        clashing=sum(row.clashing for row in known),
    )


class Places:
    """The names of places and rooms by their keys."""

    def __init__(self, locations: Iterable[Location | None], rooms: Iterable[Any]) -> None:
        self.locations = {one.id: one.name for one in locations if one is not None}
        self.rooms = {one.id: one.name for one in rooms if one is not None}

    def name(self, row: Row) -> str:
        """Place and room in one."""
        found = (self.locations.get(row.location_id or 0), self.rooms.get(row.room_id or 0))
        return ", ".join(one for one in found if one)


def knots(rows: Iterable[Row], places: Places) -> list[dict[str, Any]]:
    """Return these dates as the thread wants them."""
    return [_knot(row, places) for row in rows]


def noteworthy(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Divide dates into those somebody should look at, and those where nobody is booked and nothing is odd."""
    known = list(rows)
    odd = [row for row in known if row.people or row.doubled or _warning(row) is not None]
    return odd, [row for row in known if row not in odd]


def _knot(row: Row, places: Places) -> dict[str, Any]:
    on = clock.local_date(row.starts_at)
    off = row.kind is Kind.REMOVED
    return {
        "when": weekday(on),
        "note": short_date(on),
        "at": row.starts_at.isoformat(),
        "mark": "off" if off or row.stays is Stays.CALLED_OFF else "free",
        "off": off,
        "headline": span(clock.local(row.starts_at).time(), clock.local(row.ends_at).time()),
        "state": _warning(row),
        "text": " ".join(str(word) for word in _remarks(row, places)),
        "codes": ", ".join(code for code in row.unreached if code),
        "people": row.people,
        "clashing": row.clashing,
        "href": url_for("slots.show_slot", public_id=row.slot.public_id) if row.slot and row.stays else None,
        "link": N_("Ansehen"),
    }


def _warning(row: Row) -> Message | None:
    if row.room_taken:
        return N_("Der Raum ist da schon vergeben.")
    if row.room_known in BUSY:
        return BUSY[row.room_known]
    if row.too_few and row.places == 1:
        return N_("Es bleibt bei einem Platz: Er ist vergeben oder gehalten.")
    if row.too_few:
        return N_("Es bleibt bei {n} Plätzen: So viele sind vergeben oder gehalten.", n=row.places)
    if row.closed_for:
        return N_("Der neue Tag ist geschlossen: {name}", name=row.closed_for)
    return None


def _remarks(row: Row, places: Places) -> Iterable[Message]:
    if row.retimed and row.slot is not None:
        yield N_("Bisher {when}.", when=day_clock(row.slot.starts_at))
    if row.slot is not None and (row.slot.location_id, row.slot.room_id) != (row.location_id, row.room_id):
        yield N_("Neuer Ort: {place}.", place=places.name(row) or N_("noch offen"))
    if row.slot is not None and row.slot.places != row.places and not row.too_few:
        before = row.slot.places
        yield (
            N_("Ein Platz statt {before}.", before=before)
            if row.places == 1
            else N_("{n} Plätze statt {before}.", n=row.places, before=before)
        )
    if row.doubled:
        yield N_("In dieser Nacht zeigt die Uhr diese Stunde zweimal. Gemeint ist das erste Mal.")
    if row.stays in STAYS:
        yield STAYS[row.stays]


def groups(found: Difference, places: Places) -> dict[str, Any]:
    """Return the dates of a difference by what becomes of them, the noteworthy ones first."""
    parts: dict[str, Any] = {}
    for kind in (Kind.MOVED, Kind.PLACES, Kind.REMOVED, Kind.NEW):
        odd, plain = noteworthy(found.of(kind))
        parts[kind.value] = {"odd": knots(odd, places), "plain": knots(plain, places), "n": len(odd) + len(plain)}
    still = found.of(Kind.UNCHANGED)
    own = [row for row in still if row.stays in STAYS]
    parts["own"] = knots(own, places)
    parts["unchanged"] = len(still) - len(own)
    return parts
