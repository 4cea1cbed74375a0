"""A place by its rooms on one day, for staff who use it: what is when in which room, and where there are gaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

from flask import Blueprint, g, request, url_for

from hub import clock
from hub.i18n import N_, Message
from hub.models.location import Location, Room
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries import houses, locations
from hub.queries.houses import HORIZON, Entry
from hub.web import place_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render
from hub.web.day_times import times_on
from hub.web.filters import relative_day, short_clock
from hub.web.house_words import capital, day_of
from hub.web.series_words import span

blueprint = Blueprint("room_days", __name__)
OPENS, CLOSES = time(8), time(18)  # the frame in which gaps are worth naming; dates beyond it widen it
SHORTEST_GAP = timedelta(minutes=30)
HOUR, MARGIN, NARROW, WIDE, ALL = 56, 64, 180, 420, 960  # units of the drawing
USES = {  # a fill, a frame and a dashed frame, as in charts; the word stands in the drawing, the legend and the table
    "part": N_("Ihr Termin"),
    "whole": N_("Termin von anderen"),
    "span": N_("belegt"),
}


@dataclass(frozen=True)
class Stretch:
    """A part of the day in a room: a date, or a gap (no entry)."""

    starts_at: datetime
    ends_at: datetime
    entry: Entry | None = None

    @property
    def times(self) -> Message | str:
        """From when to when, in wall time; what goes on past midnight says on which day it ends."""
        if clock.local_date(self.starts_at) != clock.local_date(self.ends_at):
            return " ".join(times_on(self.starts_at, self.ends_at, clock.local_date(self.starts_at)))
        return span(clock.local(self.starts_at).time(), clock.local(self.ends_at).time())

    def use(self, actor: Actor) -> str:
        """Return the shape of who uses the room then, as in USES; empty for a gap."""
        if self.entry is None:
            return ""
        if self.entry.slot.offer.organisation_id in actor.partner_ids:
            return "part"
        return "whole" if self.entry.shown else "span"


Days = list[tuple[Room, list[Stretch]]]


@blueprint.get("/locations/<public_id>/rooms")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def show_room_day(public_id: str) -> tuple[str, int]:
    """Show the rooms of a place on one day, drawn and as a table."""
    g.section = "locations" if current_actor().has(Role.COORDINATOR) else "slots"
    actor, today = current_actor(), clock.local_date(at())
    on = day_of(request.args.get("day"), today, last=today + HORIZON)
    with reading() as session:
        location = locations.get_location(session, actor, public_id)
        entries = houses.list_entries(session, actor, location, first=on, pools=False)
    there = [one for one in entries if one.slot.state is not SlotState.CALLED_OFF]
    opens, closes = _frame(on, there)
    rooms: Days = [
        (room, list(_stretches([one for one in there if one.slot.room_id == room.id], opens, closes)))
        for room in location.rooms
    ]
    without = [Stretch(one.slot.starts_at, one.slot.ends_at, one) for one in there if one.slot.room_id is None]
    uses = {one.use(actor) for _room, day in rooms for one in day} | {one.use(actor) for one in without}
    return render(
        "room_days/show_room_day.html",
        location=location,
        on=on,
        headline=_headline(location, rooms, on, today),
        rooms=[(room, place_words.room_facts(room), [_line(one, actor) for one in day]) for room, day in rooms],
        without=[_line(one, actor) for one in without],
        legend=[(shape, word) for shape, word in USES.items() if shape in uses],
        drawing=_drawing(rooms, opens, closes, actor) if rooms else None,
        before=on - timedelta(days=1) if on > today else None,
        after=on + timedelta(days=1) if on < today + HORIZON else None,
        today=today,
    )


def _frame(on: date, entries: list[Entry]) -> tuple[datetime, datetime]:
    opens, closes = (datetime.combine(on, end, clock.ZONE).astimezone(UTC) for end in (OPENS, CLOSES))
    starts = [max(one.slot.starts_at, clock.start_of_day(on)) for one in entries]
    ends = [min(one.slot.ends_at, clock.end_of_day(on)) for one in entries]
    return min([opens, *starts]), max([closes, *ends])


def _stretches(entries: list[Entry], opens: datetime, closes: datetime) -> Iterable[Stretch]:
    """Give dates and the gaps between them in order of time."""
    free_from = opens
    for one in entries:
        if one.slot.starts_at - free_from >= SHORTEST_GAP:
            yield Stretch(free_from, one.slot.starts_at)
        yield Stretch(one.slot.starts_at, one.slot.ends_at, one)
        free_from = max(free_from, one.slot.ends_at)
    if closes - free_from >= SHORTEST_GAP:
        yield Stretch(free_from, closes)


def _line(one: Stretch, actor: Actor) -> dict[str, Any]:
    """Return a stretch as the table and the drawing show it."""
    if one.entry is None:
        return {"use": "", "words": N_("frei von {times}", times=one.times)}
    slot, use = one.entry.slot, one.use(actor)
    facts = {"use": use, "word": USES[use], "times": one.times, "href": _address(one.entry, slot, actor)}
    if use == "span":
        return facts | {"title": "", "by": ""}
    return facts | {"title": slot.offer.title, "by": slot.offer.organisation.name}


def _address(entry: Entry, slot: Slot, actor: Actor) -> str | None:
    if slot.offer.organisation_id in actor.partner_ids:
        return url_for("slots.show_slot", public_id=slot.public_id)
    return url_for("offers.show_offer", public_id=slot.offer.public_id) if entry.shown else None


def _headline(location: Location, rooms: Days, on: date, today: date) -> Message:
    when = capital(relative_day(on, today))
    if not location.rooms:
        return N_("Dieser Ort hat noch keine Räume.")
    n = sum(any(one.entry is None for one in day) for _room, day in rooms)
    if n == 0:
        return N_("{when} ist jeder Raum belegt.", when=when)
    if len(rooms) == 1:
        return N_("{when} ist in dem Raum noch etwas frei.", when=when)
    return N_("{when} ist in {n} von {of} Räumen noch etwas frei.", when=when, n=n, of=len(rooms))


def _drawing(rooms: Days, opens: datetime, closes: datetime, actor: Actor) -> dict[str, Any]:
    """Return the day as boxes: rooms side by side, hours from top to bottom; the table below says the same."""
    first = opens - timedelta(minutes=clock.local(opens).minute)
    hours = ceil((closes - first) / timedelta(hours=1))

    def down(instant: datetime) -> int:
        return 40 + round((min(max(instant, opens), closes) - first) / timedelta(hours=1) * HOUR)

    width = max(NARROW, min(WIDE, ALL // len(rooms)))
    boxes = [
        {
            "x": MARGIN + column * width,
            "y": down(one.starts_at) + 1,
            "height": max(8, down(one.ends_at) - down(one.starts_at) - 2),
            **_line(one, actor),
        }
        for column, (_room, day) in enumerate(rooms)
        for one in day
    ]
    return {
        "width": MARGIN + width * len(rooms),
        "height": 40 + hours * HOUR + 12,
        "column": width,
        "letters": width // 9 - 1,
        "names": [(MARGIN + number * width, room.name) for number, (room, _day) in enumerate(rooms)],
        "hours": [(40 + number * HOUR, short_clock(first + timedelta(hours=number))) for number in range(hours + 1)],
        "boxes": boxes,
    }
