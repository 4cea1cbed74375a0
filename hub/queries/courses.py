"""Questions about courses: one with its sessions, what of it can still be joined, and whom a missing session hits."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.booking import BLOCKING, LIVE, SHOWN, Booking
from hub.models.offer import Offer
from hub.models.slot import Course, Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import courses_for
from hub.queries.bookability import obstacle_of_slot, phone_of, require_cancellable
from hub.queries.bookings import with_place
from hub.queries.disclosures import say_moment
from hub.queries.offer_filters import free_places
from hub.queries.places import Taker


@dataclass(frozen=True)
class Outline:
    """A course with all its sessions by number, called-off ones included; their offer, places and pools are loaded."""

    course: Course
    sessions: list[Slot]

    def to_come(self, at: datetime) -> list[Slot]:
        """Return what somebody who joins now gets: the sessions that take place and have not begun, by time."""
        coming = [one for one in self.sessions if one.starts_at > at and one.state is not SlotState.CALLED_OFF]
        return sorted(coming, key=lambda one: (one.starts_at, one.id))

    def next_start(self, at: datetime) -> datetime:
        """Return when the next session starts, called off or not; of a course that is over the last one's start."""
        starts = sorted(one.starts_at for one in self.sessions)
        return next((start for start in starts if start > at), starts[-1])

    def free(self, who: Actor | Taker, at: datetime) -> int:
        """Return how many people could still come, of those meant: the fewest free places of all sessions to come."""
        return max(0, min((free_places(one, who) for one in self.to_come(at)), default=0))


def get_course(session: Session, actor: Actor, public_id: str) -> Course:
    """Return one course of an offer the actor sees, with offer, organisation and place; else NotFound."""
    query = courses_for(actor).where(Course.public_id == public_id)
    course: Course | None = session.scalar(
        query.options(
            joinedload(Course.offer).joinedload(Offer.organisation), joinedload(Course.offer).joinedload(Offer.location)
        )
    )
    if course is None:
        raise NotFound
    return course


def get_outline(session: Session, course: Course) -> Outline:
    """Return a loaded course with its sessions. Two statements."""
    sessions = _sessions(session, [course.id])[course.id]
    for one in sessions:
        set_committed_value(one, "offer", course.offer)
    return Outline(course, sessions)


def outlines_of(session: Session, slots: Iterable[Slot]) -> dict[int, Outline]:
    """Return the courses these dates are sessions of, by key; no statement where none is one, else three at most.

    The offers of the dates must be loaded.
    """
    offers = {slot.course_id: slot.offer for slot in slots if slot.course_id is not None}
    if not offers:
        return {}
    courses = session.scalars(select(Course).where(Course.id.in_(offers))).all()
    sessions = _sessions(session, [course.id for course in courses])
    for course in courses:
        for thing in (course, *sessions[course.id]):
            set_committed_value(thing, "offer", offers[course.id])
    return {course.id: Outline(course, sessions[course.id]) for course in courses}


def list_open_courses(session: Session, offer: Offer, *, at: datetime) -> list[Outline]:
    """Return the courses of a loaded offer that still have a session to come, the next one first. Three statements."""
    coming = select(Slot.course_id).where(Slot.offer_id == offer.id, Slot.ends_at > at, Slot.course_id.is_not(None))
    courses = session.scalars(select(Course).where(Course.id.in_(coming))).all()
    sessions = _sessions(session, [course.id for course in courses]) if courses else {}
    for course in courses:
        for thing in (course, *sessions[course.id]):
            set_committed_value(thing, "offer", offer)
    found = [Outline(course, sessions[course.id]) for course in courses]
    return sorted(found, key=lambda one: (one.next_start(at), one.course.id))


def _sessions(session: Session, course_ids: Collection[int]) -> dict[int, list[Slot]]:
    query = select(Slot).where(Slot.course_id.in_(course_ids)).order_by(Slot.course_id, Slot.session, Slot.id)
    query = query.options(joinedload(Slot.location), joinedload(Slot.room), selectinload(Slot.pools))
    found: dict[int, list[Slot]] = defaultdict(list)
    for slot in session.scalars(query):
        found[slot.course_id or 0].append(slot)
    return found


def seen_of(slots: Iterable[Slot]) -> str:
    """Return in one word when these sessions take place, as a form that shows them sends it back."""
    times = [(slot.public_id, slot.starts_at.astimezone(UTC).isoformat()) for slot in slots]
    return hashlib.sha256(repr(times).encode()).hexdigest()[:16]


def obstacle_of_course(outline: Outline, at: datetime) -> Message | None:
    """Return why nobody can join this course at that instant, or None; its offer's organisation must be loaded."""
    coming = outline.to_come(at)
    if not coming:
        return N_("Dieser Kurs ist vorbei.")
    if (coming[0].session or 0) > outline.course.join_until:
        number, phone = outline.course.join_until, phone_of(outline.course.offer)
        return N_("Einsteigen ging bis Termin {n}. Fragen Sie am Telefon: {phone}.", n=number, phone=phone)
    return obstacle_of_slot(coming[0], at, whole_course=True)


def obstacle_of_time(session: Session, participant_id: int, slots: list[Slot]) -> Message | None:
    """Return which of these sessions the person cannot come to as they have it already or are elsewhere, or None.

    Safe only after lock_participant. One statement.
    """
    ids = {slot.id for slot in slots}
    query = select(Booking).where(
        Booking.participant_id == participant_id,
        Booking.state.in_(LIVE),
        Booking.starts_at < max(slot.ends_at for slot in slots),
        Booking.ends_at > min(slot.starts_at for slot in slots),
    )
    found = session.scalars(query).all()
    if any(one.slot_id in ids for one in found):
        return N_("Dieser Kurs ist für diesen Menschen schon gebucht.")
    taken = [one for one in found if one.state in BLOCKING]
    for slot in slots:
        if any(one.starts_at < slot.ends_at and one.ends_at > slot.starts_at for one in taken):
            when = say_moment(slot.starts_at)
            return N_("Termin {n} passt nicht: {when} gibt es schon einen anderen.", n=slot.session, when=when)
    return None


def get_course_of(session: Session, slot: Slot) -> Course:
    """Return the course a loaded date is a session of, with the date's offer; raises NotFound."""
    course = session.get(Course, slot.course_id) if slot.course_id is not None else None
    if course is None:
        raise NotFound
    set_committed_value(course, "offer", slot.offer)
    return course


def get_public_id(session: Session, course_id: int) -> str:
    """Return the public id of a course by its key."""
    return session.scalars(select(Course.public_id).where(Course.id == course_id)).one()


def list_still_inside(session: Session, slot: Slot, *, at: datetime) -> set[int]:
    """Return the keys of who has a place in another session of this one's course that is not over."""
    query = select(Booking.participant_id).join(Slot, Booking.slot_id == Slot.id)
    others = (Slot.course_id == slot.course_id, Slot.id != slot.id)
    found = session.scalars(query.where(*others, Booking.state.in_(SHOWN), Booking.ends_at > at))
    return {participant_id for participant_id in found if participant_id is not None}


def list_session_ids(session: Session, course_id: int) -> list[int]:
    """Return the keys of all sessions of a course, in order."""
    return list(session.scalars(select(Slot.id).where(Slot.course_id == course_id).order_by(Slot.id)))


def list_coming_bookings(session: Session, course_id: int, participant_id: int, *, at: datetime) -> list[Booking]:
    """Return the live places of a person in a course that are not over, by id (the order of locking), with enquiry."""
    query = (
        select(Booking)
        .join(Slot, Booking.slot_id == Slot.id)
        .where(
            Slot.course_id == course_id,
            Booking.participant_id == participant_id,
            Booking.state.in_(SHOWN),
            Booking.ends_at > at,
        )
        .options(*with_place(), joinedload(Booking.enquiry))
    )
    return list(session.scalars(query.order_by(Booking.id)))


def list_to_give_back(
    session: Session, course_id: int, participant_id: int, *, by: str, at: datetime
) -> tuple[list[Booking], list[RuleBroken]]:
    """Return the places of a person in a course that can be given back now, by id, and why the others cannot."""
    ending, refusals = [], []
    for booking in list_coming_bookings(session, course_id, participant_id, at=at):
        try:
            require_cancellable(booking, by, at)
            ending.append(booking)
        except RuleBroken as error:
            refusals.append(error)
    return ending, refusals


def list_bookings(session: Session, course_id: int, participant_id: int) -> list[Booking]:
    """Return all places a person ever had in a course, past and called-off ones included, by time."""
    query = select(Booking).join(Slot, Booking.slot_id == Slot.id)
    query = query.where(Slot.course_id == course_id, Booking.participant_id == participant_id)
    return list(session.scalars(query.options(*with_place()).order_by(Booking.starts_at, Booking.id)))


def count_sessions(session: Session, slots: Iterable[Slot | None]) -> dict[int, int]:
    """Return how many sessions the courses of these dates have; no statement where none is of a course."""
    ids = {slot.course_id for slot in slots if slot is not None and slot.course_id is not None}
    if not ids:
        return {}
    query = select(Slot.course_id, func.count(Slot.id)).where(Slot.course_id.in_(ids)).group_by(Slot.course_id)
    return {course_id or 0: n for course_id, n in session.execute(query)}
