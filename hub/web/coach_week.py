"""A coach's week: own appointments with their drives, people's dates, what the own calendar calls busy."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, g, request

from hub import clock
from hub.actions import log
from hub.i18n import N_, Message
from hub.models.booking import Booking, BookingState
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import busy_times, coach_time, today
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.day_threads import Plan, items_of
from hub.web.week import monday_of, span_of, week_name, weekday

blueprint = Blueprint("coach_week", __name__)
WEEK = timedelta(days=7)
WORKING_DAYS = 5


@blueprint.get("/week")
@for_roles(Role.COACH)
def show_week() -> tuple[str, int]:
    """Show one week as a list, or as a table where there is room; the list of persons is a logged read."""
    g.section = "today"
    actor, now = current_actor(), at()
    monday = monday_of(request.args.get("week"), clock.local_date(now))
    first, last = clock.start_of_day(monday), clock.start_of_day(monday + WEEK)
    with reading() as session:
        found = today.list_dates(session, actor, since=first, until=last, at=now)
        account, busy = busy_times.of_account(session, actor.user_id or 0, first=first, last=last, at=now)
    inside = (one for one in found if one.starts_at < last and one.ends_at > first)
    dates = [one for one in inside if one.state is not BookingState.CANCELLED]
    with transaction() as session:
        log.record_list(session, actor=actor, name="week", persons=_people(dates), fields=["I1", "B1"], at=now)
    plan = Plan(actor.user_id, coach_time.habits_of(account), busy.spans if busy else ())
    days = [_day(monday + timedelta(days=number), dates, plan, now) for number in range(7)]
    return render(
        "coach_week/show_week.html",
        span=span_of(monday),
        headline=_headline(dates, actor.user_id, now),
        before=week_name(monday - WEEK),
        after=week_name(monday + WEEK),
        this_week=week_name(monday),
        as_table=request.args.get("view") == "table",
        known=busy is None or busy.known_until is not None,
        days=[day for number, day in enumerate(days) if number < WORKING_DAYS or day["knots"]],
    )


def _people(dates: Collection[Booking]) -> list[Participant]:
    return list({one.participant.id: one.participant for one in dates if one.participant is not None}.values())


def _on(dates: Collection[Booking], on: date) -> list[Booking]:
    begins, ends = clock.start_of_day(on), clock.end_of_day(on)
    return [one for one in dates if one.starts_at < ends and one.ends_at > begins]


def _day(on: date, dates: Collection[Booking], plan: Plan, now: datetime) -> dict[str, Any]:
    """Return one day; list and table show the same items."""
    return {
        "on": on,
        "name": weekday(on),
        "date": f"{on.day}.",
        "today": on == clock.local_date(now),
        "knots": items_of(_on(dates, on), plan, on),
    }


def _headline(dates: Collection[Booking], user_id: int | None, now: datetime) -> Message:
    """Say the result of the week in one sentence."""
    ways = [one for one in dates if one.coach_id == user_id and not one.is_block]
    visits = [one for one in ways if one.ends_at > now]
    if not dates:
        return N_("In dieser Woche steht nichts an.")
    if not ways:
        return N_("Sie müssen in dieser Woche nirgends hin.")
    if not visits:
        return N_("Sie müssen in dieser Woche nirgends mehr hin.")
    if len(visits) == 1:
        return N_("Ein Mal sind Sie in dieser Woche unterwegs.")
    return N_("{n} Mal sind Sie in dieser Woche unterwegs.", n=len(visits))
