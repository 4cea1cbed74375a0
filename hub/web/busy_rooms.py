"""What a room's calendar says about dates before they are made: busy, or unknown; a free room is not mentioned."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.i18n import N_
from hub.queries.busy_times import BusyCalendar, Known, of_room
from hub.queries.series import PlannedDate

BUSY = {
    Known.BUSY: N_("Raum belegt laut Kalender."),
    Known.UNKNOWN: N_("Ob der Raum frei ist, ist unbekannt: Sein Kalender ist nicht aktuell."),
}


def busy_in(session: Session, room_id: int | None, dates: list[PlannedDate], at: datetime) -> BusyCalendar | None:
    """Return what the calendars of a room say about the time of these dates."""
    if not dates:
        return None
    first = min(one.occurrence.starts_at for one in dates)
    last = max(one.occurrence.ends_at for one in dates)
    return of_room(session, room_id, first=first, last=last, at=at)


def note_busy(knots: list[dict[str, Any]], busy: BusyCalendar | None, dates: list[PlannedDate]) -> None:
    """Say beside each date what the room's calendar says; that the hub itself has given the room away comes first."""
    if busy is None:
        return
    for knot, one in zip(knots, dates, strict=True):
        known = busy.state(one.occurrence.starts_at, one.occurrence.ends_at)
        if one.takes_place and not one.room_taken and known is not Known.FREE:
            knot["text"] = BUSY[known]
            knot["mark"] = "due" if known is Known.BUSY else knot["mark"]
