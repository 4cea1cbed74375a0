"""Where the offers of a page are, drawn as rings around the place that was named; the list of places says the same.

Nothing is fetched from anybody for it: a few circles and numbers, from coordinates this house has.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.geography import KM_PER_DEGREE, Municipality, distance_km
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.queries.offers import Hit
from hub.web import filters

RINGS: Mapping[int, tuple[int, ...]] = {5: (2, 5), 10: (5, 10), 20: (5, 10, 20), 30: (10, 20, 30)}
SIZE, MARGIN = 320, 14  # units of the drawing
REACH = SIZE / 2 - MARGIN  # from the middle to the outer ring
DOT = 11
WINDS = (
    N_("nördlich"),
    N_("nordöstlich"),
    N_("östlich"),
    N_("südöstlich"),
    N_("südlich"),
    N_("südwestlich"),
    N_("westlich"),
    N_("nordwestlich"),
)


@dataclass
class Dot:
    """A place of the drawing, or several so near to each other that one dot stands for them."""

    x: float
    y: float
    kilometres: float
    wind: Message
    names: list[str] = field(default_factory=list)
    offers: int = 0

    @property
    def far(self) -> str:
        return filters.kilometres(self.kilometres)

    @property
    def here(self) -> bool:
        """Whether it is in the place itself, where a direction says nothing."""
        return self.kilometres < 1

    def is_near(self, x: float, y: float) -> bool:
        """Whether another dot there would lie on this one."""
        return math.hypot(self.x - x, self.y - y) < 2 * DOT


@dataclass(frozen=True)
class Drawing:
    """What the page draws and lists."""

    place: str
    rings: list[tuple[int, float]]  # kilometres, radius in units
    dots: list[Dot]
    elsewhere: int  # offers without a way there: online, or at home
    size: int = SIZE
    dot: int = DOT

    @property
    def distances(self) -> str:
        return ", ".join(str(km) for km, _ in self.rings)


def drawing(middle: Municipality | None, radius_km: float, hits: Iterable[Hit]) -> Drawing | None:
    """Return the drawing of some hits around a place; None where no place was named or nothing lies around it."""
    if middle is None:
        return None
    scale = REACH / radius_km
    dots: list[Dot] = []
    elsewhere = 0
    for hit in sorted(hits, key=lambda one: one.distance_km or 0.0):
        place = _place(hit)
        if place is None or hit.distance_km is None:
            elsewhere += 1
            continue
        _put(dots, middle, place, scale)
    if not dots:
        return None
    rings = [(km, km * scale) for km in RINGS.get(int(radius_km), (int(radius_km),))]
    return Drawing(middle.name, rings, dots, elsewhere)


def _place(hit: Hit) -> Location | None:
    return hit.slots[0].location if hit.slots and hit.slots[0].location is not None else hit.offer.location


def _put(dots: list[Dot], middle: Municipality, place: Location, scale: float) -> None:
    """Count an offer at its place: a dot of its own, or the one that is there already."""
    east = (place.longitude - middle.longitude) * KM_PER_DEGREE * math.cos(math.radians(middle.latitude))
    north = (place.latitude - middle.latitude) * KM_PER_DEGREE
    x, y = round(SIZE / 2 + east * scale, 1), round(SIZE / 2 - north * scale, 1)
    dot = next((one for one in dots if one.is_near(x, y)), None)
    if dot is None:
        far = distance_km(middle.latitude, middle.longitude, place.latitude, place.longitude)
        wind = WINDS[round(math.degrees(math.atan2(east, north)) / 45) % 8]
        dots.append(dot := Dot(x, y, far, wind))
    dot.offers += 1
    if place.name not in dot.names:
        dot.names.append(place.name)
