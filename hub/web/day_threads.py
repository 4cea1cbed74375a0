"""A coach's days as threads: dates, the drives between doors, missing minutes, and what the own calendar calls busy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hub import clock
from hub.i18n import N_
from hub.models.booking import Booking, BookingState
from hub.queries.coach_time import stop_of
from hub.queries.day_plans import Habits, Leg, Span, Stop, legs_of
from hub.web.booking_words import coachs_knot, given_name, title_of
from hub.web.day_times import times_on

Item = dict[str, Any]
WORDS = {"booked": N_("Gebucht"), "open": N_("Einfach hingehen"), "next": N_("Eigener Termin")}  # of each shape


@dataclass(frozen=True)
class Plan:
    """Whose days these are, how they plan, and when their own calendars say busy."""

    user_id: int | None
    habits: Habits = field(default_factory=Habits)
    busy: tuple[Span, ...] = ()

    def stops_on(self, dates: Iterable[Booking], on: date) -> list[Stop]:
        """Return the coach's own appointments of a local day, by time; dates of persons are not the coach's time."""
        own = (one for one in dates if one.coach_id == self.user_id and one.state is BookingState.CONFIRMED)
        found = [stop_of(one) for one in own if clock.local_date(one.starts_at) == on]
        return sorted(found, key=lambda one: one.starts_at)

    def legs_on(self, dates: Iterable[Booking], on: date) -> list[Leg]:
        """Return the drives of that day, in order."""
        return legs_of(self.stops_on(dates, on), self.habits)


def days_of(dates: Collection[Booking], plan: Plan, *, first: date) -> list[tuple[datetime, list[Item]]]:
    """Return the days from the first on that have something, each with its items by time."""
    days: dict[date, list[Booking]] = {}
    for booking in dates:
        days.setdefault(max(first, clock.local_date(booking.starts_at)), []).append(booking)
    for start, _ in plan.busy:
        days.setdefault(max(first, clock.local_date(start)), [])
    return [(clock.start_of_day(on), items_of(days[on], plan, on)) for on in sorted(days)]


def items_of(dates: Collection[Booking], plan: Plan, on: date) -> list[Item]:
    """Return one day for the list and for the table: the drives stand before what they lead to."""
    found: list[tuple[datetime, int, Item]] = []
    for leg in plan.legs_on(dates, on):
        found.extend(_leg_items(leg))
    found.extend((one.starts_at, 2, _date_item(one, on)) for one in dates)
    begins = clock.start_of_day(on)
    busy = (span for span in plan.busy if span[0] < clock.end_of_day(on) and span[1] > begins)
    found.extend((max(span[0], begins), 3, _busy_item(span, on)) for span in busy)
    return [item for _, _, item in sorted(found, key=lambda one: one[:2])]


def _date_item(booking: Booking, on: date) -> Item:
    item = coachs_knot(booking, of_person=False)
    when, note = times_on(booking.starts_at, booking.ends_at, on)
    word = N_("Freigehalten") if booking.is_block and not item["off"] else WORDS.get(item["mark"])
    return item | {"when": when, "note": note, "word": word}


def _leg_items(leg: Leg) -> Iterable[tuple[datetime, int, Item]]:
    when = leg.leaves_at if leg.is_home or leg.then is None else leg.then.starts_at
    if leg.minutes:
        words = N_("{minutes} Min. Fahrt, ungefähr", minutes=leg.minutes)
        if leg.is_home:
            words = N_("{minutes} Min. Fahrt zurück, ungefähr", minutes=leg.minutes)
        yield when, 0, {"when": "", "mark": "travel", "text": str(words), "line": "travel"}
    if leg.missing and leg.first is not None and leg.then is not None:
        text = missing_words(leg)
        yield when, 1, {"when": "", "mark": "due", "state": text, "line": "travel"}


def missing_words(leg: Leg) -> str:
    """Say between which two appointments how many minutes are missing."""
    names = {"first": _name(leg.first), "then": _name(leg.then)}
    return str(N_("Es fehlen {n} Minuten zwischen {first} und {then}.", n=leg.missing, **names))


def _name(stop: Stop | None) -> str:
    booking = stop.about if stop is not None else None
    if not isinstance(booking, Booking):
        return ""
    return given_name(booking.participant) if booking.participant is not None else title_of(booking)


def _busy_item(span: Span, on: date) -> Item:
    when, note = times_on(*span, on)
    text = str(N_("Laut Ihrem Kalender belegt."))
    return {"when": when, "note": note, "mark": "busy", "text": text, "line": "busy", "at": span[0].isoformat()}


def leaves_at(booking: Booking, dates: Iterable[Booking], plan: Plan) -> datetime | None:
    """Return when one must leave for an own appointment, None where there is no way to it."""
    on = clock.local_date(booking.starts_at)
    legs = plan.legs_on(dates, on)
    return next(
        (leg.leaves_at for leg in legs if leg.then is not None and leg.then.about is booking and not leg.is_home), None
    )
