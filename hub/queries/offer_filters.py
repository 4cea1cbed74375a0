"""What a search for offers asks for, and the conditions it becomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from hub.db import UTCDateTime
from hub.folding import fold
from hub.models.location import Location, Room
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.series import Series
from hub.models.slot import Pool, PoolState, Slot, SlotState
from hub.models.user import Role
from hub.policy.actor import Actor

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
DEFAULT_KM = 10


class DayPart(StrEnum):
    """The times of day people plan in, by the start of a date in wall time."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


MINUTES = {  # first minute and the minute after the last
    DayPart.MORNING: (0, 12 * 60),
    DayPart.AFTERNOON: (12 * 60, 17 * 60),
    DayPart.EVENING: (17 * 60, 24 * 60),
}


@dataclass(frozen=True)
class OfferFilter:
    """What is asked for; an empty set means "any". `near` is latitude and longitude in degrees."""

    words: str = ""
    aims: frozenset[Aim] = frozenset()
    forms: frozenset[Form] = frozenset()
    accesses: frozenset[Access] = frozenset()
    near: tuple[float, float] | None = None
    radius_km: float = DEFAULT_KM
    weekdays: frozenset[int] = frozenset()  # 0 = Monday, in wall time
    parts: frozenset[DayPart] = frozenset()
    language: str = ""
    step_free: bool = False
    min_free: int = 0  # places one pool must still have; dates where one simply goes always count
    bookable: bool = False  # only dates inside the offer's notice and booking window

    @property
    def any_time(self) -> bool:
        """Whether no wish about day or time of day was named."""
        return not self.weekdays and not self.parts


class minutes_after(FunctionElement[datetime]):  # noqa: N801 (reads as the SQL function it becomes)
    """An instant plus a number of minutes from a column, on both databases."""

    type = UTCDateTime()
    inherit_cache = True


@compiles(minutes_after, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    at, minutes = (compiler.process(clause, **options) for clause in element.clauses)
    return f"strftime('%Y-%m-%d %H:%M:%f000', {at}, ({minutes}) || ' minutes')"


@compiles(minutes_after, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    at, minutes = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({at} AS TIMESTAMP WITH TIME ZONE) + make_interval(mins => {minutes}))"


def conditions_on_offers(filters: OfferFilter, circle: dict[int, float] | None) -> list[ColumnElement[bool]]:
    """Return what an offer itself must fulfil; `circle` holds the places in reach (id → km), None without a place."""
    wanted: list[ColumnElement[bool]] = [Offer.state == OfferState.PUBLISHED]
    for column, values in (
        (Offer.aim, filters.aims),
        (Offer.form, filters.forms),
        (Offer.access, filters.accesses),
    ):
        if values:
            wanted.append(column.in_(sorted(values)))
    wanted += [_says(word) for word in fold(filters.words).split()]
    if filters.language:
        wanted.append(cast(Offer.languages, Text).contains(f'"{filters.language}"', autoescape=True))
    if circle is not None:
        elsewhere = select(Series.offer_id).where(Series.location_id.in_(circle))
        wanted.append(or_(_needs_no_way(Offer.location_id), Offer.location_id.in_(circle), Offer.id.in_(elsewhere)))
    return wanted


def _says(word: str) -> ColumnElement[bool]:
    by = select(Organisation.id).where(Organisation.folded_name.contains(word))
    return or_(Offer.folded_title.contains(word), Offer.folded_summary.contains(word), Offer.organisation_id.in_(by))


def conditions_on_times(filters: OfferFilter, at: datetime) -> list[ColumnElement[bool]]:
    """Return what a date must fulfil by itself; its indexes hold all these columns."""
    wanted = [Slot.starts_at > at, Slot.state == SlotState.PLANNED]
    if filters.weekdays:
        wanted.append(Slot.local_weekday.in_(sorted(filters.weekdays)))
    if filters.parts:
        spans = (MINUTES[part] for part in sorted(filters.parts))
        wanted.append(or_(*(and_(Slot.local_minute >= a, Slot.local_minute < b) for a, b in spans)))
    return wanted


def conditions_on_dates(
    filters: OfferFilter, actor: Actor, circle: dict[int, float] | None, at: datetime, slot: type[Slot] = Slot
) -> list[ColumnElement[bool]]:
    """Return what a date must fulfil together with its offer; `slot` may be an alias."""
    wanted: list[ColumnElement[bool]] = []
    if filters.bookable:
        now = literal(at, UTCDateTime())
        wanted.append(slot.starts_at >= minutes_after(now, Offer.notice_minutes))
        # "is not false" hides the upper bound from PostgreSQL, which would expect too few dates and sort them all.
        wanted.append((slot.starts_at <= minutes_after(now, Offer.window_days * 24 * 60)).is_not(false()))
    place, room = func.coalesce(slot.location_id, Offer.location_id), func.coalesce(slot.room_id, Offer.room_id)
    wanted += conditions_on_places(filters, circle, place, room)
    if filters.min_free:
        wanted.append(or_(Offer.access == Access.OPEN, _has_free(slot, actor, filters.min_free)))
    return wanted


def conditions_on_places(
    filters: OfferFilter, circle: dict[int, float] | None, place: Column, room: Column
) -> list[ColumnElement[bool]]:
    """Return what the place and room of a date (or of an offer without dates) must fulfil."""
    wanted: list[ColumnElement[bool]] = []
    if circle is not None:
        wanted.append(or_(_needs_no_way(place), place.in_(circle)))
    if filters.step_free:
        flat = select(Location.id).where(Location.step_free)
        flat_rooms = select(Room.id).where(Room.step_free)
        in_room = or_(room.is_(None), room.in_(flat_rooms))
        wanted.append(or_(_needs_no_way(place), and_(place.in_(flat), in_room)))
    return wanted


def _needs_no_way(place: Column) -> ColumnElement[bool]:
    return or_(Offer.form == Form.ONLINE, place.is_(None))


def _has_free(slot: type[Slot], actor: Actor, places: int) -> ColumnElement[bool]:
    mine = or_(
        ~Pool.kept,
        Pool.programme_id.in_(actor.programme_ids),
        Pool.organisation_id.in_(actor.organisations(Role.COACH)),
    )
    enough = and_(Pool.slot_id == slot.id, Pool.state == PoolState.OPEN, Pool.places - Pool.taken >= places)
    return select(Pool.id).where(enough, mine).correlate(slot).exists()


def free_places(slot: Slot, actor: Actor) -> int:
    """Return the places this actor could still book in a loaded date: open ones and those kept for their network."""
    coached = actor.organisations(Role.COACH)
    return sum(
        pool.places - pool.taken
        for pool in slot.pools
        if pool.state is PoolState.OPEN
        and (not pool.kept or pool.programme_id in actor.programme_ids or pool.organisation_id in coached)
    )
