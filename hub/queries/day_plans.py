"""A coach's day worked out: journeys between two doors, pauses, missing minutes, and what still fits; no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

from hub import clock
from hub.geography import distance_km, find_municipality

SAME_TOWN = 10  # minutes between two doors of one town
STEP = timedelta(minutes=15)  # proposals begin at quarters of an hour
APART = timedelta(hours=1)  # so far from each other proposals lie, or three would be one
MOST_PROPOSED = 3
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Journey:
    """How long a drive takes: five minutes to start, great-circle kilometres × 1.4 at 45 km/h, rounded up to five."""

    kilometres: float

    @property
    def minutes(self) -> int:
        """Approximate minutes one way."""
        return ceil((5 + self.kilometres * 1.4 / 45 * 60) / 5) * 5


@dataclass(frozen=True)
class Habits:
    """How a coach's day is: the pause after each talk, its hours (wall time), known journeys."""

    buffer_minutes: int = 0
    day_starts: time = time(8)
    day_ends: time = time(17)
    journeys: Mapping[str, int] = field(default_factory=dict)  # pair_of() → minutes


@dataclass(frozen=True)
class Stop:
    """Something in a coach's own time. Instants are UTC; without a town the journey is the one from the office."""

    starts_at: datetime
    ends_at: datetime
    town: str = ""  # the official key
    door: Any = None  # two stops behind one door need no journey
    travel_minutes: int = 0  # from and to the office, as the coach entered it
    talk: bool = True  # a pause follows
    about: Any = None  # what a page shows of it


@dataclass(frozen=True)
class Leg:
    """A drive to a stop, or after the last one home; `missing` minutes say that it does not fit in between."""

    minutes: int
    leaves_at: datetime
    missing: int = 0
    first: Stop | None = None  # None: from the office
    then: Stop | None = None  # None: back to the office

    @property
    def is_home(self) -> bool:
        """Whether it leads back to the office: at the end of the day, and before own time whose place nobody knows."""
        return self.then is None or not self.then.talk


@dataclass(frozen=True)
class Wanted:
    """A visit that has no hour yet."""

    minutes: int
    town: str = ""
    door: Any = None
    travel_minutes: int = 0
    elsewhere: tuple[Span, ...] = ()  # when the person is somewhere else

    def at(self, starts_at: datetime) -> Stop:
        """Return the stop it becomes at this instant."""
        ends_at = starts_at + timedelta(minutes=self.minutes)
        return Stop(starts_at, ends_at, self.town, self.door, self.travel_minutes, about=self)


@dataclass(frozen=True)
class Day:
    """One local day of a coach: what is in it, what the own calendar calls busy, from when on one may plan."""

    on: date
    stops: tuple[Stop, ...]
    busy: tuple[Span, ...] = ()
    after: datetime = LONG_AGO

    def with_stop(self, stop: Stop) -> "Day":
        """Return the day with one more stop in it."""
        return Day(self.on, tuple(sorted((*self.stops, stop), key=lambda one: one.starts_at)), self.busy, self.after)


def pair_of(one: str, other: str) -> str:
    """Return the name of a pair of towns, the same there and back."""
    return "-".join(sorted((one, other)))


def minutes_between(one: str, other: str, journeys: Mapping[str, int]) -> int | None:
    """Return the approximate minutes between two towns: the coach's own word first; None where one is unknown."""
    if (known := journeys.get(pair_of(one, other))) is not None:
        return known
    start, goal = find_municipality(one), find_municipality(other)
    if start is None or goal is None:
        return None
    if start.code == goal.code:
        return SAME_TOWN
    return Journey(distance_km(start.latitude, start.longitude, goal.latitude, goal.longitude)).minutes


def drive(first: Stop, then: Stop, habits: Habits) -> int:
    """Return the minutes from one stop to the next; without towns the longer of both ways to the office."""
    if first.door is not None and first.door == then.door:
        return 0
    known = minutes_between(first.town, then.town, habits.journeys) if first.town and then.town else None
    return max(first.travel_minutes, then.travel_minutes) if known is None else known


def missing_minutes(first: Stop, then: Stop, habits: Habits) -> int:
    """Return how many minutes are too few between two stops for the pause and the drive; 0 when they fit."""
    needed = timedelta(minutes=drive(first, then, habits) + (habits.buffer_minutes if first.talk else 0))
    return max(0, ceil((needed - (then.starts_at - first.ends_at)) / timedelta(minutes=1)))


def find_clash(stop: Stop, others: Iterable[Stop], habits: Habits) -> Stop | None:
    """Return a stop that leaves no time for this one with journeys and pauses, or None: the one rule for all."""
    for other in others:
        first, then = (stop, other) if stop.starts_at <= other.starts_at else (other, stop)
        if missing_minutes(first, then, habits):
            return other
    return None


def legs_of(stops: Sequence[Stop], habits: Habits) -> list[Leg]:
    """Return the drives of one day in order: to the first from the office, between the doors, and back."""
    legs = []
    for number, stop in enumerate(stops):
        before = stops[number - 1] if number else None
        minutes = drive(before, stop, habits) if before else stop.travel_minutes
        missing = missing_minutes(before, stop, habits) if before else 0
        leaves_at = stop.starts_at - timedelta(minutes=minutes) if stop.talk or not before else before.ends_at
        legs.append(Leg(minutes, leaves_at, missing, before, stop))
    if stops and stops[-1].travel_minutes:
        legs.append(Leg(stops[-1].travel_minutes, stops[-1].ends_at, 0, stops[-1], None))
    return [leg for leg in legs if leg.minutes or leg.missing]


def added_minutes(stop: Stop, day: Day, habits: Habits) -> int:
    """Return how much more one drives that day with this stop in it."""
    return _driven(day.with_stop(stop).stops, habits) - _driven(day.stops, habits)


def _driven(stops: Sequence[Stop], habits: Habits) -> int:
    return sum(leg.minutes for leg in legs_of(stops, habits))


def list_fitting(wanted: Wanted, day: Day, habits: Habits) -> list[Stop]:
    """Return every quarter of an hour at which the visit fits into the day, with drives, pauses and both calendars."""
    start, end = (_instant(day.on, at) for at in (habits.day_starts, habits.day_ends))
    found, at = [], start
    while at + timedelta(minutes=wanted.minutes) <= end:
        stop = wanted.at(at)
        if at > day.after and _fits(stop, wanted, day, habits, (start, end)):
            found.append(stop)
        at += STEP
    return found


def _instant(on: date, at: time) -> datetime:
    return datetime.combine(on, at, clock.ZONE).astimezone(UTC)


def _fits(stop: Stop, wanted: Wanted, day: Day, habits: Habits, hours: Span) -> bool:
    way = timedelta(minutes=stop.travel_minutes)
    out, home = stop.starts_at - way, stop.ends_at + way
    if any(first < stop.ends_at and stop.starts_at < last for first, last in wanted.elsewhere):
        return False
    if any(first < home and out < last for first, last in day.busy) or find_clash(stop, day.stops, habits):
        return False
    is_first = all(other.starts_at > stop.starts_at for other in day.stops)
    is_last = all(other.starts_at < stop.starts_at for other in day.stops)
    return not (is_first and out < hours[0]) and not (is_last and home > hours[1])


def propose(wanted: Wanted, day: Day, habits: Habits) -> list[Stop]:
    """Return up to three starts that fit, an hour apart, those with the least driving; by time."""
    fitting = list_fitting(wanted, day, habits)
    chosen: list[Stop] = []
    for stop in sorted(fitting, key=lambda one: (added_minutes(one, day, habits), one.starts_at)):
        if all(abs(stop.starts_at - other.starts_at) >= APART for other in chosen):
            chosen.append(stop)
        if len(chosen) == MOST_PROPOSED:
            break
    return sorted(chosen, key=lambda one: one.starts_at)
