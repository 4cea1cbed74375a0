"""When a visit fits into a coach's days, and which lent rooms near the person are free beside it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from calendars.holidays import public_holidays
from hub import clock
from hub.geography import find_municipality
from hub.models.booking import BLOCKING, Booking
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import participants_for
from hub.queries import busy_times, coach_time, room_loans
from hub.queries.busy_times import Known
from hub.queries.day_plans import LONG_AGO, Day, Habits, Span, Stop, Wanted, find_clash, minutes_between, propose
from hub.queries.room_loans import LentRoom, RoomFilter

AHEAD = 7  # days looked at when nothing fits on the chosen one
ROOMS = 3
NEAR_KM = 15.0


@dataclass(frozen=True)
class Time:
    """A coach's days from one on, and persons' beside them: what is taken in each, and how the coach plans."""

    habits: Habits = field(default_factory=Habits)
    own: tuple[Booking, ...] = ()
    busy: tuple[Span, ...] = ()
    elsewhere: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)  # of each person, by key
    is_known: bool = True  # whether the own calendars are up to date
    after: datetime = LONG_AGO

    def on(self, on: date) -> Day:
        """Return one local day of it."""
        begins, ends = clock.start_of_day(on), clock.end_of_day(on)
        stops = [coach_time.stop_of(one) for one in self.own if one.starts_at < ends and one.ends_at > begins]
        return Day(on, tuple(stops), self.busy, self.after)


def read_time(
    session: Session,
    actor: Actor,
    participant_ids: Iterable[int],
    *,
    on: date,
    besides: int | None = None,
    at: datetime,
) -> Time:
    """Return the time of a coach, and of these persons, for a week from a day on. Three statements."""
    first, last = clock.start_of_day(on), clock.end_of_day(on + timedelta(days=AHEAD))
    user_id = actor.user_id or 0
    own = coach_time.list_own_time(session, user_id, first=first, last=last)
    account, busy = busy_times.of_account(session, user_id, first=first, last=last, at=at)
    taken = select(Booking.participant_id, Booking.starts_at, Booking.ends_at).where(
        Booking.participant_id.in_(set(participant_ids)),
        Booking.state.in_(BLOCKING),
        Booking.starts_at < last,
        Booking.ends_at > first,
        Booking.id != (besides or 0),
    )
    elsewhere: dict[int, tuple[Span, ...]] = {}
    for person_id, starts_at, ends_at in session.execute(taken):
        elsewhere[person_id or 0] = (*elsewhere.get(person_id or 0, ()), (starts_at, ends_at))
    return Time(
        coach_time.habits_of(account),
        tuple(one for one in own if one.id != besides),
        busy.spans if busy else (),
        elsewhere,
        is_known=busy is None or busy.state(first, last) is not Known.UNKNOWN,
        after=at,
    )


def wanted_at(person: Participant | None, time: Time, *, minutes: int, travel_minutes: int, at_home: bool) -> Wanted:
    """Return a visit without an hour; at home its town and door are known."""
    place: dict[str, Any] = {}
    if person and at_home:
        place = {"town": person.municipality_code, "door": coach_time.home_of(person.id)}
    elsewhere = time.elsewhere.get(person.id, ()) if person else ()
    return Wanted(minutes, travel_minutes=travel_minutes, elsewhere=elsewhere, **place)


def propose_near(wanted: Wanted, time: Time, on: date) -> list[Stop]:
    """Return up to three starts on that day; where none fits, those of the next working day that has one."""
    for later in range(AHEAD):
        day = on + timedelta(days=later)
        if later and (day.weekday() > 4 or day in public_holidays(day, day)):
            continue
        if found := propose(wanted, time.on(day), time.habits):
            return found
    return []


def list_visited(session: Session, actor: Actor, public_ids: Collection[str], *, at: datetime) -> list[Participant]:
    """Return those of these persons whom the actor looks after, with the coach's house, by key. One statement."""
    query = participants_for(actor, at).where(Participant.public_id.in_(public_ids))
    return list(session.scalars(query.options(joinedload(Participant.jobcenter)).order_by(Participant.id)))


def way_to(person: Participant, journeys: dict[str, int]) -> int:
    """Return the approximate minutes from the coach's house to the person's town; 0 where one is unknown."""
    return minutes_between(person.jobcenter.municipality_code, person.municipality_code, journeys) or 0


def list_rooms(
    session: Session, actor: Actor, person: Participant, time: Time, *, on: date, travel_minutes: int, at: datetime
) -> list[tuple[LentRoom, Slot]]:
    """Return up to three times in lent rooms near a person's home that day, at which both have time, by nearness.

    Four statements at most.
    """
    home = find_municipality(person.municipality_code)
    if home is None:
        return []
    wanted = RoomFilter(
        first=clock.start_of_day(on),
        until=clock.end_of_day(on),
        near=(home.latitude, home.longitude),
        radius_km=NEAR_KM,
        step_free="step_free" in person.access_needs,
    )
    day, found = time.on(on), []
    for room in room_loans.search(session, actor, wanted, at=at):
        place: dict[str, Any] = {"town": room.location.municipality_code, "door": ("location", room.location.id)}
        for slot in room.slots:
            stop = Stop(slot.starts_at, slot.ends_at, travel_minutes=travel_minutes, **place)
            if not _taken(stop, time, person) and find_clash(stop, day.stops, time.habits) is None:
                found.append((room, slot))
                break  # the earliest of each room
    return found[:ROOMS]


def _taken(stop: Stop, time: Time, person: Participant) -> bool:
    way = timedelta(minutes=stop.travel_minutes)
    elsewhere = any(first < stop.ends_at and stop.starts_at < last for first, last in time.elsewhere.get(person.id, ()))
    busy = any(first < stop.ends_at + way and stop.starts_at - way < last for first, last in time.busy)
    return elsewhere or busy
