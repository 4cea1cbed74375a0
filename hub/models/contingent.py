"""Contingent: places of every date of a series that are kept for a network, a Jobcenter or another organisation."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Contingent:
    """So many places, for whom, and how long before the start they go back to everybody (working days, then hours)."""

    places: int
    programme_id: int | None = None
    organisation_id: int | None = None
    working_days: int = 0
    hours: int = 0

    @property
    def stored(self) -> dict[str, Any]:
        """As the series keeps it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """Read what the series keeps."""
        return cls(**stored)
