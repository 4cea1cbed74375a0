"""From the clock on the wall to UTC, with a clear answer for the two odd hours of the year."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

BERLIN = "Europe/Berlin"


class WallProblem(StrEnum):
    """Why a wall time is not one clear instant."""

    GAP = "gap"  # the clock jumps over it in spring
    DOUBLED = "doubled"  # the clock shows it twice in autumn


class Resolved(NamedTuple):
    """An instant in UTC and what was odd about its wall time."""

    at: datetime
    problem: WallProblem | None


@cache
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name; ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as reason:
        raise ValueError(f"unknown time zone: {name!r}") from reason


def resolve(wall: datetime, zone: str = BERLIN) -> Resolved:
    """The UTC instant of a naive wall time in an IANA zone.

    A wall time in the spring gap gets the offset before the jump, a doubled one its first instant: RFC 5545, 3.3.5
    says so for both. Both are flagged; forms should refuse the first and mention the second. Raises ValueError for an
    aware datetime or an unknown zone.
    """
    if wall.tzinfo is not None:
        raise ValueError("wall must be a naive datetime")
    first = wall.replace(tzinfo=zone_of(zone), fold=0)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    problem = None
    if before is not None and after is not None and before != after:
        problem = WallProblem.GAP if before < after else WallProblem.DOUBLED
    return Resolved(first.astimezone(UTC), problem)
