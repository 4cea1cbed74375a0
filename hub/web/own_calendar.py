"""What a coach's own calendars say before something is entered into the own time: asked about once, and said."""

from datetime import datetime, timedelta

from flask import flash
from sqlalchemy.orm import Session

from hub.errors import InvalidInput
from hub.i18n import N_
from hub.queries.busy_times import Known, of_coach
from hub.web.context import at, current_actor


class CalendarBusy(InvalidInput):
    """The own calendar says busy, and nobody said yet that it is all the same."""

    status = 409


BUSY = N_("Laut Ihrem Kalender sind Sie da belegt, mit der Fahrt.")


def ask(
    session: Session, starts_at: datetime, ends_at: datetime, travel_minutes: int, *, despite: bool
) -> Known | None:
    """Return what they say about an appointment with its journeys, None when there are none.

    Raises CalendarBusy (409) beside `despite` where they say busy and nobody said that it is all the same.
    """
    travel = timedelta(minutes=travel_minutes)
    first, last = starts_at - travel, ends_at + travel
    busy = of_coach(session, current_actor().user_id or 0, first=first, last=last, at=at())
    known = busy.state(first, last) if busy is not None else None
    if known is Known.BUSY and not despite:
        raise CalendarBusy(fields={"despite": BUSY})
    return known


def tell(known: Known | None) -> None:
    """Say on the next page that nothing is known of the own calendars."""
    if known is Known.UNKNOWN:
        flash(str(N_("Ob Sie da frei sind, ist unbekannt: Ihr eigener Kalender ist hier nicht aktuell.")), "warn")
