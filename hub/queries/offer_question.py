"""One search for offers as its statements share it, and what a first statement finds of each offer."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import CTE, ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.models.offer import Aim, Offer
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries.offer_filters import (
    OfferFilter,
    Reach,
    conditions_on_dates,
    conditions_on_offers,
    conditions_on_times,
)

T = TypeVar("T")
LAST = datetime.max.replace(tzinfo=UTC)


class Question:
    """A search with all that its statements share; conditions are built late and once: building costs the most."""

    def __init__(self, actor: Actor, filters: OfferFilter, circle: Reach | None, at: datetime) -> None:
        self.actor, self.filters, self.circle, self.at = actor, filters, circle, at

    @cached_property
    def about_offers(self) -> list[ColumnElement[bool]]:
        return conditions_on_offers(self.filters, self.circle)

    @cached_property
    def about_times(self) -> list[ColumnElement[bool]]:
        return conditions_on_times(self.filters, self.at)

    @cached_property
    def _dates(self) -> Select[Any]:
        return self.all_dates().order_by(Slot.starts_at, Slot.id).limit(1)

    def about_dates(self, slot: type[Slot]) -> list[ColumnElement[bool]]:
        return conditions_on_dates(self.filters, self.actor, self.circle, self.at, slot)

    def all_dates(self) -> Select[Any]:
        """All dates of an offer that fit, for the columns a caller names."""
        return self._all_dates

    @cached_property
    def _all_dates(self) -> Select[Any]:
        fits = (*self.about_times, *self.about_dates(Slot))
        return select(Slot).where(Slot.offer_id == Offer.id, *fits).correlate(Offer)

    def next_date(self, column: InstrumentedAttribute[T], number: int = 0) -> ScalarSelect[T]:
        """A column of an offer's n-th fitting date (0 is the next one)."""
        return self._dates.with_only_columns(column).offset(number).scalar_subquery()

    def kilometres(self, location_id: int | None) -> float | None:
        return self.circle.near.get(location_id) if self.circle is not None and location_id is not None else None

    def besides(self, **changed: Any) -> "Question":
        """Return the same question with other wishes; itself where they are no others."""
        filters = replace(self.filters, **changed)
        return self if filters == self.filters else Question(self.actor, filters, self.circle, self.at)


def are_few(chosen: CTE, most: int, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether fewer than `most` offers were chosen; where more fit, dates are walked, and none is asked for its own."""
    return select(func.count()).select_from(chosen).where(*conditions).scalar_subquery() < most


@dataclass(frozen=True)
class Found:
    """An offer that fits, with its first fitting date (LAST: by arrangement)."""

    offer_id: int
    aim: Aim
    fading: bool
    starts_at: datetime
    kilometres: float | None

    @property
    def order(self) -> tuple[bool, datetime, float, int]:
        """What nobody confirms comes last; else the next date first, then what is nearer."""
        return self.fading, self.starts_at, self.kilometres or 0.0, self.offer_id
