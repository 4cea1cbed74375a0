"""What a changed rule does to the coming dates of a series: each new, unchanged, moved or removed, with its people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from calendars.recurrence import Occurrence, expand
from hub import clock
from hub.errors import NotFound
from hub.models.offer import Form
from hub.models.room_tick import ticks_between
from hub.models.series import ExceptionKind, Series, SeriesException
from hub.models.slot import Slot, SlotState
from hub.queries import room_ticks, series_effects
from hub.queries.busy_rooms import list_known
from hub.queries.busy_times import Known
from hub.queries.course_plans import last_day
from hub.queries.plans import placed
from hub.queries.series import Plan, PlannedDate, horizon, plan_dates
from hub.queries.series_dates import Found, Key, Kind, Row, key_of, new_row, row_of
from hub.queries.series_pairing import Meeting, pair, periods

LEFT_OVER = 100  # number on its day of a called-off date that the rule no longer gives, where its own is taken
A_MOMENT, A_DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True)
class Difference:
    """All coming dates of a series, in order; `plan` with its place filled in, None when the series ends."""

    rows: tuple[Row, ...]
    plan: Plan | None
    last: date  # the day up to which dates are made
    out: tuple[tuple[SeriesException, Key], ...]  # days taken out that have no date of their own, and their new names
    digest: str

    def of(self, *kinds: Kind) -> list[Row]:
        """Return the rows of these kinds."""
        return [row for row in self.rows if row.kind in kinds]

    @property
    def undecided(self) -> list[Row]:
        """Dates that would go although people are booked: somebody must say what becomes of them."""
        return [row for row in self.of(Kind.REMOVED) if row.booked]


def difference(
    session: Session, series: Series, plan: Plan | None, *, since: date, at: datetime, language: str = "de"
) -> Difference:
    """Hold a plan (None: the series ends) against the dates whose day by the present rule is `since` or later.

    Days are local, instants UTC; `series.offer` must be loaded. Nothing changes. At most eleven statements. Raises
    TooManyOccurrences.
    """
    plan = placed(plan, series.offer) if plan else None
    period = periods(series.rule, plan.rule if plan else series.rule)
    last = _last(series, plan, since, at)
    reach = next(day for day in _from(last) if period(day + A_DAY) != period(last))
    slots, out = list_scope(session, series, since), list_exceptions(session, series, since)
    was = {(one.on, one.index): one for one in expand(series.rule, first=since, last=reach)}
    planned = _planned(session, series, plan, since, reach, language)
    new = [Meeting(*key, one.occurrence.wall_start) for key, one in planned.items()]
    pairs = pair(_old(was, slots, out), new, period) if plan else {}
    here = {key_of(slot): slot for slot in slots}
    rows = [
        row_of(
            Found(slot, was.get(key), out.get(key), planned.get(pairs[key]) if key in pairs else None), series, plan, at
        )
        for key, slot in here.items()
    ]
    blocked = {pairs[key] for key in pairs if key in here or _is_out(out.get(key))}
    coming = {key: one for key, one in planned.items() if key[0] <= last and _comes(one, at)}
    rows += [new_row(one, plan) for key, one in coming.items() if plan and key not in blocked]
    rows, left = _apart(rows, {key: one for key, one in out.items() if key not in here}, pairs)
    rows = _with_calendar(session, series, _with_people(session, _with_rooms(session, rows)), at)
    rows.sort(key=lambda row: (row.starts_at, row.slot.id if row.slot else 0))
    return Difference(tuple(rows), plan, last, left, _digest(series, rows))


def _last(series: Series, plan: Plan | None, since: date, at: datetime) -> date:
    """The day up to which dates are made; those of a course all exist."""
    made = max(series.made_until_on or horizon(at), since)
    return made if plan is None or series.course_id is None else max(made, last_day(plan.rule))


def _from(day: date) -> Iterator[date]:
    """The day and all after it: dates are paired to the end of the week or month in which the last one made lies."""
    return (day + number * A_DAY for number in count())


def list_scope(session: Session, series: Series, since: date) -> list[Slot]:
    """Return the dates of a series whose day by the rule is `since` or later, by key, with place, room and pools."""
    query = select(Slot).where(Slot.series_id == series.id, Slot.occurrence_on >= since).order_by(Slot.id)
    return list(
        session.scalars(query.options(joinedload(Slot.location), joinedload(Slot.room), selectinload(Slot.pools)))
    )


def list_coming(session: Session, series: Series, *, at: datetime) -> list[Slot]:
    """Return the dates of a series that have not begun and are not called off, by time. One statement."""
    query = select(Slot).where(Slot.series_id == series.id, Slot.starts_at > at, Slot.state != SlotState.CALLED_OFF)
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def get_series_of(session: Session, slot: Slot) -> Series:
    """Return the series of an own date that came through a scope; NotFound for a single one."""
    series = session.scalar(select(Series).where(Series.id == slot.series_id))
    if series is None:
        raise NotFound
    return series


def list_exceptions(session: Session, series: Series, since: date) -> dict[Key, SeriesException]:
    """Return the exceptions of a series from a day on, by day and number."""
    query = select(SeriesException).where(
        SeriesException.series_id == series.id, SeriesException.occurrence_on >= since
    )
    return {(one.occurrence_on, one.occurrence_index): one for one in session.scalars(query)}


def _is_out(exception: SeriesException | None) -> bool:
    return exception is not None and exception.kind is ExceptionKind.CALLED_OFF


def _comes(planned: PlannedDate, at: datetime) -> bool:
    return planned.takes_place and planned.occurrence.starts_at > at


def _planned(
    session: Session, series: Series, plan: Plan | None, since: date, reach: date, language: str
) -> dict[Key, PlannedDate]:
    """All dates the plan gives, also closed ones and those of today that are over: they have their old ones too."""
    if plan is None:
        return {}
    found = plan_dates(
        session,
        replace(plan, room_id=None),  # rooms are looked up further down, without the dates that give theirs back
        organisation_id=series.offer.organisation_id,
        first=since,
        last=reach,
        at=clock.start_of_day(since) - A_MOMENT,
        language=language,
    )
    return {(one.occurrence.on, one.occurrence.index): one for one in found}


def _old(was: Mapping[Key, Occurrence], slots: Iterable[Slot], out: Mapping[Key, SeriesException]) -> list[Meeting]:
    """All dates of the present rule, also those never made, and what exists or was taken out beside it."""
    walls = {key: one.wall_start for key, one in was.items()}
    for slot in slots:
        walls.setdefault(key_of(slot), clock.local(slot.starts_at).replace(tzinfo=None))
    for key, exception in out.items():
        if _is_out(exception):
            walls.setdefault(key, datetime.combine(key[0], time()))
    return [Meeting(*key, wall) for key, wall in walls.items()]


def _apart(
    rows: list[Row], alone: Mapping[Key, SeriesException], pairs: Mapping[Key, Key]
) -> tuple[list[Row], tuple[tuple[SeriesException, Key], ...]]:
    """Give every date a name of its own: one that stays though the rule left it makes room for those the rule gives."""
    used = set(pairs.values()) | {row.key for row in rows if row.kind is Kind.NEW and row.key}

    def left_alone(row: Row) -> bool:
        return row.slot is not None and row.key is not None and key_of(row.slot) not in pairs

    named = [replace(row, key=_free(row.key, used)) if row.key and left_alone(row) else row for row in rows]
    out = tuple((one, pairs[key] if key in pairs else _free(key, used)) for key, one in alone.items())
    return named, out


def _free(key: Key, used: set[Key]) -> Key:
    numbers = (key[1], *range(LEFT_OVER, 2 * LEFT_OVER))
    free = next((key[0], number) for number in numbers if (key[0], number) not in used)
    used.add(free)
    return free


def _with_rooms(session: Session, rows: list[Row]) -> list[Row]:
    """Mark the dates whose room is taken, by somebody else or by another date of the series."""
    wanting = [row for row in rows if row.room_id is not None and row.kind in (Kind.NEW, Kind.MOVED)]
    if not wanting:
        return rows
    giving = [row.slot.id for row in rows if row.slot and row.kind in (Kind.MOVED, Kind.REMOVED)]
    rooms = {row.room_id for row in wanting if row.room_id is not None}
    buffers = room_ticks.buffers_of(session, rooms)
    first, last = _span(wanting)
    span = first, last + timedelta(minutes=max(buffers.values(), default=0))
    taken = series_effects.list_taken_ticks(session, rooms, span, besides=giving)
    marked: list[Row] = []
    for row in sorted(rows, key=lambda row: row.starts_at):
        wanted = row.room_id is not None and row.kind in (Kind.NEW, Kind.MOVED)
        room = row.room_id or 0
        ticks = {(room, tick) for tick in ticks_between(row.starts_at, row.ends_at, buffers.get(room, 0))}
        marked.append(replace(row, room_taken=wanted and not taken.isdisjoint(ticks)))
        # Pieces of one series follow each other as they were laid: what comes after a date is kept from others only.
        taken |= {(room, tick) for tick in ticks_between(row.starts_at, row.ends_at)} if wanted else set()
    return marked


def _with_calendar(session: Session, series: Series, rows: list[Row], at: datetime) -> list[Row]:
    """Say what the room's calendar knows of new times; a lent room that a coach has counts as taken then."""
    asked = {Kind.NEW, Kind.MOVED}  # of all others nothing is asked, as of dates without a room
    times = [(row.room_id if row.kind in asked else None, row.starts_at, row.ends_at) for row in rows]
    lends = series.offer.form is Form.ROOM
    return [
        row
        if known is Known.FREE
        else replace(row, room_known=known, room_taken=row.room_taken or (lends and bool(row.booked)))
        for row, known in zip(rows, list_known(session, times, at=at), strict=True)
    ]


def _with_people(session: Session, rows: list[Row]) -> list[Row]:
    """Add who is booked, and how many of them are elsewhere at a new time."""
    slots = {row.slot.id: row for row in rows if row.slot is not None}
    booked = series_effects.list_booked(session, [row.slot for row in rows if row.slot is not None])
    moved = [row for row in slots.values() if row.retimed]
    clashes: dict[int, int] = {}
    if moved:
        persons = {one.person for row in moved if row.slot for one in booked.get(row.slot.id, ())}
        elsewhere = series_effects.list_elsewhere(session, persons, _span(moved), besides=slots)
        new = {key: (row.starts_at, row.ends_at) for key, row in slots.items()}
        clashes = series_effects.count_clashes(new, booked, elsewhere)
    return [
        replace(row, booked=booked.get(row.slot.id, ()), clashing=clashes.get(row.slot.id, 0) if row.retimed else 0)
        if row.slot
        else row
        for row in rows
    ]


def _span(rows: list[Row]) -> tuple[datetime, datetime]:
    return min(row.starts_at for row in rows), max(row.ends_at for row in rows)


def _digest(series: Series, rows: list[Row]) -> str:
    """Return what changes when anything a partner was shown changes: dates, people, rooms, the series itself."""
    shown = [
        (row.kind, row.slot and (row.slot.id, row.slot.version), row.starts_at, row.ends_at, row.location_id, *more)
        for row in rows
        for more in [(row.room_id, row.places, row.booked, row.clashing, row.room_taken, row.room_known)]
    ]
    return sha256(repr((series.id, series.version, shown)).encode()).hexdigest()[:32]
