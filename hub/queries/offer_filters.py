"""What a search for offers asks for, and the conditions it becomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.functions import FunctionElement

from hub.db import UTCDateTime
from hub.folding import words_of
from hub.models.enquiry import Enquiry
from hub.models.location import Location, Room
from hub.models.offer import Access, Aim, Form, Freshness, Offer, OfferState, Stage
from hub.models.series import Series
from hub.models.slot import Course, Pool, Slot, SlotState
from hub.policy.actor import Actor
from hub.queries.busy_dates import is_busy
from hub.queries.eligibility import Eligibility
from hub.queries.many_keys import is_among
from hub.queries.offer_words import has_word
from hub.queries.places import ANYBODY, Taker, free_for, taker_of

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Instant = datetime | ColumnElement[datetime]  # as a value, or as a parameter of a statement that is built once
EARLIER, LATER = aliased(Slot), aliased(Slot)  # other sessions of a course; made once, as making them takes long
DEFAULT_KM = 10
RADII = (5, 10, 20, 30)  # km, as the catalogue offers them
VISITED_KM = 25  # so far partners come to people's homes; who sets out says from where


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
class Reach:
    """The places within a wish's circle with their distance in km, and those from where a visit at home still comes."""

    near: dict[int, float]
    visiting: frozenset[int] = frozenset()


@dataclass(frozen=True)
class OfferFilter:
    """What is asked for; an empty set means "any". `near` is latitude and longitude in degrees."""

    words: str = ""
    similar: bool = False  # words that are spelt much like these count too
    aims: frozenset[Aim] = frozenset()
    forms: frozenset[Form] = frozenset()
    accesses: frozenset[Access] = frozenset()
    stages: frozenset[Stage] = frozenset()
    only: frozenset[int] = frozenset()  # keys of offers: look among these alone
    need: int | None = None  # key of a referral: whoever was asked for it already is left out
    near: tuple[float, float] | None = None
    radius_km: float = DEFAULT_KM
    weekdays: frozenset[int] = frozenset()  # 0 = Monday, in wall time
    parts: frozenset[DayPart] = frozenset()
    language: str = ""
    step_free: bool = False
    with_someone: bool = False  # somebody may come along
    women_only: bool = False
    eligibility: Eligibility | None = None  # of whom it is for; else for anybody
    until: datetime | None = None  # only dates that begin before then
    min_free: int = 0  # places one pool must still have; dates where one simply goes always count
    taker: Taker | None = None  # for whom; else for anybody the actor could book for
    idle: int | None = None  # key of a participant: only dates at which this person has nothing else
    bookable: bool = False  # only dates inside the offer's notice and booking window
    free: bool = False  # only dates that anybody could book now; kept places do not count

    @property
    def any_time(self) -> bool:
        """Whether no wish about day or time of day was named."""
        return not self.weekdays and not self.parts and self.until is None

    @property
    def dateless(self) -> bool:
        """Whether offers asked for by enquiry are found without dates too: nothing is wished of a date."""
        return self.any_time and not self.free

    @property
    def free_is_all(self) -> bool:
        """Whether all that is wished for of a date is that it is free: then the stored next free date says it."""
        elsewhere = self.near is not None or self.step_free
        return self.free and self.any_time and not elsewhere and self.min_free <= 1


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


def conditions_on_offers(filters: OfferFilter, circle: Reach | None) -> list[ColumnElement[bool]]:
    """Return what an offer itself must fulfil; `circle` holds the places in reach, None without a place."""
    # A room lent to coaches is nothing for people; it has a search of its own (queries/room_loans.py).
    wanted: list[ColumnElement[bool]] = [Offer.state == OfferState.PUBLISHED, Offer.form != Form.ROOM]
    wanted.append(Offer.freshness != Freshness.HIDDEN)  # nobody knows whether it still takes place
    wanted += wishes_about_offers(filters).values()
    if filters.stages:
        wanted.append(Offer.stage.in_(sorted(filters.stages)))
    wanted += _named(filters)
    wanted += [has_word(word, similar=filters.similar) for word in words_of(filters.words)]
    if filters.women_only:
        wanted.append(Offer.women_only.is_(True))
    if filters.eligibility is not None:
        wanted += filters.eligibility.conditions()
    if filters.free:  # kept by queries/next_free.py; spares looking at the dates of what is full
        wanted.append(Offer.next_free_at.is_not(None))
        if filters.until is not None:
            wanted.append(Offer.next_free_at < filters.until)
    if circle is not None:
        elsewhere = select(Series.offer_id).where(is_among(Series.location_id, circle.near))
        wanted.append(or_(_comes_near(Offer.location_id, circle), Offer.id.in_(elsewhere)))
    return wanted


def _named(filters: OfferFilter) -> list[ColumnElement[bool]]:
    """Return what follows from offers that were named by key."""
    wanted: list[ColumnElement[bool]] = []
    if filters.only:
        wanted.append(Offer.id.in_(sorted(filters.only)))
    if filters.need is not None:
        asked = select(Enquiry.id).where(Enquiry.offer_id == Offer.id, Enquiry.referral_id == filters.need)
        wanted.append(~asked.where(Enquiry.sent_at.is_not(None)).correlate(Offer).exists())
    return wanted


def wishes_about_offers(filters: OfferFilter) -> dict[str, ColumnElement[bool]]:
    """Return, by name, those wishes about an offer itself that a search's page counts (queries/offer_facets.py)."""
    wanted: dict[str, ColumnElement[bool]] = {}
    if filters.aims:
        wanted["aims"] = Offer.aim.in_(sorted(filters.aims))
    if filters.forms:
        wanted["forms"] = Offer.form.in_(sorted(filters.forms))
    if filters.accesses:
        wanted["accesses"] = Offer.access.in_(sorted(filters.accesses))
    if filters.with_someone:
        wanted["with_someone"] = Offer.companion_welcome.is_(True)
    if filters.language:
        wanted["language"] = cast(Offer.languages, Text).contains(f'"{filters.language}"', autoescape=True)
    return wanted


def conditions_on_times(filters: OfferFilter, at: Instant) -> list[ColumnElement[bool]]:
    """Return what a date must fulfil by itself; its indexes hold all these columns."""
    wanted = [Slot.starts_at > at, Slot.state == SlotState.PLANNED]
    if filters.until is not None:
        wanted.append(Slot.starts_at < filters.until)
    if filters.weekdays:
        wanted.append(Slot.local_weekday.in_(sorted(filters.weekdays)))
    if filters.parts:
        spans = (MINUTES[part] for part in sorted(filters.parts))
        wanted.append(or_(*(and_(Slot.local_minute >= a, Slot.local_minute < b) for a, b in spans)))
    return wanted


def conditions_on_dates(
    filters: OfferFilter, actor: Actor, circle: Reach | None, at: Instant, slot: type[Slot] = Slot
) -> list[ColumnElement[bool]]:
    """Return what a date must fulfil together with its offer; `slot` may be an alias."""
    wanted: list[ColumnElement[bool]] = []
    if filters.bookable or filters.free:
        now = at if isinstance(at, ColumnElement) else literal(at, UTCDateTime())
        wanted.append(slot.starts_at >= minutes_after(now, Offer.notice_minutes))
        # "is not false" hides the upper bound from PostgreSQL, which would expect too few dates and sort them all.
        wanted.append((slot.starts_at <= minutes_after(now, Offer.window_days * 24 * 60)).is_not(false()))
    place, room = func.coalesce(slot.location_id, Offer.location_id), func.coalesce(slot.room_id, Offer.room_id)
    wanted += conditions_on_places(filters, circle, place, room)
    wanted.append(_can_be_joined(slot, at))
    if least := max(filters.min_free, int(filters.free)):
        taker = ANYBODY if filters.free else filters.taker or taker_of(actor)
        wanted.append(or_(Offer.access == Access.OPEN, _has_free(slot, taker, least)))
        wanted.append(~_lacks_later(slot, taker, least))
    if filters.idle is not None:
        wanted.append(~is_busy(filters.idle, slot))
    return wanted


def _can_be_joined(slot: type[Slot], at: Instant) -> ColumnElement[bool]:
    """Whether a date stands for itself, or for its course: the first session to come, while one may still join."""
    earlier = EARLIER
    before = select(earlier.id).where(
        earlier.course_id == slot.course_id,
        earlier.starts_at > at,
        earlier.starts_at < slot.starts_at,
        earlier.state != SlotState.CALLED_OFF,
    )
    until = select(Course.join_until).where(Course.id == slot.course_id).correlate(slot).scalar_subquery()
    return or_(slot.course_id.is_(None), and_(slot.session <= until, ~before.correlate(slot).exists()))


def _lacks_later(slot: type[Slot], taker: Taker, places: int) -> ColumnElement[bool]:
    """Whether a later session of the same course has too few places: a course is booked whole."""
    later = LATER
    coming = (later.starts_at > slot.starts_at, later.state != SlotState.CALLED_OFF)
    query = select(later.id).where(later.course_id == slot.course_id, *coming, ~_has_free(later, taker, places))
    return query.correlate(slot).exists()


def conditions_on_places(
    filters: OfferFilter, circle: Reach | None, place: Column, room: Column
) -> list[ColumnElement[bool]]:
    """Return what the place and room of a date (or of an offer without dates) must fulfil."""
    wanted: list[ColumnElement[bool]] = []
    if circle is not None:
        wanted.append(_comes_near(place, circle))
    if filters.step_free:
        flat = select(Location.id).where(Location.step_free)
        flat_rooms = select(Room.id).where(Room.step_free)
        in_room = or_(room.is_(None), room.in_(flat_rooms))
        wanted.append(or_(_needs_no_way(place), and_(place.in_(flat), in_room)))
    return wanted


def _needs_no_way(place: Column) -> ColumnElement[bool]:
    return or_(Offer.form.in_((Form.ONLINE, Form.HOME_VISIT)), place.is_(None))


def _comes_near(place: Column, circle: Reach) -> ColumnElement[bool]:
    """Whether one gets there, or it comes: a visit at home from where the partner sets out, whatever the circle."""
    visit = and_(Offer.form == Form.HOME_VISIT, is_among(place, circle.visiting))
    return or_(Offer.form == Form.ONLINE, place.is_(None), is_among(place, circle.near), visit)


def _has_free(slot: type[Slot], taker: Taker, places: int) -> ColumnElement[bool]:
    enough = and_(Pool.slot_id == slot.id, Pool.places - Pool.taken >= places)
    return select(Pool.id).where(enough, taker.open_pools).correlate(slot).exists()


def free_places(slot: Slot, who: Actor | Taker) -> int:
    """Return the places left in a loaded date for one person, or for anybody this actor could book for."""
    return free_for(slot, who if isinstance(who, Taker) else taker_of(who))
