"""What a coach may know of a person's calendars: which device fetched when, and whether a date is in them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.i18n import N_, Message
from hub.models.booking import Booking
from hub.models.subscription import Subscription
from hub.queries.deliveries import InCalendars, find_in_calendars, is_news, load_way
from hub.web.filters import relative_day

IN_CALENDARS: dict[InCalendars, Message] = {
    InCalendars.FETCHED: N_("Im Kalender: abgeholt."),
    InCalendars.LACKING: N_("Im Kalender: noch nicht abgeholt."),
    InCalendars.UNTOLD: N_("Im Kalender: noch nicht abgeholt. Bitte rufen Sie an."),
}


def of_calendar(feed: Subscription, dates: Iterable[Booking], at: datetime) -> Message:
    """Say the name of a calendar and the day of the last fetch, never its address; and what of these dates it lacks.

    A call is asked for only where others changed a date and nothing else has reached the person.
    """
    if feed.fetched_on is None:
        return N_("{name}: noch nie abgeholt", name=feed.name)
    facts = {"name": feed.name, "day": relative_day(feed.fetched_on)}
    lacking = [one for one in dates if feed.brought_until <= one.changed_at]
    if any(is_news(one, at) and one.reached is None for one in lacking):
        return N_("{name}: {day} abgeholt, die letzte Änderung fehlt noch. Bitte rufen Sie an.", **facts)
    if lacking:
        return N_("{name}: {day} abgeholt, die letzte Änderung fehlt noch.", **facts)
    return N_("{name}: {day} abgeholt", **facts)


def in_calendars(session: Session, booking: Booking, at: datetime) -> Message | None:
    """Say whether a coming date is in its person's calendars as it stands, None without any; loads `reached`.

    Two statements at most.
    """
    if booking.participant_id is None or booking.ends_at <= at:
        return None
    load_way(session, booking, at=at)
    found = find_in_calendars(session, booking, at=at)
    return IN_CALENDARS[found] if found is not None else None
