"""Courses: made with all their dates at once, booked whole or not at all, and given back one session or the rest.

Locks are taken in the order of every booking: the person, the sessions by id, their pools by id, feed revisions last.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub import clock
from hub.actions import enquiries, log, notices
from hub.actions.bookings import enquiry_for, require_consent
from hub.actions.endings import cancel_all
from hub.actions.notices import Facts
from hub.errors import NotFound, PersonElsewhere, RuleBroken, SlotFull, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking, BookingState
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.participant import Participant, Participation
from hub.models.slot import Course, Slot
from hub.policy.actor import SYSTEM, Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, codes, courses, feeds, participants, places, waiting
from hub.queries.bookability import require_suited, require_time, take_for
from hub.queries.disclosures import say_moment
from hub.queries.next_free import keep_next_free
from hub.queries.sent_forms import find_sent, require_standing
from hub.queries.states import move


def book_course(
    session: Session,
    *,
    actor: Actor,
    course: Course,
    participant: Participant,
    party: int = 1,
    enquiry: Enquiry | None = None,
    idempotency_key: str | None = None,
    seen: str | None = None,
    at: datetime,
) -> list[Booking]:
    """Take `party` places in every session of a course that has not begun, or in none; return the bookings by time.

    `course` comes from get_course, with offer and organisation; `seen` says which times were shown (`seen_of`), so that
    nobody is booked at times they never saw. The same key twice gives the same bookings back, while they stand. A
    consent is needed once, to the end of the last session. Raises RuleBroken (409) and its children, each naming the
    session that stands against it: SlotFull, PersonElsewhere, ConsentMissing. Safe under concurrency on both databases
    (scheduling rules 1, 3 and 4).
    """
    require(actor, Permission.BOOK_SLOT, participant)
    participants.lock_participant(session, participant.id)
    if earlier := find_sent(session, idempotency_key, lambda one: _is_of(one, course, participant)):
        mine = courses.list_coming_bookings(session, course.id, participant.id, at=at)
        return sorted(mine, key=lambda one: one.starts_at) or [require_standing(earlier)]
    outline = courses.get_outline(session, course)
    bookings.lock_slots(session, outline.sessions)
    if obstacle := courses.obstacle_of_course(outline, at):
        raise RuleBroken(obstacle)
    slots = outline.to_come(at)
    if seen is not None and seen != courses.seen_of(slots):
        raise RuleBroken(N_("Die Termine haben sich inzwischen geändert. Bitte sehen Sie noch einmal hin."))
    running = _require_suited(session, slots, participant)
    if obstacle := courses.obstacle_of_time(session, participant.id, slots):
        raise PersonElsewhere(obstacle)
    asked = enquiry_for(session, actor, slots[0], participant, enquiry, at)
    if asked is not None:
        require_consent(session, max(slots, key=lambda one: one.ends_at), participant, at)
    pools = _take_all(session, slots, participant, running, party)
    values = {
        "party": party,
        "made_by": "participant" if actor.kind is ActorKind.PERSON else "coach",
        "made_by_id": actor.user_id,
        "created_at": at,
        "changed_at": at,
    }
    made = _bookings(session, slots, participant, asked, pools, values)
    made[0].idempotency_key = idempotency_key
    session.add_all(made)
    session.flush()
    keep_next_free(session, offer_ids=[course.offer_id], at=at)
    if asked is not None:
        enquiries.note_booked(session, actor=actor, enquiry=asked, at=at)
    _tell(session, actor, course, made, "course.booked", "booking.made", at)
    return made


def _is_of(booking: Booking, course: Course, participant: Participant) -> bool:
    course_id = booking.slot.course_id if booking.slot is not None else None
    return (course_id, booking.participant_id) == (course.id, participant.id)


def _require_suited(session: Session, slots: list[Slot], participant: Participant) -> dict[int, Participation]:
    """Return the participation that covers each session; raises RuleBroken naming the first day that none covers."""
    found: dict[int, Participation] = {}
    running: Participation | None = None
    for slot in slots:
        day = clock.local_date(slot.starts_at)
        if running is None or not running.starts_on <= day <= running.ends_on:
            try:
                running = require_suited(session, slot, participant)
            except RuleBroken as error:
                raise RuleBroken(
                    N_("{when}: {reason}", when=say_moment(slot.starts_at), reason=error.message)
                ) from error
        found[slot.id] = running
    return found


def _take_all(
    session: Session,
    slots: list[Slot],
    participant: Participant,
    running: dict[int, Participation],
    party: int,
) -> dict[int, int | None]:
    """Take the places of every session and return each one's pool; SlotFull names the first session without enough."""
    places.lock_pools(session, [slot.id for slot in slots])
    pools: dict[int, int | None] = {}
    for slot in slots:
        try:
            pools[slot.id] = take_for(session, slot, participant, running[slot.id], party)
        except SlotFull as error:
            raise SlotFull(
                N_(
                    "Termin {n} ist voll: {when}. Der Kurs lässt sich nur ganz buchen.",
                    n=slot.session,
                    when=say_moment(slot.starts_at),
                )
            ) from error
    return pools


def _bookings(
    session: Session,
    slots: list[Slot],
    participant: Participant,
    asked: Enquiry | None,
    pools: Mapping[int, int | None],
    values: Mapping[str, Any],
) -> list[Booking]:
    """Return a booking for each session, with the same code in all of them."""
    code = codes.give_code(session, offer_id=slots[0].offer_id, slot_ids=[slot.id for slot in slots])
    made = []
    for slot in slots:
        booking = Booking(
            slot_id=slot.id,
            pool_id=pools[slot.id],
            participant_id=participant.id,
            enquiry_id=asked.id if asked else None,
            access=slot.offer.access.value,
            state=BookingState.CONFIRMED,
            code=code,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            **values,
        )
        for name, thing in (("slot", slot), ("participant", participant), ("enquiry", asked)):
            set_committed_value(booking, name, thing)
        made.append(booking)
    return made


def cancel_course_bookings(
    session: Session, *, actor: Actor, course: Course, participant: Participant, by: str, at: datetime
) -> list[Booking]:
    """Give back what is left of a course for a person, and return the bookings that ended; `by` is person or coach.

    A session that is too near for the person to call off keeps its place: that one goes by telephone. Raises RuleBroken
    (409) with the number when no other is left, StepNotPossible when there is nothing to give back.
    """
    require(actor, Permission.CANCEL_BOOKING, participant)
    waiting.lock_queues(session, courses.list_session_ids(session, course.id), people=[participant.id])
    ending, refusals = courses.list_to_give_back(session, course.id, participant.id, by=by, at=at)
    if not ending:
        raise refusals[0] if refusals else StepNotPossible
    cancel_all(session, ending, by=by, at=at)
    asked = next((booking.enquiry for booking in ending if booking.enquiry is not None), None)
    if asked is not None:
        enquiries.note_unbooked(session, actor=actor, enquiry=asked, at=at)
    ending.sort(key=lambda one: one.starts_at)
    event = "booking.cancelled_by_person" if by == "person" else "booking.cancelled"
    _tell(session, actor, course, ending, "course.cancelled", event, at)
    return ending


def rejoin_session(
    session: Session, *, actor: Actor = SYSTEM, slot: Slot, called_off: Iterable[Booking], at: datetime
) -> list[Booking]:
    """Give a session that takes place after all back to those who are still in its course, and return who has it.

    The same booking as before, with its code. Left out is who is elsewhere by then, whose consent or participation does
    not reach so far, and who finds no place: their coaches are told as of any date. A step of restoring the date, which
    has locked the persons and the date, tells and raises the feeds.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    inside = courses.list_still_inside(session, slot, at=at)
    newest = {one.participant_id: one for one in called_off if one.participant_id in inside}
    return [one for one in newest.values() if _take_again(session, slot, one, at)]


def _take_again(session: Session, slot: Slot, booking: Booking, at: datetime) -> bool:
    person, asked = booking.participant, booking.enquiry
    if person is None or (asked is not None and asked.state not in IDENTIFIED):
        return False
    try:
        running = require_suited(session, slot, person)
        require_time(session, person, slot)
        if asked is not None:
            require_consent(session, slot, person, at)
        pool_id = take_for(session, slot, person, running, booking.party)
    except (RuleBroken, NotFound):
        return False
    times = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "sequence": booking.sequence + 1}
    move(session, booking, BookingState.CONFIRMED, at=at, pool_id=pool_id, cancelled_by="", cancelled_at=None, **times)
    if asked is not None:
        enquiries.note_booked(session, actor=SYSTEM, enquiry=asked, at=at)
    return True


def _tell(
    session: Session, actor: Actor, course: Course, concerned: list[Booking], action: str, event: str, at: datetime
) -> None:
    """Log it as one thing, tell the partner once, raise the feeds that show it; the last step of each verb."""
    first, organisation_id = concerned[0], course.offer.organisation_id
    person = first.participant
    about = [person] if person else []
    log.record(session, actor=actor, action=action, thing=course, about=about, fields=["B1"], at=at)
    facts = Facts(booking=first, enquiry=first.enquiry, participant=person, organisation_id=organisation_id)
    notices.announce(session, event, facts, at=at)
    feeds.raise_revisions(
        session,
        participants=[first.participant_id],
        users=[person.coach_id if person else None],
        seats=[organisation_id],
    )
