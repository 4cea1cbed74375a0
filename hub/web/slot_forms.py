"""The form that moves a date: a day, from when to when, and perhaps another room."""

from datetime import date, datetime, time, timedelta
from typing import cast

from flask_wtf import FlaskForm
from wtforms import HiddenField

from calendars.wall_time import WallProblem, resolve
from hub import clock
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.location import Location, Room
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries.own_offers import may_use_room
from hub.web.fields import Day, Needed, OneOf, WallTime


class MoveForm(FlaskForm):
    """Where a date goes; what stays the same is filled in."""

    day = Day(N_("Neuer Tag"), [Needed(N_("Bitte wählen Sie den neuen Tag."))])
    start = WallTime(N_("Von"), [Needed(N_("Bitte sagen Sie, wann es beginnt."))])
    end = WallTime(N_("Bis"), [Needed(N_("Bitte sagen Sie, wann es endet."))])
    room = OneOf(N_("Raum"))
    version = HiddenField()

    def prepare(self, actor: Actor, slot: Slot, locations: list[Location], *, empty: bool) -> None:
        """Fill in the rooms that may be taken, and in an empty form the date as it stands."""
        present = slot.room.name if slot.room else N_("ohne Raum")
        self.room.choices = [("", N_("bleibt: {room}", room=present))]
        for location in locations:
            for room in location.rooms:
                if room.id != slot.room_id and may_use_room(actor, location, room):
                    self.room.choices.append((room.public_id, f"{location.name}, {room.name}"))
        if empty:
            starts, ends = clock.local(slot.starts_at), clock.local(slot.ends_at)
            self.day.data, self.start.data, self.end.data = starts.date(), starts.time(), ends.time()
            self.version.data = str(slot.version)

    def times(self) -> tuple[datetime, datetime]:
        """Return start and end in UTC; an end before the start is on the next day.

        Raises InvalidInput (422) for an hour the clock leaves out in spring; of a doubled hour the first one is meant.
        """
        on, start, end = self._entries()
        if start == end:
            raise InvalidInput(fields={"end": N_("Beginn und Ende sind gleich.")})
        first = resolve(datetime.combine(on, start))
        last = resolve(datetime.combine(on if end > start else on + timedelta(days=1), end))
        if WallProblem.GAP in (first.problem, last.problem):
            raise InvalidInput(
                fields={"start": N_("In dieser Nacht springt die Uhr von 2 auf 3 Uhr. Diese Zeit gibt es da nicht.")}
            )
        return first.at, last.at

    def doubled(self) -> bool:
        """Whether the clock shows the chosen hour twice, in the night of the change in autumn."""
        on, start, _ = self._entries()
        return resolve(datetime.combine(on, start)).problem is WallProblem.DOUBLED

    def _entries(self) -> tuple[date, time, time]:
        return cast("tuple[date, time, time]", (self.day.data, self.start.data, self.end.data))

    def chosen_room(self, locations: list[Location]) -> Room | None:
        """Return the room that was chosen, None when it stays."""
        rooms = (room for location in locations for room in location.rooms)
        return next((room for room in rooms if room.public_id == self.room.data), None)
