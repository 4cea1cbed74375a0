"""A partner's week as the page shows it: days with their dates, places in words, and the sentence on top."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask import url_for

from hub import clock, i18n
from hub.i18n import N_, Message
from hub.models.offer import Form
from hub.models.slot import PoolState, Slot, SlotState
from hub.web.course_words import which_session
from hub.web.day_times import times_on
from hub.web.filters import NBSP, clock_time, day, relative_day

WORKING_DAYS = 5
MOST_SHAPES = 12  # as the component of the places draws them


def monday_of(week: str | None, today: date) -> date:
    """Return the Monday of an ISO week such as "2026-W38"; of this week when it is none."""
    year, _, number = (week or "").partition("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return today - timedelta(days=today.weekday())


def week_name(monday: date) -> str:
    """Return the ISO week of a Monday as addresses carry it."""
    year, number, _ = monday.isocalendar()
    return f"{year}-W{number:02}"


def days_of(
    monday: date, slots: list[Slot], at: datetime, *, totals: Mapping[int, int], several: bool = False
) -> list[dict[str, Any]]:
    """Return the days of a week with their dates; Saturday and Sunday only when something takes place.

    A session of a course says which of how many it is (`totals`: courses.count_sessions).

    Where they take place is only said where it differs; by which organisation when the reader acts for `several`.
    """
    places = {slot.id: _where(slot, several=several) for slot in slots}
    alike = len(set(places.values())) == 1
    days = []
    for number in range(7):
        on = monday + timedelta(days=number)
        own = [slot for slot in slots if clock.local_date(slot.starts_at) == on]
        if own or number < WORKING_DAYS:
            shown = [week_slot(slot, "" if alike else places[slot.id], at, totals) for slot in own]
            facts = {"name": weekday(on), "date": f"{on.day}.", "today": on == clock.local_date(at)}
            days.append({"on": on, **facts, "slots": shown})
    return days


def weekday(on: date) -> str:
    """The weekday in two letters, for narrow columns."""
    return format_date(on, "EEE", locale=i18n.CLDR[i18n.current()]).rstrip(".")


def short_date(on: date) -> str:
    """Day and month, for narrow columns: "16. Sept."."""
    pattern = "d. MMM" if i18n.current() == "de" else "d MMM"
    return format_date(on, pattern, locale=i18n.CLDR[i18n.current()]).replace(" ", NBSP)


def week_slot(slot: Slot, where: str, at: datetime, totals: Mapping[int, int]) -> dict[str, Any]:
    """Return one date as week and list show it; `state` is what must be known before its places, as shape and word."""
    state, words, course = _state(slot), places_words(slot, at), which_session(slot, totals)
    start, until = times_on(slot.starts_at, slot.ends_at, clock.local_date(slot.starts_at))
    label = N_(
        "{day}, {start} bis {end}, {title}, {words}",
        day=day(slot.starts_at),
        start=clock_time(slot.starts_at),
        end=clock_time(slot.ends_at),
        title=f"{slot.offer.title}, {course}" if course else slot.offer.title,
        words=state[1] if state else words,
    )
    return {
        "at": start,
        "until": until,
        "title": slot.offer.title,
        "aim": slot.offer.aim,
        "where": " · ".join(str(part) for part in (course, where) if part),
        "href": url_for("slots.show_slot", public_id=slot.public_id),
        "label": label,
        "taken": slot.taken - (slot.on_hold or 0),
        "held": held(slot),
        "free": slot.free,
        "full": slot.places > 0 and not slot.free,
        "words": None if slot.state is SlotState.CALLED_OFF else words,
        "off": slot.state is SlotState.CALLED_OFF,
        "state": state,
    }


def _state(slot: Slot) -> tuple[str, Message] | None:
    """What is wrong with a date or must still be done about it."""
    if slot.state is SlotState.CALLED_OFF:
        return "off", N_("abgesagt")
    if slot.state is SlotState.UNSETTLED:
        return "due", N_("noch zu klären")
    return ("due", N_("Raum noch offen")) if slot.lacks_room and slot.state is SlotState.PLANNED else None


def _where(slot: Slot, *, several: bool) -> str:
    parts = (several and slot.offer.organisation, slot.location, slot.room)
    return ", ".join(dict.fromkeys(part.name for part in parts if part))  # a club and its hall may have one name


def marks_in(days: list[dict[str, Any]]) -> list[str]:
    """Return which shapes the week shows, for the legend; past twelve places only words are shown."""
    drawn = [
        slot
        for day in days
        for slot in day["slots"]
        if not slot["off"] and slot["taken"] + slot["held"] + slot["free"] <= MOST_SHAPES
    ]
    return [mark for mark in ("taken", "held", "free") if any(slot[mark] for slot in drawn)]


def held(slot: Slot) -> int:
    """How many places are kept for somebody and not taken yet: contingents, and what is held for half an hour."""
    kept = sum(pool.places - pool.taken for pool in slot.pools if pool.kept and pool.state is PoolState.OPEN)
    return kept + (slot.on_hold or 0)


def places_words(slot: Slot, at: datetime) -> Message:
    """Places in words: free, held until when, or all taken."""
    if slot.places == 0:
        return N_("einfach hingehen")
    if slot.offer.form is Form.ROOM:
        return N_("vergeben") if slot.taken else N_("noch frei")
    if slot.ends_at <= at:
        return N_("{taken} von {places} belegt", taken=slot.taken, places=slot.places)
    kept = held(slot)
    until = min((pool.release_at for pool in slot.pools if pool.kept and pool.release_at), default=None)
    if kept and until is not None and not slot.on_hold:  # both together have no one end
        when = f"{relative_day(until, clock.local_date(at))}, {clock_time(until)}"
        return N_("{free} frei, {held} gehalten bis {when}", free=slot.free, held=kept, when=when)
    if kept:
        return N_("{free} frei, {held} gehalten", free=slot.free, held=kept)
    if slot.free:
        return N_("{free} frei von {places}", free=slot.free, places=slot.places)
    return N_("{taken} von {places} belegt", taken=slot.taken, places=slot.places)


def headline(slots: list[Slot], at: datetime) -> Message:
    """Say the result of the week in one sentence."""
    if any(slot.state is SlotState.UNSETTLED for slot in slots):
        return N_("In dieser Woche ist noch etwas zu klären.")
    planned = [slot for slot in slots if slot.state is SlotState.PLANNED]
    coming = [slot for slot in planned if slot.starts_at > at]
    lent = [slot for slot in coming if slot.offer.form is Form.ROOM]
    if lent and len(lent) == len(coming):
        return N_("{n} von {of} Zeiten in Ihren Räumen sind vergeben.", n=sum(map(_is_taken, lent)), of=len(lent))
    coming = [slot for slot in coming if slot.offer.form is not Form.ROOM]
    free = sum(slot.free for slot in coming)
    if not planned:
        return N_("In dieser Woche haben Sie keine Termine.")
    if not coming:
        return N_("Für diese Woche ist alles vorbei.")
    if all(slot.places == 0 for slot in coming):
        return N_("Zu Ihren Terminen kann jeder einfach kommen.")
    if free == 0:
        return N_("Alle Plätze sind belegt.")
    return N_("Ein Platz ist noch frei.") if free == 1 else N_("{n} Plätze sind noch frei.", n=free)


def _is_taken(slot: Slot) -> bool:
    return slot.taken > 0


def span_of(monday: date) -> str:
    """The days of the week in words: "14. bis 20. September"."""
    sunday = monday + timedelta(days=6)
    locale = i18n.CLDR[i18n.current()]
    german = i18n.current() == "de"
    last = format_date(sunday, "d. MMMM" if german else "d MMMM", locale=locale)
    pattern = ("d." if german else "d") if monday.month == sunday.month else ("d. MMMM" if german else "d MMMM")
    first = format_date(monday, pattern, locale=locale)
    return str(N_("{first} bis {last}", first=first.replace(" ", NBSP), last=last.replace(" ", NBSP)))
