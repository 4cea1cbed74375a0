"""Questions about offers: one, its coming dates, and the search that the catalogue and coaches share.

The search takes at most four statements. Few offers that fit are each asked for their first date through the index of
their dates; where very many fit, the index of all dates is walked from now on instead. So neither the number of dates
nor that of offers decides how long it takes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from hub.errors import NotFound
from hub.geography import box_around, distance_km
from hub.models.location import Location
from hub.models.offer import STALE, Access, Aim, Offer
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import offers_for
from hub.queries.offer_filters import (
    VISITED_KM,
    OfferFilter,
    Reach,
    conditions_on_dates,
    conditions_on_offers,
    conditions_on_places,
    conditions_on_times,
)

T = TypeVar("T")
DATES_SHOWN = 3
FEW = 100  # up to so many fitting offers are counted exactly
FARTHEST_KM = 30
WALK = 3000  # so many dates at fitting times are looked at when more offers fit …
ENOUGH = 500  # … until so many of them fit in every way
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Hit:
    """One offer found, its next fitting dates (up to three; none: by arrangement), and how far the first one is."""

    offer: Offer
    slots: list[Slot]
    distance_km: float | None


@dataclass(frozen=True)
class SearchPage:
    """One page of hits; `more` says that there are more than `total`, which were not counted.

    `similar` says that no offer has the words asked for, only such as are spelt much like them.
    """

    hits: list[Hit]
    total: int
    more: bool = False
    similar: bool = False
    aims: Mapping[Aim, int] = field(
        default_factory=dict
    )  # offers for each need, as if none were named; empty: uncounted


class _Question:
    """A search with all that its statements share; conditions are built once, as building costs more than asking."""

    def __init__(self, actor: Actor, filters: OfferFilter, circle: Reach | None, at: datetime) -> None:
        self.actor, self.filters, self.circle, self.at = actor, filters, circle, at
        self.about_offers = conditions_on_offers(filters, circle)
        self.about_times = conditions_on_times(filters, at)
        self._dates = (
            select(Slot)
            .where(Slot.offer_id == Offer.id, *self.about_times, *self.about_dates(Slot))
            .order_by(Slot.starts_at, Slot.id)
            .limit(1)
            .correlate(Offer)
        )

    def about_dates(self, slot: type[Slot]) -> list[ColumnElement[bool]]:
        return conditions_on_dates(self.filters, self.actor, self.circle, self.at, slot)

    def next_date(self, column: InstrumentedAttribute[T], number: int = 0) -> ScalarSelect[T]:
        """A column of an offer's n-th fitting date (0 is the next one)."""
        return self._dates.with_only_columns(column).offset(number).scalar_subquery()

    def kilometres(self, location_id: int | None) -> float | None:
        return self.circle.near.get(location_id) if self.circle is not None and location_id is not None else None


@dataclass(frozen=True)
class _Found:
    offer_id: int
    aim: Aim
    fading: bool
    starts_at: datetime
    kilometres: float | None

    @property
    def order(self) -> tuple[bool, datetime, float, int]:
        """What nobody confirms comes last; else the next date first, then what is nearer."""
        return self.fading, self.starts_at, self.kilometres or 0.0, self.offer_id


def get_offer(session: Session, actor: Actor, public_id: str) -> Offer:
    """Return one offer the actor sees with organisation, place and room; else NotFound."""
    query = offers_for(actor).where(Offer.public_id == public_id)
    query = query.options(joinedload(Offer.organisation), joinedload(Offer.location), joinedload(Offer.room))
    offer: Offer | None = session.scalar(query)
    if offer is None:
        raise NotFound
    return offer


def list_coming_slots(session: Session, offer: Offer, *, at: datetime, limit: int) -> list[Slot]:
    """Return the coming dates of an offer, called-off ones included, with place, room and pools. Two statements.

    Sessions of courses are left out (queries/courses.py: list_open_courses).
    """
    query = select(Slot).where(Slot.offer_id == offer.id, Slot.starts_at > at, Slot.course_id.is_(None))
    query = query.options(joinedload(Slot.location), joinedload(Slot.room), selectinload(Slot.pools))
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id).limit(limit)))


def search(
    session: Session,
    actor: Actor,
    filters: OfferFilter,
    *,
    at: datetime,
    limit: int = 20,
    offset: int = 0,
    count_aims: bool = False,
) -> SearchPage:
    """Return one page of published offers the actor sees that fit all filters: next date first, then the nearer one.

    Offers whose partner no longer confirms them come after all others; hidden ones are not found at all.
    Offers asked for by enquiry are found without dates too (last), unless day or time of day matters. Where nothing has
    the words asked for, offers with words spelt much like them are found.
    With `limit=0` it only counts. `count_aims` also says how many offers there are for each need, where it is exact.
    """
    circle = _circle(session, filters)
    question = _Question(actor, filters, circle, at)
    found, more = _ask_each(session, question)
    if more:
        found = _walk(session, question)
    elif not found and filters.words:
        question = _Question(actor, replace(filters, similar=True), circle, at)
        found, more = _ask_each(session, question)
    found = sorted(found, key=lambda one: one.order)
    hits = _load(session, question, found[offset : offset + limit])
    aims = _count_aims(session, question, found) if count_aims and not more else {}
    return SearchPage(hits, len(found), more, similar=bool(found) and question.filters.similar, aims=aims)


def _count_aims(session: Session, question: _Question, found: list[_Found]) -> Mapping[Aim, int]:
    """Return how many offers there are for each need; one statement where a need was named, else none."""
    filters, more = question.filters, False
    if filters.similar:
        return {}
    if filters.aims:
        anything = replace(filters, aims=frozenset())
        found, more = _ask_each(session, _Question(question.actor, anything, question.circle, question.at))
    return {} if more else Counter(one.aim for one in found)


def _circle(session: Session, filters: OfferFilter) -> Reach | None:
    """Return the places in reach, one's own and that of visits at home; None when no place was named."""
    if filters.near is None:
        return None
    south, north, west, east = box_around(*filters.near, max(filters.radius_km, VISITED_KM))
    query = select(Location.id, Location.latitude, Location.longitude).where(
        Location.latitude.between(south, north), Location.longitude.between(west, east)
    )
    far = {row.id: distance_km(*filters.near, row.latitude, row.longitude) for row in session.execute(query)}
    near = {location_id: km for location_id, km in far.items() if km <= filters.radius_km}
    return Reach(near, frozenset(location_id for location_id, km in far.items() if km <= VISITED_KM))


def _ask_each(session: Session, question: _Question) -> tuple[list[_Found], bool]:
    """Return up to FEW offers that fit, each with its first fitting date, and whether there are more."""
    filters, circle = question.filters, question.circle
    reachable = and_(true(), *conditions_on_places(filters, circle, Offer.location_id, Offer.room_id))
    query = (
        offers_for(question.actor)
        .with_only_columns(
            Offer.id,
            Offer.aim,
            Offer.freshness,
            Offer.access,
            Offer.location_id,
            question.next_date(Slot.starts_at).label("starts_at"),
            reachable.label("reachable"),
        )
        .where(*question.about_offers)
    )
    rows = session.execute(query.limit(FEW + 1)).all()
    by_arrangement = filters.any_time
    found = [
        _Found(row.id, row.aim, row.freshness in STALE, row.starts_at or LAST, question.kilometres(row.location_id))
        for row in rows[:FEW]
        if row.starts_at or (by_arrangement and row.access is Access.REQUEST and row.reachable)
    ]
    return found, len(rows) > FEW


def _walk(session: Session, question: _Question) -> list[_Found]:
    """Return the offers of the next dates at fitting times, each with its first date that fits in every way."""
    # The inner limit keeps both databases on the index of all dates, however few of them they expect to fit.
    times = select(Slot).where(*question.about_times).order_by(Slot.starts_at).limit(WALK).subquery()
    date = aliased(Slot, times)
    place = func.coalesce(date.location_id, Offer.location_id).label("location_id")
    query = (
        offers_for(question.actor)
        .join(date, date.offer_id == Offer.id)
        .with_only_columns(Offer.id, Offer.aim, Offer.freshness, date.starts_at, place)
        .where(*question.about_offers, *question.about_dates(date))
        .order_by(date.starts_at)
        .limit(ENOUGH)
    )
    found: dict[int, _Found] = {}
    for row in session.execute(query):
        fading = row.freshness in STALE
        found.setdefault(row.id, _Found(row.id, row.aim, fading, row.starts_at, question.kilometres(row.location_id)))
    return list(found.values())


def _load(session: Session, question: _Question, found: list[_Found]) -> list[Hit]:
    """Return the offers of one page with their next dates and all that a page shows of them. One statement."""
    if not found:
        return []
    ids = [one.offer_id for one in found]
    nexts = union_all(
        *(
            select(Offer.id.label("offer_id"), question.next_date(Slot.id, number).label("slot_id")).where(
                Offer.id.in_(ids)
            )
            for number in range(DATES_SHOWN)
        )
    ).subquery()
    query = (
        select(Offer, Slot)
        .outerjoin(nexts, nexts.c.offer_id == Offer.id)
        .outerjoin(Slot, Slot.id == nexts.c.slot_id)
        .outerjoin(Slot.pools)
        .where(Offer.id.in_(ids))
        .options(
            joinedload(Offer.organisation),
            joinedload(Offer.location),
            joinedload(Offer.room),
            contains_eager(Slot.pools),
            joinedload(Slot.location),
            joinedload(Slot.room),
        )
        .order_by(Slot.starts_at, Slot.id)
    )
    offers: dict[int, Offer] = {}
    slots: dict[int, list[Slot]] = {offer_id: [] for offer_id in ids}
    for offer, slot in session.execute(query).unique():
        offers[offer.id] = offer
        if slot is not None:
            set_committed_value(slot, "offer", offer)
            slots[offer.id].append(slot)
    return [_hit(offers[one.offer_id], slots[one.offer_id], question) for one in found]


def _hit(offer: Offer, slots: list[Slot], question: _Question) -> Hit:
    place = slots[0].location_id if slots else None
    return Hit(offer, slots, None if offer.visits_home else question.kilometres(place or offer.location_id))


class Way(StrEnum):
    """What to give up so that a search finds something, the smallest first."""

    FARTHER = "farther"
    ANY_TIME = "any_time"
    FEWER_WISHES = "fewer_wishes"


def find_way_out(
    session: Session, actor: Actor, filters: OfferFilter, *, at: datetime
) -> tuple[Way, OfferFilter, int] | None:
    """Return the smallest change of a search that found nothing after which it finds something, and how much; or None.

    Language and step-free access are never given up: without them an offer is of no use. Nine statements at most.
    """
    wide = replace(filters, radius_km=max(filters.radius_km, FARTHEST_KM))
    any_time = replace(wide, weekdays=frozenset(), parts=frozenset(), until=None)
    fewer = replace(any_time, words="", aims=frozenset(), forms=frozenset(), accesses=frozenset(), with_someone=False)
    before = filters
    for way, wider in ((Way.FARTHER, wide), (Way.ANY_TIME, any_time), (Way.FEWER_WISHES, fewer)):
        if wider != before and (total := search(session, actor, wider, at=at, limit=0).total):
            return way, wider, total
        before = wider
    return None
