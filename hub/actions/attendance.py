"""Who was there is written down, a neutral word and never a reason (R-LAW-09): by the partner, or a coach who asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking, BookingState, Hand
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.attendance import hand_of, lock_to_ask, lock_to_mark
from hub.queries.attendees import MARKS
from hub.queries.bookings import change_booking
from hub.queries.past_dates import lock_for_person
from hub.queries.states import move

MARKED = (Field.ATTENDANCE,)  # the log knows that it was written down, never what
TAKE_BACK = BookingState.CONFIRMED  # a mark of today, by the same hand, is open again
UNKNOWN = "unknown"  # the coach asked, and it cannot be said


class Marked(NamedTuple):
    """What became of the places of one form: how many changed, and how many could not be marked."""

    changed: int
    refused: int


def mark_attendance(
    session: Session, *, actor: Actor, slot: Slot, marks: Mapping[str, str], rest: str = "", at: datetime
) -> Marked:
    """Write down for each named place (by public id) whether somebody was there; `rest` for those still open.

    "confirmed" takes back what the same hand wrote down today. The slot must come with its offer. Raises RuleBroken
    (409) before the date is over, where it did not take place at all, or when not one of the places may be marked: its
    person does not let the partner tell. InvalidInput (422) for other words.
    """
    require(actor, Permission.MARK_ATTENDANCE, slot)
    if not {*marks.values(), rest or TAKE_BACK} <= {*MARKS, TAKE_BACK}:
        raise InvalidInput
    if slot.ends_at > at or slot.state is not SlotState.PLANNED:
        raise RuleBroken(N_("Das geht erst, wenn der Termin vorbei ist."))
    places = lock_to_mark(session, actor, slot, at=at)
    wanted = {key: rest for key, one in places.items() if rest and one.state is BookingState.CONFIRMED} | dict(marks)
    hand, changed, refused = hand_of(actor, slot.organisation_id), 0, 0
    for public_id, mark in wanted.items():
        booking = places.get(public_id)
        if booking is None or not _may_write(booking, mark, hand, at):
            refused += 1
        elif booking.state != mark:
            _write(session, actor, booking, mark, hand, purpose=actor.purpose_for(slot.organisation_id), at=at)
            changed += 1
    if refused and refused == len(wanted):
        raise RuleBroken(N_("Hier können Sie gerade nichts eintragen. Wenn nötig, fragt der Coach selbst."))
    return Marked(changed, refused)


def _may_write(booking: Booking, mark: str, hand: Hand, at: datetime) -> bool:
    return mark != TAKE_BACK or booking.state is TAKE_BACK or booking.is_marked_today_by(hand, at)


def mark_for_person(session: Session, *, actor: Actor, booking: Booking, mark: str, at: datetime) -> None:
    """Write down what the person told their coach of a past place whose partner may not be asked.

    "unknown" ends the question without an answer, "confirmed" takes back what a coach wrote down today. Raises
    RuleBroken (409) where the partner is asked or has said it, StepNotPossible for what is not there to take back.
    """
    require(actor, Permission.MARK_FOR_PERSON, booking.participant)
    if mark not in (*MARKS, TAKE_BACK, UNKNOWN):
        raise InvalidInput
    if booking.ends_at > at:
        raise RuleBroken(N_("Das geht erst, wenn der Termin vorbei ist."))
    if not lock_for_person(session, booking, at=at):
        raise RuleBroken(N_("Das trägt hier der Partner ein."))
    nobody_knows = booking.state is TAKE_BACK and booking.marked_at is not None
    if mark == (UNKNOWN if nobody_knows else booking.state):
        return  # tapped twice
    if mark == TAKE_BACK and not booking.is_marked_today_by(Hand.COACH, at):
        raise StepNotPossible
    _write(session, actor, booking, mark, Hand.COACH, purpose="asked_person", at=at)


def _write(
    session: Session, actor: Actor, booking: Booking, mark: str, hand: Hand, *, purpose: str, at: datetime
) -> None:
    """Write a mark down with its hand, or take one back; no place is given or taken by it, and no date changes."""
    to = TAKE_BACK if mark == UNKNOWN else BookingState(mark)
    back = mark == TAKE_BACK
    written = {"marked_by": "" if back else hand.value, "marked_at": None if back else at}
    if booking.state is to:
        change_booking(session, booking, **written)
    else:
        move(session, booking, to, at=at, **written)
    about = [booking.participant] if booking.participant else []
    action = "attendance.taken_back" if back else "attendance.marked"
    log.record(session, actor=actor, action=action, thing=booking, about=about, fields=MARKED, purpose=purpose, at=at)


def ask_partner(session: Session, *, actor: Actor, slot_id: int, at: datetime) -> bool:
    """Ask the partner the morning after who was there, once; False when nothing is open any more."""
    require(actor, Permission.RUN_MAINTENANCE)
    slot = lock_to_ask(session, slot_id, at=at)
    if slot is None:
        return False
    log.record(session, actor=actor, action="attendance.asked", thing=slot, at=at)
    facts = Facts(slot=slot, organisation_id=slot.organisation_id)
    notices.announce(session, "attendance.asked", facts, at=at)
    return True
