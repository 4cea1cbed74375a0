"""Municipalities of the three districts with postal codes and coordinates, and distances between them, all offline."""

import csv
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hub.folding import fold

_DATA = Path(__file__).resolve().parent / "data"
_EARTH_KM = 6371.0
KM_PER_DEGREE = math.pi * _EARTH_KM / 180


@dataclass(frozen=True)
class Municipality:
    """One municipality: official key, district, coordinates in degrees (WGS 84)."""

    code: str
    district: str
    name: str
    postal_codes: tuple[str, ...]
    latitude: float
    longitude: float
    approximate: bool  # the coordinates are those of a part of it, or of its nearest neighbour
    sorbian_name: str = ""


@cache
def municipalities() -> tuple[Municipality, ...]:
    """Return all municipalities in the order of their names."""
    sorbian = {row["ags"]: row["name"] for row in _rows("ortsnamen_hsb.csv")}
    rows = [row | {"sorbian": sorbian.get(row["ags"], "")} for row in _rows("gemeinden.csv")]
    located = [_read(row) for row in rows if row["lat"]]
    strangers = [_beside(row, located) for row in rows if not row["lat"]]
    return tuple(sorted(located + strangers, key=lambda one: fold(one.name)))


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(line for line in source if not line.startswith("#")))


def _read(row: dict[str, str]) -> Municipality:
    return Municipality(
        code=row["ags"],
        district=row["district"],
        name=row["name"],
        postal_codes=tuple(row["postal_codes"].split()),
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        approximate="coordinates of" in row["note"],
        sorbian_name=row["sorbian"],
    )


def _beside(row: dict[str, str], located: list[Municipality]) -> Municipality:
    """Place a municipality without coordinates where its neighbour by postal code is, in its own district first."""
    own = [int(code) for code in row["postal_codes"].split()]

    def farness(other: Municipality) -> tuple[bool, int, str]:
        between = min(abs(int(code) - one) for code in other.postal_codes for one in own)
        return other.district != row["district"], between, other.code

    neighbour = min(located, key=farness)
    here = _read(row | {"lat": str(neighbour.latitude), "lon": str(neighbour.longitude)})
    return replace(here, approximate=True)


def find_municipality(code: str) -> Municipality | None:
    """Return the municipality with this official key, or None."""
    return _by_code().get(code)


@cache
def _by_code() -> dict[str, Municipality]:
    return {one.code: one for one in municipalities()}


def find_by_name_or_postal_code(text: str) -> list[Municipality]:
    """Return the municipalities that a person may mean, the likeliest first; "01640", "Coswig", "01640 Coswig"."""
    words = fold(text).split()
    code = next((word for word in words if word.isdigit()), "")
    name = " ".join(word for word in words if not word.isdigit())
    if not name and len(code) < 3:
        return []
    found = [(_rank(one, code, name), one) for one in municipalities()]
    return [one for rank, one in sorted((pair for pair in found if pair[0]), key=lambda pair: pair[0] or 0)]


def _rank(one: Municipality, code: str, name: str) -> int | None:
    """1 is the same name, then its beginning, a word's beginning, and any part of it; None does not fit at all."""
    if code and not any(own.startswith(code) for own in one.postal_codes):
        return None
    ranks = [_likeness(fold(own), name) for own in (one.name, one.sorbian_name) if own]
    return min((rank for rank in ranks if rank), default=None)


def _likeness(own: str, name: str) -> int | None:
    tests = (own == name, own.startswith(name), f" {name}" in own, name in own)
    return next((rank for rank, fits in enumerate(tests, 1) if fits), None)


def distance_km(a_latitude: float, a_longitude: float, b_latitude: float, b_longitude: float) -> float:
    """Return the great-circle distance of two points in kilometres (haversine on a sphere)."""
    a, b = math.radians(a_latitude), math.radians(b_latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(b_longitude - a_longitude) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(half))


def box_around(latitude: float, longitude: float, radius_km: float) -> tuple[float, float, float, float]:
    """Return south, north, west and east of a box in degrees that holds the whole circle."""
    high = radius_km / KM_PER_DEGREE
    wide = high / math.cos(math.radians(min(abs(latitude) + high, 89)))
    return latitude - high, latitude + high, longitude - wide, longitude + wide
