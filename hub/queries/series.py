"""Questions about series: one, those of an offer, what a rule means in real dates, and which need more dates."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from calendars.recurrence import Occurrence, Rule, expand
from hub import clock
from hub.errors import NotFound
from hub.models.contingent import Contingent
from hub.models.location import Location
from hub.models.offer import Offer
from hub.models.room_tick import ticks_between
from hub.models.series import ExceptionKind, HolidayRule, Series, SeriesException
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import series_for
from hub.queries import room_ticks
from hub.queries.busy_rooms import list_known
from hub.queries.busy_times import Known
from hub.queries.closures import ClosedBy, ClosedDay, DayNames, closed_days, day_names

HORIZON = timedelta(weeks=26)


@dataclass(frozen=True)
class PlannedDate:
    """One date a rule gives: why the day is closed, whether the partner is asked about it, and what becomes of it."""

    occurrence: Occurrence
    closed_for: str = ""  # name of the holiday or the closure
    asked: bool = False
    takes_place: bool = True
    room_taken: bool = False
    closed_by: ClosedBy | None = None
    school_holiday: str = ""  # name of the school holidays of that day, also where it takes place in them
    room_known: Known = Known.FREE  # what the room's calendar says


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a partner chose for a series, before it is one."""

    rule: Rule
    places: int
    location_id: int | None = None
    room_id: int | None = None
    holidays: HolidayRule = HolidayRule.CLOSED
    kept_days: tuple[date, ...] = ()  # closed days on which it takes place all the same
    school_closed: bool = False
    crowding: str = ""
    contingents: tuple[Contingent, ...] = ()
    join_until: int | None = None  # its dates are one course, which may be joined until this session
    course_name: str = ""
    despite_busy: bool = False  # takes the room though its calendar says busy, or cannot tell


def plan_of(series: Series) -> Plan:
    """Return what was chosen for a series."""
    return Plan(
        rule=series.rule,
        places=series.places,
        location_id=series.location_id,
        room_id=series.room_id,
        holidays=series.holidays,
        kept_days=tuple(date.fromisoformat(day) for day in series.kept_days),
        school_closed=series.school_closed,
        crowding=series.crowding,
        contingents=tuple(Contingent.from_stored(one) for one in series.contingents),
        despite_busy=series.despite_busy,
    )


def horizon(at: datetime) -> date:
    """Return the last local day up to which dates are made at this instant."""
    return clock.local_date(at) + HORIZON


def plan_dates(
    session: Session, plan: Plan, *, organisation_id: int, first: date, last: date, at: datetime, language: str = "de"
) -> list[PlannedDate]:
    """Return the dates of a plan between two local days that lie after `at`, closed ones included and marked.

    At most six statements. Raises TooManyOccurrences.
    """
    names = day_names(session, organisation_id, first=first, last=last, language=language)
    code = session.scalar(select(Location.municipality_code).where(Location.id == plan.location_id))
    closed = _closed(plan, names, code, first, last, language)
    occurrences = [one for one in expand(plan.rule, first=first, last=last) if one.starts_at > at]
    taken, buffer = set[int](), 0
    if plan.room_id is not None and occurrences:
        buffer = room_ticks.buffers_of(session, [plan.room_id]).get(plan.room_id, 0)
        last_end = max(one.ends_at for one in occurrences) + timedelta(minutes=buffer)
        taken = room_ticks.list_taken_ticks(session, plan.room_id, first=occurrences[0].starts_at, last=last_end)
    known = list_known(session, [(plan.room_id, one.starts_at, one.ends_at) for one in occurrences], at=at)
    planned = [_planned(one, plan, closed, names, taken, buffer) for one in occurrences]
    return [replace(one, room_known=state) for one, state in zip(planned, known, strict=True)]


def _closed(
    plan: Plan, names: DayNames, municipality_code: str | None, first: date, last: date, language: str
) -> dict[date, ClosedDay]:
    return closed_days(
        names,
        holidays=plan.holidays,
        school_closed=plan.school_closed,
        municipality_code=municipality_code,
        first=first,
        last=last,
        language=language,
    )


def _planned(
    one: Occurrence, plan: Plan, closed: dict[date, ClosedDay], names: DayNames, taken: set[int], buffer: int = 0
) -> PlannedDate:
    day = closed.get(one.on)
    return PlannedDate(
        one,
        closed_for=day.name if day else "",
        asked=day is not None and day.asked,
        takes_place=day is None or one.on in plan.kept_days,
        room_taken=bool(taken) and not taken.isdisjoint(ticks_between(one.starts_at, one.ends_at, buffer)),
        closed_by=day.by if day else None,
        school_holiday=names.school.get(one.on, ""),
    )


def get_own_series(session: Session, actor: Actor, public_id: str) -> Series:
    """Return a series of an organisation the actor acts for, with its offer, place and room; else NotFound."""
    query = series_for(actor).where(Series.public_id == public_id)
    offer, place = joinedload(Series.offer).joinedload(Offer.organisation), joinedload(Series.location)
    series: Series | None = session.scalar(query.options(offer, place, joinedload(Series.room)))
    if series is None:
        raise NotFound
    return series


def list_series(session: Session, offer: Offer) -> list[Series]:
    """Return the running series of an offer with place and room."""
    query = select(Series).where(Series.offer_id == offer.id, Series.ended_at.is_(None))
    query = query.options(joinedload(Series.location), joinedload(Series.room))
    return list(session.scalars(query.order_by(Series.starts_on, Series.id)))


def list_series_ids_to_extend(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of running series whose dates do not reach the horizon yet."""
    query = select(Series.id).where(
        Series.ended_at.is_(None),
        Series.course_id.is_(None),  # all dates of a course were made at once
        Series.made_until_on < horizon(at),
        or_(Series.until_on.is_(None), Series.until_on > Series.made_until_on),
    )
    return list(session.scalars(query.order_by(Series.id)))


def lock_series(session: Session, series_id: int) -> Series:
    """Return a series with its offer, held until the transaction ends, so that two workers never make dates at once."""
    query = select(Series).where(Series.id == series_id).options(joinedload(Series.offer, innerjoin=True))
    return session.scalars(
        query.with_for_update(of=Series, key_share=True).execution_options(populate_existing=True)
    ).one()


def made_keys(session: Session, series: Series, *, since: date) -> set[tuple[date, int]]:
    """Return day and index of every date from a day on that exists already or was taken out by an exception."""
    made = select(Slot.occurrence_on, Slot.occurrence_index).where(
        Slot.series_id == series.id, Slot.occurrence_on >= since
    )
    out = select(SeriesException.occurrence_on, SeriesException.occurrence_index).where(
        SeriesException.series_id == series.id,
        SeriesException.kind == ExceptionKind.CALLED_OFF,
        SeriesException.occurrence_on >= since,
    )
    return {(on, index) for query in (made, out) for on, index in session.execute(query) if on is not None}


def list_exceptions(session: Session, series: Series) -> list[SeriesException]:
    """Return what differs in a series, by day."""
    query = select(SeriesException).where(SeriesException.series_id == series.id)
    return list(session.scalars(query.order_by(SeriesException.occurrence_on, SeriesException.occurrence_index)))


def find_exception(session: Session, slot: Slot) -> SeriesException | None:
    """Return the exception of one date of a series, if there is one."""
    query = select(SeriesException).where(
        SeriesException.series_id == slot.series_id,
        SeriesException.occurrence_on == slot.occurrence_on,
        SeriesException.occurrence_index == slot.occurrence_index,
    )
    return session.scalar(query)


def settle_exception(session: Session, slot: Slot, *, at: datetime) -> None:
    """Let a date that takes place after all be part of its series again, moved or changed as it was before.

    A day that is closed is kept from now on, as the partner has said that it takes place.
    """
    if slot.series_id is None or slot.occurrence_on is None:
        return
    exception = find_exception(session, slot)
    series, day = lock_series(session, slot.series_id), slot.occurrence_on
    if exception is None:
        pass  # it was left open only, and is in the series as before
    elif _differs_in_time(series, slot):
        exception.kind = ExceptionKind.MOVED
    elif (slot.room_id, slot.places) != (series.room_id, series.places):
        exception.kind = ExceptionKind.CHANGED
    else:
        session.delete(exception)
    plan = replace(plan_of(series), room_id=None)  # only whether the day is closed matters
    dates = plan_dates(session, plan, organisation_id=series.offer.organisation_id, first=day, last=day, at=at)
    if any(not one.takes_place for one in dates):
        series.kept_days = kept({*plan.kept_days, day})
        series.version += 1


def _differs_in_time(series: Series, slot: Slot) -> bool:
    day = slot.occurrence_on or series.starts_on
    found = [one for one in expand(series.rule, first=day, last=day) if one.index == slot.occurrence_index]
    return not found or (found[0].starts_at, found[0].ends_at) != (slot.starts_at, slot.ends_at)


def find_last_series(session: Session, actor: Actor, offer_id: int) -> Series | None:
    """Return the series an own offer got last, ended ones included, with place and room; None when it has none."""
    query = series_for(actor).where(Series.offer_id == offer_id)
    query = query.options(joinedload(Series.location), joinedload(Series.room))
    found: Series | None = session.scalar(query.order_by(Series.id.desc()).limit(1))
    return found


def lock_running(session: Session, organisation_id: int) -> list[Series]:
    """Return the running series of an organisation with their offers, in order of id, held until the end."""
    query = select(Series).join(Offer, Series.offer_id == Offer.id)
    query = query.where(Offer.organisation_id == organisation_id, Series.ended_at.is_(None))
    query = query.options(joinedload(Series.offer, innerjoin=True)).order_by(Series.id)
    return list(
        session.scalars(query.with_for_update(of=Series, key_share=True).execution_options(populate_existing=True))
    )


def end_all(session: Session, offer: Offer, *, at: datetime) -> None:
    """End all series of an offer."""
    running = update(Series).where(Series.offer_id == offer.id, Series.ended_at.is_(None))
    session.execute(running.values(ended_at=at, version=Series.version + 1))


def list_closed_days(
    session: Session, series: list[Series], offer: Offer, *, at: datetime, language: str = "de"
) -> list[tuple[Series, PlannedDate]]:
    """Return the coming dates of these series (with places) that fall out as their day is closed. One statement."""
    first, last = clock.local_date(at), horizon(at)
    series = [one for one in series if one.course_id is None]  # the sessions of a course are settled
    if not series:
        return []
    names = day_names(session, offer.organisation_id, first=first, last=last, language=language)
    found = []
    for one in series:
        plan, code = plan_of(one), one.location.municipality_code if one.location else None
        closed = _closed(plan, names, code, first, last, language)
        dates = expand(plan.rule, first=first, last=one.made_until_on or last)
        planned = [_planned(date, plan, closed, names, set()) for date in dates if date.starts_at > at]
        found += [(one, date) for date in planned if not date.takes_place]
    return sorted(found, key=lambda pair: pair[1].occurrence.starts_at)


def kept(days: Collection[date]) -> list[str]:
    """Write days as the series keeps them."""
    return sorted(day.isoformat() for day in days)
