"""What calendars say about rooms at the times of dates; one not known to be free is asked about before it is taken."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.errors import RoomBusy
from hub.i18n import N_
from hub.queries.busy_times import Known, of_rooms
from hub.queries.disclosures import say_moment

Time = tuple[int | None, datetime, datetime]  # the key of a room, None for no room; from when, to when


def list_known(session: Session, times: Iterable[Time], *, at: datetime) -> list[Known]:
    """Return what is known of each of these times, in their order; without a room or a calendar it is free.

    At most two statements, none without rooms.
    """
    wanted = list(times)
    with_room = [one for one in wanted if one[0] is not None]
    if not with_room:
        return [Known.FREE] * len(wanted)
    first, last = min(one[1] for one in with_room), max(one[2] for one in with_room)
    calendars = of_rooms(session, {one[0] for one in with_room if one[0]}, first=first, last=last, at=at)
    return [calendars[one[0]].state(one[1], one[2]) if one[0] in calendars else Known.FREE for one in wanted]


def require_free(session: Session, times: Iterable[Time], *, at: datetime) -> None:
    """Raise RoomBusy (409) naming the first of these times at which a room is busy or unknown. It fails closed."""
    wanted = sorted(times, key=lambda one: one[1])
    for one, known in zip(wanted, list_known(session, wanted, at=at), strict=True):
        if known is Known.BUSY:
            raise RoomBusy(N_("Der Kalender des Hauses meldet den Raum als belegt: {when}.", when=say_moment(one[1])))
        if known is Known.UNKNOWN:
            raise RoomBusy(
                N_("Ob der Raum frei ist, ist unbekannt: Der Kalender des Hauses ist nicht auf dem neuesten Stand.")
            )
