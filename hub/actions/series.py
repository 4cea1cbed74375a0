"""Weekly series: a rule and its dates are published together; the worker makes the later dates."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.offer import Offer, OfferState
from hub.models.series import Series
from hub.models.slot import Course, Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import course_plans, feeds, plans, room_ticks
from hub.queries import series as series_queries
from hub.queries.busy_times import Known
from hub.queries.next_free import keep_next_free
from hub.queries.series import Plan


def publish_series(session: Session, *, actor: Actor, offer: Offer, plan: Plan, at: datetime) -> Series:
    """Make a series with its dates up to the horizon, each with one open pool of its places, and take the room.

    Drop-in offers may have no number of places (0). Without a place in the plan it takes place where the offer does.
    Raises InvalidInput (422) for a rule without dates, with too many or with an hour the clock leaves out, RuleBroken
    (409) naming the date on which the room is taken, RoomBusy (409) where a calendar does not say that it is free and
    the plan does not say that it takes the room all the same.
    """
    require(actor, Permission.EDIT_OFFER, offer)
    plan = plans.require_plan(session, actor, offer, plan)
    plan = course_plans.settle_plan(session, plan, offer, at=at)
    course = _new_course(session, offer, plan, at)
    series = Series(offer_id=offer.id, course_id=course.id if course else None, created_at=at)
    plans.lay_down(series, plan)
    session.add(series)
    session.flush()
    last = course_plans.last_day(plan.rule) if course else None  # all of a course at once, not only to the horizon
    slots = _make_slots(session, series, offer, first=clock.local_date(at), last=last, at=at)
    if not slots:
        raise InvalidInput(N_("So kommt kein einziger Termin zustande. Bitte prüfen Sie Beginn und Ende."))
    if course is not None:
        for number, slot in enumerate(sorted(slots, key=lambda one: one.starts_at), start=1):
            slot.course_id, slot.session = course.id, number
        session.flush()
    room_ticks.take_room(session, slots, despite_busy=series.despite_busy, at=at)
    keep_next_free(session, offer_ids=[offer.id], at=at)
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action="series.published", thing=series, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])
    return series


def _new_course(session: Session, offer: Offer, plan: Plan, at: datetime) -> Course | None:
    if plan.join_until is None:
        return None
    course = Course(offer_id=offer.id, name=plan.course_name.strip(), join_until=plan.join_until, created_at=at)
    session.add(course)
    session.flush()
    return course


def extend_series(session: Session, *, actor: Actor = SYSTEM, series_id: int, at: datetime) -> int:
    """Make the dates of a running series that have come within the horizon, and return how many.

    Idempotent: a date that exists, was moved or was called off is never made again. A date whose room is taken, or busy
    by its calendar, is made without the room, so that the partner sees it in the week and no date goes missing. A
    calendar that cannot be read just now takes no room away from a series that has it.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    series = series_queries.lock_series(session, series_id)
    if series.ended_at is not None or series.offer.state is OfferState.ENDED or series.made_until_on is None:
        return 0
    if series.course_id is not None:
        return 0  # a course has all its sessions, and nobody would be booked on a later one
    slots = _make_slots(session, series, series.offer, first=series.made_until_on, keep_room=False, at=at)
    room_ticks.take_room(session, slots, despite_busy=True, at=at)
    keep_next_free(session, offer_ids=[series.offer_id] if slots else [], at=at)
    feeds.raise_revisions(session, organisations=[series.offer.organisation_id] if slots else [])
    return len(slots)


def keep_day(session: Session, *, actor: Actor, series: Series, day: date, at: datetime) -> None:
    """Let a date take place although its day is closed; raises RuleBroken (409) when the room is taken.

    A room that is busy by its calendar is left out, as by the worker: the partner sees the date in the week.
    """
    require(actor, Permission.EDIT_OFFER, series.offer)
    series = series_queries.lock_series(session, series.id)
    if series.course_id is not None:
        raise RuleBroken(N_("Die Termine eines Kurses stehen fest. Ein weiterer geht nur als eigener Termin."))
    if series.made_until_on is None or not clock.local_date(at) <= day <= series.made_until_on:
        raise RuleBroken(N_("Für diesen Tag lässt sich jetzt nichts mehr festlegen."))
    series.kept_days = sorted({*series.kept_days, day.isoformat()})
    series.version += 1
    slots = _make_slots(session, series, series.offer, first=day, last=day, at=at)
    room_ticks.take_room(session, slots, despite_busy=True, at=at)
    keep_next_free(session, offer_ids=[series.offer_id] if slots else [], at=at)
    purpose = actor.purpose_for(series.offer.organisation_id)
    log.record(session, actor=actor, action="series.day_kept", thing=series, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[series.offer.organisation_id])


def fill_in(session: Session, *, actor: Actor, series_id: int, first: date, last: date, at: datetime) -> int:
    """Make the dates of a running series that are missing in a span which is open again; return how many.

    Dates that were called off one by one stay called off. A date whose room is taken, or busy by its calendar, is made
    without the room. The caller raises the feeds' revisions as its last step.
    """
    series = series_queries.lock_series(session, series_id)
    require(actor, Permission.EDIT_OFFER, series.offer)
    if series.ended_at is not None or series.offer.state is OfferState.ENDED or series.made_until_on is None:
        return 0
    if series.course_id is not None:
        return 0  # a course has all its sessions, and nobody would be booked on a later one
    first, last = max(first, clock.local_date(at)), min(last, series.made_until_on)
    if last < first:
        return 0
    slots = _make_slots(session, series, series.offer, first=first, last=last, keep_room=False, at=at)
    room_ticks.take_room(session, slots, despite_busy=True, at=at)
    keep_next_free(session, offer_ids=[series.offer_id] if slots else [], at=at)
    return len(slots)


def _make_slots(
    session: Session,
    series: Series,
    offer: Offer,
    *,
    first: date,
    last: date | None = None,
    keep_room: bool = True,
    at: datetime,
) -> list[Slot]:
    """Add the missing dates of a span, raise `made_until_on`, and return them with their keys.

    With `keep_room` a date whose room is taken has it all the same, so that taking the room says which day is wrong.
    The calendar of the room is asked about at publication; later a busy date goes without it.
    """
    until = last or series_queries.horizon(at)
    asks_calendar = series.made_until_on is not None and not series.despite_busy
    planned = series_queries.plan_dates(
        session, series_queries.plan_of(series), organisation_id=offer.organisation_id, first=first, last=until, at=at
    )
    made = series_queries.made_keys(session, series, since=first)
    wanted = [one for one in planned if one.takes_place and (one.occurrence.on, one.occurrence.index) not in made]
    slots = []
    for planned_date in wanted:
        one, taken = planned_date.occurrence, planned_date.room_taken and not keep_room
        busy = asks_calendar and planned_date.room_known is Known.BUSY
        room_id = None if taken or busy else series.room_id
        slots.append(plans.slot_of(series, (one.on, one.index), (one.starts_at, one.ends_at), room_id=room_id, at=at))
    session.add_all(slots)
    series.made_until_on = max(series.made_until_on or until, until)
    session.flush()
    return slots
