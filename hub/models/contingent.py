"""Contingent: places of every date of a series that are kept for a network, a Jobcenter or another organisation."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from calendars.holidays import closed_days
from calendars.working_time import add_working_days


@dataclass(frozen=True, kw_only=True)
class Contingent:
    """So many places, for whom, and how long before the start they go back to everybody (working days, then hours)."""

    places: int
    programme_id: int | None = None
    organisation_id: int | None = None
    working_days: int = 0
    hours: int = 0

    def release_at(self, starts_at: datetime) -> datetime:
        """Return when the places of a date go back to everybody, never after its start; Saxon holidays are no days."""
        same_time = add_working_days(starts_at, -self.working_days, closed=closed_days())
        return same_time - timedelta(hours=self.hours)

    @property
    def stored(self) -> dict[str, Any]:
        """As the series keeps it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """Read what the series keeps."""
        return cls(**stored)
