"""The sheet a coach takes along: today and the next working day on paper, with call words and without any name."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from flask import Blueprint

from calendars.holidays import public_holidays
from hub import clock
from hub.actions import log
from hub.geography import find_municipality
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.models.user import Role
from hub.queries import busy_times, coach_time, today
from hub.queries.bookability import phone_of
from hub.web import date_words
from hub.web.access import for_roles
from hub.web.booking_words import at_home, code_for_desk, location_of
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.day_threads import Plan
from hub.web.filters import short_clock

blueprint = Blueprint("day_sheets", __name__)


@blueprint.get("/today/sheet")
@for_roles(Role.COACH)
def print_sheet() -> tuple[str, int]:
    """Show the sheet as it will be printed: times, towns, call words, place codes, telephones; a logged read."""
    actor, now = current_actor(), at()
    days = _days(clock.local_date(now))
    first, last = clock.start_of_day(days[0]), clock.end_of_day(days[-1])
    with reading() as session:
        found = today.list_dates(session, actor, since=first, until=last, at=now)
        account, _ = busy_times.of_account(session, actor.user_id or 0, first=first, last=last, at=now)
    dates = [one for one in found if one.state is not BookingState.CANCELLED]
    persons = {one.participant.id: one.participant for one in dates if one.participant is not None}
    with transaction() as session:
        log.record_list(session, actor=actor, name="sheet", persons=persons.values(), fields=["B1"], at=now)
    plan = Plan(actor.user_id, coach_time.habits_of(account))
    return render(
        "today/print_sheet.html",
        now=now,
        phone=config().site_phone_text,
        days=[(clock.start_of_day(on), _lines(dates, plan, on)) for on in days],
    )


def _days(on: date) -> list[date]:
    """Return the day itself and the next working day after it."""
    then = on + timedelta(days=1)
    while then.weekday() > 4 or then in public_holidays(then, then):
        then += timedelta(days=1)
    return [on, then]


def _lines(dates: Collection[Booking], plan: Plan, on: date) -> list[dict[str, Any]]:
    leaves = {leg.then.about.id: leg.leaves_at for leg in plan.legs_on(dates, on) if leg.then and not leg.is_home}
    own = sorted((one for one in dates if clock.local_date(one.starts_at) == on), key=lambda one: one.starts_at)
    return [_line(one) | {"leaves_at": leaves.get(one.id)} for one in own]


def _line(booking: Booking) -> dict[str, Any]:
    """Return one line: who is there stands as the call word, what it is for stands nowhere."""
    person, slot = booking.participant, booking.slot
    return {
        "start": short_clock(booking.starts_at),
        "end": short_clock(booking.ends_at),
        "who": person.call_word if person is not None else str(N_("Eigene Zeit")) if booking.is_block else "",
        "town": _town(booking),
        "code": code_for_desk(booking) if booking.access != OWN else "",
        "phone": phone_of(slot.offer) if slot is not None else "",
        "own": booking.coach_id is not None and not booking.is_block,
        "moved": date_words.moved(booking),
    }


def _town(booking: Booking) -> str:
    location = location_of(booking)
    code = location.municipality_code if location is not None else booking.municipality_code or ""
    if not code and at_home(booking) and booking.participant is not None:
        code = booking.participant.municipality_code
    found = find_municipality(code)
    return found.name if found is not None else ""
