"""A partner writes down who was there on its own date: a neutral word and never a reason (R-LAW-09)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.booking import BookingState
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.attendance import lock_to_mark
from hub.queries.attendees import MARKS
from hub.queries.states import move

MARKED = (Field.ATTENDANCE,)  # the log knows that it was written down, never what


def mark_attendance(session: Session, *, actor: Actor, slot: Slot, marks: Mapping[str, str], at: datetime) -> int:
    """Write down for each named place (by public id) whether somebody was there; return how many changed.

    The slot must come with its offer. Raises RuleBroken (409) before the date is over or where it did not take place at
    all, InvalidInput (422) for other words than the three. Places that may no longer be marked are passed over.
    """
    require(actor, Permission.MARK_ATTENDANCE, slot.offer)
    if not set(marks.values()) <= set(MARKS):
        raise InvalidInput
    if slot.ends_at > at or slot.state is not SlotState.PLANNED:
        raise RuleBroken(N_("Das geht erst, wenn der Termin vorbei ist."))
    changed = 0
    for public_id, booking in lock_to_mark(session, actor, slot, at=at).items():
        mark = marks.get(public_id)
        if mark is None or booking.state == mark:
            continue
        move(session, booking, BookingState(mark), at=at)
        about = [booking.participant] if booking.participant else []
        log.record(session, actor=actor, action="attendance.marked", thing=booking, about=about, fields=MARKED, at=at)
        changed += 1
    return changed
