"""The nearest way out of a search that found nothing: the smallest thing to give up so that it finds something."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from hub.policy.actor import Actor
from hub.queries.offer_facets import Facets
from hub.queries.offer_filters import RADII, OfferFilter
from hub.queries.offers import SearchPage, search


class Way(StrEnum):
    """What to give up so that a search finds something, the smallest first."""

    OTHER_DAY = "other_day"
    FARTHER = "farther"
    FULL_TOO = "full_too"
    ANY_TIME = "any_time"
    FEWER_WISHES = "fewer_wishes"


@dataclass(frozen=True)
class WayOut:
    """What to give up, the search that is left, and how many offers it finds."""

    way: Way
    filters: OfferFilter
    total: int


def find_way_out(
    session: Session, actor: Actor, filters: OfferFilter, *, facets: Facets | None = None, at: datetime
) -> WayOut | None:
    """Return the smallest change of a search that found nothing after which it finds something; or None.

    What was counted with the search (`facets`) is asked first, as it costs nothing. Language and step-free access are
    never given up: without them an offer is of no use. Nine statements at most.
    """
    if facets is not None and (other := _other_day(filters, facets)):
        return other
    before = filters
    for way, wider in _steps(filters):
        if wider == before:
            continue
        page = search(session, actor, wider, at=at, limit=0)
        if page.total:
            return _only_as_far_as_needed(way, filters, wider, page)
        before = wider
    return None


def _other_day(filters: OfferFilter, facets: Facets) -> WayOut | None:
    """Return the day of the week that comes soonest after one that was wished for and has something; or None."""
    open_days = [day for day, total in facets.weekdays.items() if total]
    if not filters.weekdays or not open_days:
        return None
    nearest = min(open_days, key=lambda day: (min((day - one) % 7 for one in filters.weekdays), day))
    return WayOut(Way.OTHER_DAY, replace(filters, weekdays=frozenset({nearest})), facets.weekdays[nearest])


def _steps(filters: OfferFilter) -> list[tuple[Way, OfferFilter]]:
    """Return what to give up one after the other, each step keeping what the ones before gave up."""
    full_too = replace(filters, free=False)
    wide = replace(full_too, radius_km=max(filters.radius_km, RADII[-1]))
    any_time = replace(wide, weekdays=frozenset(), parts=frozenset(), until=None)
    fewer = replace(any_time, words="", aims=frozenset(), forms=frozenset(), accesses=frozenset(), with_someone=False)
    # With "only free places" the places that are full come first, and the distance goes together with the time.
    first = (Way.FULL_TOO, full_too) if filters.free else (Way.FARTHER, wide)
    return [first, (Way.ANY_TIME, any_time), (Way.FEWER_WISHES, fewer)]


def _only_as_far_as_needed(way: Way, filters: OfferFilter, wider: OfferFilter, page: SearchPage) -> WayOut:
    """Shrink the circle again to the smallest radius of the form that holds something."""
    if way is not Way.FARTHER or not page.kilometres:
        return WayOut(way, wider, page.total)
    radius = next((km for km in RADII if km >= page.kilometres[0]), wider.radius_km)
    inside = sum(km <= radius for km in page.kilometres)
    return WayOut(way, replace(wider, radius_km=max(radius, filters.radius_km)), inside)
