"""What a change of dates does to the people who are booked: how many, whom no calendar tells, which courses break."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from hub.models.booking import BLOCKING, OWN, SHOWN, Booking
from hub.models.offer import Offer
from hub.models.slot import Course, Slot
from hub.models.subscription import Subscription


@dataclass(frozen=True)
class DateLine:
    """One date of several: how many are booked, and the place codes of those no calendar tells."""

    slot: Slot
    people: int
    unreached: tuple[str, ...]


@dataclass(frozen=True)
class BrokenCourse:
    """A course that loses dates: its name, and how many of them."""

    name: str
    dates: int


@dataclass(frozen=True)
class Consequences:
    """What a change of dates does: to how many people, whom no calendar tells (place codes), how many clash.

    A person in several dates counts once; `not_reached` are the people behind `unreached`.
    """

    people: int
    unreached: tuple[str, ...]
    clashing: int
    not_reached: int
    lines: tuple[DateLine, ...] = ()
    courses: tuple[BrokenCourse, ...] = ()

    @property
    def reached(self) -> int:
        """How many see the change in a calendar they subscribed to."""
        return self.people - self.not_reached


def consequences(
    session: Session, slot: Slot, *, starts_at: datetime | None = None, ends_at: datetime | None = None
) -> Consequences:
    """Count what moving a date to these times (or calling it off) does to the people booked. At most three statements.

    The bookings count, not the places: a person with a companion is one.
    """
    booked = list_booked(session, [slot])
    people = {person for _, person, _, _ in booked}
    clashing = 0
    if people and starts_at is not None and ends_at is not None:
        clashing = _count_elsewhere(session, slot, people, starts_at, ends_at)
    return _gather(session, [slot], booked, clashing)


def consequences_of(
    session: Session, slots: Sequence[Slot], *, ended_at: Collection[datetime] | None = None
) -> Consequences:
    """Count what calling these dates off does, all in all and date by date. Two statements, however many dates.

    With `ended_at` what it has done: whose places ended at those instants.
    """
    return _gather(session, slots, list_booked(session, slots, ended_at=ended_at), 0)


Booked = tuple[int, int, str, bool]


def list_booked(
    session: Session, slots: Sequence[Slot], *, ended_at: Collection[datetime] | None = None
) -> list[Booked]:
    """Date, person, place code and whether a calendar tells them, of every booking that stands, or was called off then.

    A borrowed room stands for its coach (a negative key), also with a person in it: the lender learns of none.
    """
    subscribed = select(Subscription.participant_id).where(
        Subscription.participant_id == Booking.participant_id,
        Booking.access != OWN,
        Subscription.ended_at.is_(None),
        Subscription.fetched_on.is_not(None),
    )
    whom = case((Booking.access == OWN, -Booking.coach_id), else_=func.coalesce(Booking.participant_id, 0))
    query = select(Booking.slot_id, whom, Booking.code, subscribed.exists())
    called_off = and_(Booking.cancelled_by == "partner", Booking.cancelled_at.in_(ended_at or ()))
    meant = Booking.state.in_(SHOWN) if ended_at is None else called_off
    query = query.where(Booking.slot_id.in_([slot.id for slot in slots]), meant)
    return [(row[0], row[1], row[2] or "", row[3]) for row in session.execute(query.order_by(Booking.id))]


def lines_of(slots: Sequence[Slot], booked: Sequence[Booked]) -> tuple[DateLine, ...]:
    """Return date by date how many are booked, and whom no calendar tells. Pure; each place is looked at once."""
    told: defaultdict[int, list[tuple[str, bool]]] = defaultdict(list)
    for slot_id, _, code, reached in booked:
        told[slot_id].append((code, reached))
    return tuple(
        DateLine(slot, len(told[slot.id]), tuple(code for code, reached in told[slot.id] if not reached))
        for slot in slots
    )


def _gather(session: Session, slots: Sequence[Slot], booked: list[Booked], clashing: int) -> Consequences:
    return Consequences(
        people=len({person for _, person, _, _ in booked}),
        unreached=tuple(code for _, _, code, reached in booked if not reached),
        clashing=clashing,
        not_reached=len({person for _, person, _, reached in booked if not reached}),
        lines=lines_of(slots, booked),
        courses=_broken(session, slots),
    )


def _broken(session: Session, slots: Sequence[Slot]) -> tuple[BrokenCourse, ...]:
    lost = Counter(slot.course_id for slot in slots if slot.course_id is not None)
    if not lost:
        return ()
    query = select(Course.id, Course.name, Offer.title).join(Offer, Course.offer_id == Offer.id)
    rows = session.execute(query.where(Course.id.in_(lost)).order_by(Offer.title, Course.id))
    return tuple(BrokenCourse(name or title, lost[course_id]) for course_id, name, title in rows)


def _count_elsewhere(session: Session, slot: Slot, people: set[int], starts_at: datetime, ends_at: datetime) -> int:
    elsewhere = select(func.count(Booking.participant_id.distinct())).where(
        Booking.participant_id.in_(people),
        Booking.slot_id.is_distinct_from(slot.id),
        Booking.state.in_(BLOCKING),
        Booking.starts_at < ends_at,
        Booking.ends_at > starts_at,
    )
    return session.scalar(elsewhere) or 0
