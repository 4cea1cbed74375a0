"""What moving several dates by some days does: their new times, whom that hits, and what stands in the way of each."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calendars.wall_time import WallProblem, resolve
from hub import clock
from hub.errors import SomebodyWasFaster
from hub.i18n import N_, Message
from hub.models.booking import BLOCKING, Booking
from hub.models.offer import Form
from hub.models.series import HolidayRule
from hub.models.slot import Slot, SlotState
from hub.queries.bookings import lock_slots
from hub.queries.busy_rooms import list_known
from hub.queries.busy_times import Known
from hub.queries.closures import closed_days, day_names
from hub.queries.consequences import Booked, Consequences, consequences_of, lines_of, list_booked
from hub.queries.moved_rooms import list_without_room

# Of a lent room that a coach has: the coach would stand before a closed door. Other dates are asked about.
BUSY = N_("Laut Kalender des Hauses ist der Raum dann nicht frei, und ein Coach hat ihn.")


@dataclass(frozen=True)
class NewTimes:
    """When a date takes place after the move; `left_out` names a wall time the clock skips in that night."""

    starts_at: datetime
    ends_at: datetime
    doubled: bool = False
    left_out: Message | None = None


@dataclass(frozen=True)
class MovedDate:
    """One date with its new times: how many are booked, whom no calendar tells, who is elsewhere, what forbids it."""

    slot: Slot
    times: NewTimes
    people: int
    unreached: tuple[str, ...]
    clashing: int
    closed_for: str = ""  # a holiday, school holidays or an own closed day: said, not forbidden
    obstacle: Message | None = None
    room_known: Known = Known.FREE  # what the room's calendar says of the new time


@dataclass(frozen=True)
class Moves:
    """What was asked for date by date, and what it does altogether: to people, and to coaches who have a lent room."""

    days: int
    dates: tuple[MovedDate, ...]
    effects: Consequences
    loans: Consequences

    @property
    def told(self) -> int:
        """How many have a date or a room that moves."""
        return self.effects.people + self.loans.people

    @property
    def digest(self) -> str:
        """What is shown in one word: each date, its version, its new start, and how many are booked."""
        return digest_of((one.slot.public_id, one.slot.version, one.times.starts_at, one.people) for one in self.dates)


def digest_of(dates: Iterable[tuple[str, int, datetime, int]]) -> str:
    """Return dates as they were seen in one word: public id, version, new start, how many are booked. Pure."""
    rows = sorted((key, version, at.astimezone(UTC).isoformat(), people) for key, version, at, people in dates)
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def times_after(slot: Slot, days: int) -> NewTimes:
    """Return the times of a date some days later or earlier; the clock on the wall shows the same. Pure."""
    walls = [clock.local(at).replace(tzinfo=None) + timedelta(days=days) for at in (slot.starts_at, slot.ends_at)]
    starts, ends = (resolve(wall) for wall in walls)
    gap = next((wall for wall in walls if resolve(wall).problem is WallProblem.GAP), None)
    # From the second 2:15 of the night in autumn back to the first: on any other day such an end comes too early.
    last = ends.at if ends.at > starts.at else starts.at + (slot.ends_at - slot.starts_at)
    return NewTimes(starts.at, last, starts.problem is WallProblem.DOUBLED, _left_out(gap) if gap else None)


def _left_out(wall: datetime) -> Message:
    return N_(
        "In der Nacht zum {day} springt die Uhr von 2 auf 3 Uhr. {time} Uhr gibt es da nicht.",
        day=f"{wall:%d.%m.%Y}",
        time=f"{wall:%H:%M}",
    )


def moves_of(
    session: Session, slots: Sequence[Slot], moving: Collection[int], *, days: int, at: datetime, language: str = "de"
) -> Moves:
    """Say what moving does; `moving` are the keys of those dates that really move, the others are shown as if alone.

    The offers of the dates must be loaded. Twelve statements at most for dates of one organisation, however many.
    """
    times = {slot.id: times_after(slot, days) for slot in slots}
    booked = list_booked(session, slots)
    clashes = _clashes(session, booked, times, moving)
    closed = _closed(session, slots, times, language)
    known, has = _known(session, slots, times, at), {one[0] for one in booked}
    lent = {slot.id for slot in slots if slot.offer.form is Form.ROOM and slot.id in has}
    busy = {slot_id for slot_id in lent if known[slot_id] is not Known.FREE}
    obstacles = _obstacles(session, slots, times, moving, at) | dict.fromkeys(busy, BUSY)
    dates = tuple(
        MovedDate(
            slot,
            times[slot.id],
            people=line.people,
            unreached=line.unreached,
            clashing=len(clashes[slot.id]),
            closed_for=closed.get(slot.id, ""),
            obstacle=obstacles.get(slot.id),
            room_known=known[slot.id],
        )
        for slot, line in zip(slots, lines_of(slots, booked), strict=True)
    )
    effects, loans = effects_of(session, [slot for slot in slots if slot.id in moving])
    elsewhere = {person for slot_id in moving for person in clashes[slot_id] if person > 0}
    return Moves(days, dates, replace(effects, clashing=len(elsewhere), courses=()), loans)


def _known(session: Session, slots: Sequence[Slot], times: dict[int, NewTimes], at: datetime) -> dict[int, Known]:
    spans = [(slot.room_id, times[slot.id].starts_at, times[slot.id].ends_at) for slot in slots]
    found = list_known(session, spans, at=at)
    return {slot.id: known for slot, known in zip(slots, found, strict=True)}


def effects_of(
    session: Session, slots: Sequence[Slot], *, ended_at: Collection[datetime] | None = None
) -> tuple[Consequences, Consequences]:
    """Return what a change does to the people of these dates, and to the coaches of lent rooms among them.

    With `ended_at` what calling off did at those instants. The offers must be loaded. Six statements at most.
    """
    lent = [slot for slot in slots if slot.offer.form is Form.ROOM]
    others = [slot for slot in slots if slot not in lent]
    return consequences_of(session, others, ended_at=ended_at), consequences_of(session, lent, ended_at=ended_at)


def _clashes(
    session: Session, booked: list[Booked], times: dict[int, NewTimes], moving: Collection[int]
) -> defaultdict[int, set[int]]:
    """Return who of each date is elsewhere at its new time; coaches of lent rooms have a negative key."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    if not booked:
        return found
    busy = _busy(session, booked, times, moving)
    for slot_id, person, _, _ in booked:
        new = times[slot_id]
        if any(
            other != slot_id and first < new.ends_at and last > new.starts_at for other, first, last in busy[person]
        ):
            found[slot_id].add(person)
    return found


def _busy(
    session: Session, booked: list[Booked], times: dict[int, NewTimes], moving: Collection[int]
) -> defaultdict[int, list[tuple[int | None, datetime, datetime]]]:
    """Return when each of these people is where, by date; what moves counts with its new times."""
    busy: defaultdict[int, list[tuple[int | None, datetime, datetime]]] = defaultdict(list)
    for slot_id, participant_id, coach_id, first, last in _elsewhere(session, {one[1] for one in booked}, times):
        if slot_id not in moving:
            busy[participant_id or 0].append((slot_id, first, last))
            busy[-(coach_id or 0)].append((slot_id, first, last))
    for slot_id, person, _, _ in booked:
        if slot_id in moving:
            busy[person].append((slot_id, times[slot_id].starts_at, times[slot_id].ends_at))
    return busy


def _elsewhere(session: Session, people: set[int], times: dict[int, NewTimes]) -> Sequence[Any]:
    query = select(Booking.slot_id, Booking.participant_id, Booking.coach_id, Booking.starts_at, Booking.ends_at)
    query = query.where(
        or_(
            Booking.participant_id.in_({one for one in people if one > 0}),
            Booking.coach_id.in_({-one for one in people if one < 0}),
        ),
        Booking.state.in_(BLOCKING),
        Booking.starts_at < max(one.ends_at for one in times.values()),
        Booking.ends_at > min(one.starts_at for one in times.values()),
    )
    return session.execute(query).all()


def _closed(session: Session, slots: Sequence[Slot], times: dict[int, NewTimes], language: str) -> dict[int, str]:
    """Return for each date whose new day is closed why; one statement for each organisation."""
    days = {slot_id: clock.local_date(one.starts_at) for slot_id, one in times.items()}
    found: dict[int, str] = {}
    first, last = min(days.values(), default=None), max(days.values(), default=None)
    if first is None or last is None:
        return found
    for organisation_id in sorted({slot.offer.organisation_id for slot in slots}):
        names = day_names(session, organisation_id, first=first, last=last, language=language)
        own = [slot for slot in slots if slot.offer.organisation_id == organisation_id]
        for code in {slot.location.municipality_code if slot.location else None for slot in own}:
            closed = closed_days(
                names,
                holidays=HolidayRule.CLOSED,
                school_closed=True,
                municipality_code=code,
                first=first,
                last=last,
                language=language,
            )
            for slot in own:
                here = slot.location.municipality_code if slot.location else None
                if here == code and (day := closed.get(days[slot.id])):
                    found[slot.id] = day.name
    return found


def _obstacles(
    session: Session, slots: Sequence[Slot], times: dict[int, NewTimes], moving: Collection[int], at: datetime
) -> dict[int, Message]:
    """Return what forbids the move of each date that cannot move; the plainest reason of several."""
    found: dict[int, Message] = {}
    spans = {slot_id: (new.starts_at, new.ends_at) for slot_id, new in times.items()}
    for slot_id in list_without_room(session, slots, spans, moving):
        found[slot_id] = N_("Der Raum ist dann schon vergeben.")
    for slot_id in _out_of_order(slots, list_sessions(session, slots), times, moving):
        found[slot_id] = N_("Die Termine des Kurses kämen durcheinander.")
    for slot_id, new in times.items():
        if new.left_out is not None:
            found[slot_id] = new.left_out
        elif new.starts_at <= at:
            found[slot_id] = N_("Diese Zeit ist schon vorbei.")
    return found


def list_sessions(session: Session, slots: Iterable[Slot]) -> list[Slot]:
    """Return all sessions of the courses these dates belong to, by id; no statement where none is of a course."""
    courses = {slot.course_id for slot in slots if slot.course_id is not None}
    if not courses:
        return []
    return list(session.scalars(select(Slot).where(Slot.course_id.in_(courses)).order_by(Slot.id)))


def _out_of_order(
    slots: Sequence[Slot], sessions: Iterable[Slot], times: dict[int, NewTimes], moving: Collection[int]
) -> set[int]:
    """Return which sessions would jump over, or into, one of their course that stays."""
    staying: defaultdict[int | None, list[Slot]] = defaultdict(list)
    for one in sessions:
        if one.id not in moving and one.state is not SlotState.CALLED_OFF:
            staying[one.course_id].append(one)
    return {
        slot.id
        for slot in slots
        if slot.course_id is not None
        and any(_jumps(slot, times[slot.id], other) for other in staying[slot.course_id] if other.id != slot.id)
    }


def _jumps(slot: Slot, new: NewTimes, other: Slot) -> bool:
    if slot.starts_at < other.starts_at:
        return new.ends_at > other.starts_at
    return new.starts_at < other.ends_at


def lock_moving(session: Session, slots: Sequence[Slot]) -> None:
    """Lock these dates and all sessions of their courses by id; their series are locked before.

    Raises SomebodyWasFaster (409) when one of them got another series or day in it meanwhile.
    """
    lock_slots(session, {slot.id: slot for slot in (*slots, *list_sessions(session, slots))}.values())
    query = select(Slot.id, Slot.series_id, Slot.occurrence_on, Slot.occurrence_index, Slot.room_id)
    now = {row[0]: tuple(row[1:]) for row in session.execute(query.where(Slot.id.in_([slot.id for slot in slots])))}
    for slot in slots:
        if now[slot.id] != (slot.series_id, slot.occurrence_on, slot.occurrence_index, slot.room_id):
            raise SomebodyWasFaster
