"""How many offers there would be with another wish: each kind of wish counted within all the others, in one statement.

The statement reads the offers that fit without any wish about the offer itself, each with its first fitting date and
with the days and times of day it has dates at; the rest is counting. Offers are counted, never their dates.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, true, union_all

from hub.models.offer import STALE, Access, Aim, Form, Offer
from hub.models.slot import Slot
from hub.policy.scopes import offers_for
from hub.queries.offer_filters import MINUTES, DayPart, conditions_on_places, wishes_about_offers
from hub.queries.offer_question import LAST, Found, Question, are_few

PARTS = tuple(DayPart)
DAYS = range(7)
WISHES = ("aims", "forms", "accesses", "language", "with_someone")  # as wishes_about_offers names them


@dataclass(frozen=True)
class Facets:
    """Offers for each possible wish; all empty where it would not be exact (`counted` is False)."""

    counted: bool = False
    aims: Mapping[Aim, int] = field(default_factory=dict)
    forms: Mapping[Form, int] = field(default_factory=dict)
    accesses: Mapping[Access, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    weekdays: Mapping[int, int] = field(default_factory=dict)  # 0 is Monday
    parts: Mapping[DayPart, int] = field(default_factory=dict)
    with_someone: int = 0
    step_free: int = 0
    free: int = 0


def rows_to_count(question: Question, most: int) -> Select[Any]:
    """Return the statement: up to `most` offers, those that fulfil all wishes about the offer itself first.

    Where `most` fulfil them, nothing is asked about their dates: there are too many to count.
    """
    # Without these wishes all offers that a count could be about are read; the others stay.
    bare = question.besides(aims=frozenset(), forms=frozenset(), accesses=frozenset(), language="", with_someone=False)
    wishes = wishes_about_offers(question.filters)
    published = offers_for(question.actor).where(*bare.about_offers)
    suits = and_(true(), *wishes.values())
    # Each half ends at the first `most` it meets; to put all offers there are into order would take long.
    halves = [
        published.with_only_columns(Offer.id, literal(unsuited).label("unsuited")).where(met).limit(most)
        for unsuited, met in enumerate([suits, suits.is_not(True)] if wishes else [suits])
    ]
    both = union_all(*(select(half.subquery()) for half in halves)).subquery()
    chosen = select(both).order_by(both.c.unsuited).limit(most).cte()
    few = are_few(chosen, most, chosen.c.unsuited == 0)
    step_free = question.besides(step_free=True)
    columns: tuple[Any, ...] = (
        Offer.id,
        Offer.aim,
        Offer.form,
        Offer.access,
        Offer.languages,
        Offer.companion_welcome,
        Offer.freshness,
        Offer.location_id,
        case((few, question.next_date(Slot.starts_at))).label("starts_at"),
        case((few, _times(question))).label("times"),
        case((few, step_free.next_date(Slot.id))).label("step_free"),
        case((few, _free(question))).label("free"),
        _reachable(question).label("reachable"),
        _reachable(step_free).label("reachable_step_free"),
        *(condition.label(name) for name, condition in wishes.items()),
    )
    return select(*columns).join(chosen, chosen.c.id == Offer.id)


def _free(question: Question) -> ColumnElement[Any]:
    """Something where an offer has a fitting date that is free: the stored one, where any date fits."""
    free = question.besides(free=True)
    if free.filters.free_is_all:
        return Offer.next_free_at.expression
    return case((Offer.next_free_at.is_not(None), free.next_date(Slot.id)))


def _reachable(question: Question) -> ColumnElement[bool]:
    return and_(true(), *conditions_on_places(question.filters, question.circle, Offer.location_id, Offer.room_id))


def _times(question: Question) -> ColumnElement[int]:
    """The days and times of day an offer has fitting dates at, whichever were wished for: a bit for each pair."""
    part = case(*((Slot.local_minute < MINUTES[one][1], number) for number, one in enumerate(PARTS)), else_=0)
    bit = literal(1).op("<<")(Slot.local_weekday * len(PARTS) + part)
    dates = question.besides(weekdays=frozenset(), parts=frozenset()).all_dates()
    return dates.with_only_columns(func.sum(bit.distinct())).scalar_subquery()


@dataclass(frozen=True)
class Candidate:
    """One offer with what decides whether it fits."""

    row: Any
    question: Question

    def has_date(self) -> bool:
        """Whether it fits by its dates, or because one asks and then finds a time."""
        return self.row.starts_at is not None or (self._by_arrangement and self.row.reachable)

    def is_step_free(self) -> bool:
        return self.row.step_free is not None or (self._by_arrangement and self.row.reachable_step_free)

    def is_free(self) -> bool:
        return self.row.free is not None

    @property
    def _by_arrangement(self) -> bool:
        return self.question.filters.dateless and self.row.access is Access.REQUEST

    def days(self) -> Iterable[int]:
        """Return the days of the week with a date at a time of day that is wished for."""
        wanted = self.question.filters.parts or frozenset(PARTS)
        return [day for day in DAYS if any(self._meets(day, part) for part in wanted)]

    def parts(self) -> Iterable[DayPart]:
        """Return the times of day with a date on a day that is wished for."""
        wanted = self.question.filters.weekdays or frozenset(DAYS)
        return [part for part in PARTS if any(self._meets(day, part) for day in wanted)]

    def _meets(self, day: int, part: DayPart) -> bool:
        return bool((self.row.times or 0) >> (day * len(PARTS) + PARTS.index(part)) & 1)

    def suits(self, but: str = "") -> bool:
        """Whether it fulfils the wishes about the offer itself, one of them (by its name) left out."""
        return all(getattr(self.row, name, True) for name in WISHES if name != but)  # no column: not wished for

    def found(self) -> Found:
        row = self.row
        km = self.question.kilometres(row.location_id)
        return Found(row.id, row.aim, row.freshness in STALE, row.starts_at or LAST, km)


def found_among(candidates: Iterable[Candidate]) -> list[Found]:
    """Return those that fulfil everything."""
    return [one.found() for one in candidates if one.suits() and one.has_date()]


def count_facets(candidates: Sequence[Candidate]) -> Facets:
    """Count the offers for each possible wish, all other wishes kept."""
    dated, suited = [one for one in candidates if one.has_date()], [one for one in candidates if one.suits()]
    return Facets(
        counted=True,
        aims=_tally(dated, "aims", lambda one: [one.row.aim]),
        forms=_tally(dated, "forms", lambda one: [one.row.form]),
        accesses=_tally(dated, "accesses", lambda one: [one.row.access]),
        languages=_tally(dated, "language", lambda one: set(one.row.languages)),
        weekdays=_tally(suited, "", Candidate.days),
        parts=_tally(suited, "", Candidate.parts),
        with_someone=sum(one.suits("with_someone") and one.row.companion_welcome for one in dated),
        step_free=sum(one.is_step_free() for one in suited),
        free=sum(one.is_free() for one in suited),
    )


def _tally(candidates: Iterable[Candidate], but: str, values: Callable[[Candidate], Iterable[Any]]) -> Counter[Any]:
    return Counter(value for one in candidates if one.suits(but) for value in values(one))
