"""Questions about offers: one, its coming dates, and the search that the catalogue and coaches share.

The search takes at most four statements. Few offers that fit are each asked for their first date through the index of
their dates; where very many fit, the index of all dates is walked from now on instead. So neither the number of dates
nor that of offers decides how long it takes.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true, union_all
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from hub.errors import NotFound
from hub.geography import box_around, distance_km
from hub.models.location import Location
from hub.models.offer import STALE, Access, Offer
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import offers_for
from hub.queries.offer_facets import Candidate, Facets, count_facets, found_among, rows_to_count
from hub.queries.offer_filters import VISITED_KM, OfferFilter, Reach, conditions_on_places
from hub.queries.offer_question import LAST, Found, Question, are_few

DATES_SHOWN = 3
FEW = 100  # up to so many fitting offers are counted exactly
WALK = 1500  # so many dates at fitting times are looked at when more offers fit …
ENOUGH = 250  # … until so many of them fit in every way


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
    facets: Facets = field(default_factory=Facets)  # how many offers another wish would find, where asked for
    kilometres: tuple[float, ...] = ()  # how far all that was found is, the nearest first


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
    With `limit=0` it only counts. `count_aims` also counts the offers that each other wish would find, where that is
    exact (up to FEW offers); it costs no further statement.
    """
    question = Question(actor, filters, _circle(session, filters), at)
    found, more, facets = _ask_and_count(session, question) if count_aims else (*_ask_each(session, question), Facets())
    if more:
        found, more = _walk(session, question)
    elif not found and filters.words:
        question = question.besides(similar=True)
        found, more = _ask_each(session, question)
        facets = Facets() if found else facets
    found = sorted(found, key=lambda one: one.order)
    hits = _load(session, question, found[offset : offset + limit])
    far = sorted(one.kilometres for one in found if one.kilometres is not None)
    similar = bool(found) and question.filters.similar
    return SearchPage(hits, len(found), more, similar=similar, facets=facets, kilometres=tuple(far))


def _ask_and_count(session: Session, question: Question) -> tuple[list[Found], bool, Facets]:
    """Return the offers that fit, whether there are too many to look at each, and what other wishes would find."""
    rows = session.execute(rows_to_count(question, FEW + 1)).all()
    candidates = [Candidate(row, question) for row in rows]
    if len(candidates) <= FEW:
        return found_among(candidates), False, count_facets(candidates)
    if all(one.suits() for one in candidates):
        return [], True, Facets()
    return found_among(candidates), False, Facets()  # those that suit came first, so that all of them are here


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


def _ask_each(session: Session, question: Question) -> tuple[list[Found], bool]:
    """Return up to FEW offers that fit, each with its first fitting date, and whether there are more to walk for."""
    filters, circle = question.filters, question.circle
    reachable = and_(true(), *conditions_on_places(filters, circle, Offer.location_id, Offer.room_id))
    chosen = offers_for(question.actor).with_only_columns(Offer.id).where(*question.about_offers).limit(FEW + 1).cte()
    date: ColumnElement[Any] = question.next_date(Slot.starts_at)
    if not filters.similar:  # of those spelt much alike the first found are shown, and not walked for
        date = case((are_few(chosen, FEW + 1), date))
    query = select(
        Offer.id,
        Offer.aim,
        Offer.freshness,
        Offer.access,
        Offer.location_id,
        date.label("starts_at"),
        reachable.label("reachable"),
    ).join(chosen, chosen.c.id == Offer.id)
    rows = session.execute(query).all()
    found = [
        Found(row.id, row.aim, row.freshness in STALE, row.starts_at or LAST, question.kilometres(row.location_id))
        for row in rows[:FEW]
        if row.starts_at or (filters.dateless and row.access is Access.REQUEST and row.reachable)
    ]
    return found, len(rows) > FEW


def _walk(session: Session, question: Question) -> tuple[list[Found], bool]:
    """Return the offers of the next dates that fit in every way, each with the first, and whether there may be more."""
    if question.filters.free_is_all:
        return _by_next_free(session, question)
    # The inner limit keeps both databases on the index of all dates, however few of them they expect to fit.
    # Their columns are read from in there too: joined by key, PostgreSQL looks at each of a million dates first.
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
    found: dict[int, Found] = {}
    for row in session.execute(query):
        fading = row.freshness in STALE
        found.setdefault(row.id, Found(row.id, row.aim, fading, row.starts_at, question.kilometres(row.location_id)))
    return list(found.values()), True


def _by_next_free(session: Session, question: Question) -> tuple[list[Found], bool]:
    """Return the offers with a free date in the order of their stored next one; no date needs to be looked at."""
    query = offers_for(question.actor).with_only_columns(Offer.id, Offer.aim, Offer.freshness, Offer.next_free_at)
    query = query.where(*question.about_offers).order_by(Offer.next_free_at, Offer.id).limit(ENOUGH + 1)
    rows = session.execute(query).all()
    found = [Found(row.id, row.aim, row.freshness in STALE, row.next_free_at, None) for row in rows[:ENOUGH]]
    return found, len(rows) > ENOUGH


def _load(session: Session, question: Question, found: list[Found]) -> list[Hit]:
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


def _hit(offer: Offer, slots: list[Slot], question: Question) -> Hit:
    place = slots[0].location_id if slots else None
    return Hit(offer, slots, None if offer.visits_home else question.kilometres(place or offer.location_id))
