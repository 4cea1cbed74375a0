"""What becomes of one date of a series under a changed rule, and what a date keeps whatever the rule says."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from calendars.recurrence import Occurrence
from calendars.wall_time import WallProblem
from hub.models.series import Series, SeriesException
from hub.models.slot import Slot, SlotState
from hub.queries.busy_times import Known
from hub.queries.series import Plan, PlannedDate
from hub.queries.series_effects import Booked

Key = tuple[date, int]


class Kind(StrEnum):
    """What becomes of one date."""

    NEW = "new"
    UNCHANGED = "unchanged"
    PLACES = "places"  # only the number of places changes
    MOVED = "moved"  # another time, room or place
    REMOVED = "removed"


class Stays(StrEnum):
    """Why a date does not follow its series."""

    CALLED_OFF = "called_off"
    UNSETTLED = "unsettled"
    BY_HAND = "by_hand"  # somebody moved it
    BEGUN = "begun"
    TOO_LATE = "too_late"  # its new time is already over


@dataclass(frozen=True, kw_only=True)
class Row:
    """One date: as it is (`slot`, none for a new one), and as it will be; a removed one as it was."""

    kind: Kind
    key: Key | None  # its day and number under the changed rule; None when it leaves the series
    starts_at: datetime
    ends_at: datetime
    location_id: int | None
    room_id: int | None
    places: int
    slot: Slot | None = None
    exception: SeriesException | None = None
    stays: Stays | None = None
    booked: tuple[Booked, ...] = ()
    clashing: int = 0  # how many of them have something else at the new time
    room_taken: bool = False
    room_known: Known = Known.FREE  # what the room's calendar says of its time
    too_few: bool = False  # more places are taken or kept than the change wants: it keeps those
    closed_for: str = ""  # the new date falls on this holiday or closure
    doubled: bool = False  # in autumn its hour comes twice, and the first is meant

    @property
    def people(self) -> int:
        """How many are booked."""
        return len(self.booked)

    @property
    def unreached(self) -> tuple[str, ...]:
        """The place codes of those whom no calendar tells."""
        return tuple(one.code for one in self.booked if not one.reached)

    @property
    def retimed(self) -> bool:
        """Whether an existing date gets another time."""
        return self.slot is not None and (self.slot.starts_at, self.slot.ends_at) != (self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Found:
    """An existing date: what the present rule says of it, how it differs, and what the plan turns it into."""

    slot: Slot
    was: Occurrence | None
    exception: SeriesException | None
    target: PlannedDate | None

    @property
    def put_by_hand(self) -> bool:
        """Whether somebody moved this one date to another time."""
        times = (self.slot.starts_at, self.slot.ends_at)
        return self.exception is not None and (self.was is None or (self.was.starts_at, self.was.ends_at) != times)


# A date that is called off, not settled yet or over is left as people know it, whatever the rule becomes.
WHOLLY = (Stays.CALLED_OFF, Stays.UNSETTLED, Stays.BEGUN)


def row_of(found: Found, series: Series, plan: Plan | None, at: datetime) -> Row:
    """Say what becomes of an existing date under a plan (None: the series ends)."""
    slot, target = found.slot, found.target
    key = (target.occurrence.on, target.occurrence.index) if target else key_of(slot)
    stays = _stays(found, at)
    if stays in WHOLLY:
        return _as_it_is(found, key, stays)
    if plan is None or target is None:
        return _removed(found, "")
    if not (target.takes_place or _stood_before(slot, target, series, plan)):
        return _removed(found, target.closed_for)
    if stays is Stays.TOO_LATE:
        return _as_it_is(found, key, stays)
    row = _with_places(_as_it_is(found, key, stays), found, series, plan)
    return _moved(row, found, series, plan)


def new_row(planned: PlannedDate, plan: Plan) -> Row:
    """Return the row of a date that does not exist yet."""
    one = planned.occurrence
    return Row(
        kind=Kind.NEW,
        key=(one.on, one.index),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        location_id=plan.location_id,
        room_id=plan.room_id,
        places=plan.places,
        doubled=one.problem is WallProblem.DOUBLED,
    )


def key_of(slot: Slot) -> Key:
    """Return day and number of a date under its series."""
    if slot.occurrence_on is None:
        raise ValueError("a date of a series has a day")
    return slot.occurrence_on, slot.occurrence_index


def _stays(found: Found, at: datetime) -> Stays | None:
    slot, target = found.slot, found.target
    if slot.state is SlotState.CALLED_OFF:
        return Stays.CALLED_OFF
    if slot.starts_at <= at:
        return Stays.BEGUN
    if slot.state is SlotState.UNSETTLED:
        return Stays.UNSETTLED
    if found.put_by_hand:
        return Stays.BY_HAND
    return Stays.TOO_LATE if target is not None and target.occurrence.starts_at <= at else None


def _stood_before(slot: Slot, target: PlannedDate, series: Series, plan: Plan) -> bool:
    """Whether the date stands on a closed day already and the change says nothing about closed days."""
    same = (plan.holidays, plan.school_closed) == (series.holidays, series.school_closed)
    return same and target.occurrence.on == slot.occurrence_on


def _as_it_is(found: Found, key: Key, stays: Stays | None) -> Row:
    slot = found.slot
    return Row(
        kind=Kind.UNCHANGED,
        key=key,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        location_id=slot.location_id,
        room_id=slot.room_id,
        places=slot.places,
        slot=slot,
        exception=found.exception,
        stays=stays,
    )


def _removed(found: Found, closed_for: str) -> Row:
    return replace(_as_it_is(found, key_of(found.slot), None), kind=Kind.REMOVED, key=None, closed_for=closed_for)


def _with_places(row: Row, found: Found, series: Series, plan: Plan) -> Row:
    """Set the places, never below what is taken or kept for somebody; only the open pool may shrink."""
    slot, exception = found.slot, found.exception
    if exception is not None and exception.places not in (None, series.places):
        return row  # somebody gave this date places of its own
    least = slot.taken + sum(pool.places - pool.taken for pool in slot.pools if pool.kept)
    places = max(plan.places, least)
    kind = Kind.PLACES if places != slot.places else Kind.UNCHANGED
    return replace(row, kind=kind, places=places, too_few=places > plan.places)


def _moved(row: Row, found: Found, series: Series, plan: Plan) -> Row:
    """Set time and place; what somebody chose for this one date stays."""
    slot, target = found.slot, found.target
    if target is None or row.stays is Stays.BY_HAND:
        return row
    one, here, there = target.occurrence, (slot.location_id, slot.room_id), (plan.location_id, plan.room_id)
    retimed = (slot.starts_at, slot.ends_at) != (one.starts_at, one.ends_at)
    own_place = found.exception is not None and here != (series.location_id, series.room_id)
    if not retimed and slot.room_id is None and there == (series.location_id, series.room_id):
        own_place = True  # its room was taken when it was made: that stays so
    if own_place:
        there = here
    if not retimed and here == there:
        return row
    return replace(
        row,
        kind=Kind.MOVED,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        location_id=there[0],
        room_id=there[1],
        doubled=one.problem is WallProblem.DOUBLED,
    )
