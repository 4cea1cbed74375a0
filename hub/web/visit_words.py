"""How proposed times and rooms read on the buttons that take them."""

from typing import Any

from hub import clock
from hub.i18n import N_
from hub.models.slot import Slot
from hub.queries.day_plans import Stop
from hub.queries.room_loans import LentRoom
from hub.web.booking_words import address_of, short_date, weekday
from hub.web.filters import NBSP, clock_time


def time_of(stop: Stop) -> dict[str, Any]:
    """Return a proposed start as the button's words and its value."""
    day = f"{weekday(stop.starts_at)}{NBSP}{short_date(stop.starts_at)}"
    return {
        "value": stop.starts_at.isoformat(),
        "words": f"{day}, {clock_time(stop.starts_at)}",
        "on": clock.local_date(stop.starts_at),
    }


def room_of(room: LentRoom, slot: Slot) -> dict[str, str]:
    """Return a time in a lent room the same way, with where it is."""
    times = {"start": clock_time(slot.starts_at), "end": clock_time(slot.ends_at)}
    return {
        "value": f"{slot.public_id} {slot.starts_at.isoformat()}",
        "words": str(N_("{start} bis {end}", **times)),
        "where": ", ".join(filter(None, [room.name, address_of(room.location)])),
    }
