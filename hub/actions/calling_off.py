"""Calling off a date, a day, a week or any other set of dates; or leaving open for a while what becomes of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.behalf import tell_desks
from hub.actions.notices import Facts
from hub.actions.slot_steps import end_slot, leave_open
from hub.errors import SomebodyWasFaster
from hub.models.booking import Booking
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require_each
from hub.queries import feeds
from hub.queries.bookings import coaches_of, lock_slots, people_of
from hub.queries.calling_off import lock_live_bookings
from hub.queries.next_free import keep_next_free

How = Literal["call_off", "unsettle"]


def call_off_dates(session: Session, *, actor: Actor, slots: Sequence[Slot], how: How, at: datetime) -> int:
    """Call these dates off, or leave them open; return how many bookings that concerns. All or nothing.

    As `end_dates`, with the feeds that show them.
    """
    require_each(actor, Permission.CALL_OFF_SLOT, [slot.offer for slot in slots])
    done = end_dates(session, actor=actor, slots=slots, how=how, at=at)
    feeds.raise_for_dates(session, slots, done)
    return len(done)


def end_dates(
    session: Session, *, actor: Actor, slots: Sequence[Slot], how: How, announce: bool = True, at: datetime
) -> list[Booking]:
    """Call these dates off, or leave them open, and return the bookings that concerns; a step of a larger verb.

    The caller raises the feeds' revisions as its last step. Dates already left open stay so. Every coach concerned gets
    one notice, however many dates; without `announce` the caller tells them when all of many is done. Locks: the dates
    by id, then their bookings by id. Raises SomebodyWasFaster (409) when a date is no longer as it was read,
    StepNotPossible (409) for one that is called off or has begun.
    """
    require_each(actor, Permission.CALL_OFF_SLOT, [slot.offer for slot in slots])
    seen = [(slot.version, slot.state) for slot in slots]
    lock_slots(session, slots)
    if seen != [(slot.version, slot.state) for slot in slots]:
        raise SomebodyWasFaster
    lock_live_bookings(session, [slot.id for slot in slots])
    done: list[tuple[Slot, list[Booking]]] = []
    for slot in sorted(slots, key=lambda one: one.id):
        if how == "call_off":
            done.append((slot, end_slot(session, slot=slot, at=at)))
        elif slot.state is not SlotState.UNSETTLED:
            done.append((slot, leave_open(session, slot=slot, at=at)))
    keep_next_free(session, offer_ids=[slot.offer_id for slot in slots], at=at)
    event = "slot.called_off" if how == "call_off" else "slot.unsettled"
    for slot, concerned in done:
        purpose = actor.purpose_for(slot.offer.organisation_id)
        log.record(session, actor=actor, action=event, thing=slot, about=people_of(concerned), purpose=purpose, at=at)
    if announce:
        _tell(session, actor, event, done, at)
    return [booking for _, concerned in done for booking in concerned]


def _tell(session: Session, actor: Actor, event: str, done: list[tuple[Slot, list[Booking]]], at: datetime) -> None:
    """Tell each coach once, and each office for which somebody else did it."""
    concerned = [booking for _, bookings in done for booking in bookings]
    only = done[0][0] if len(done) == 1 else None
    facts = Facts(slot=only, coach_ids=coaches_of(concerned), people=people_of(concerned))
    notices.announce(session, event, facts, at=at)
    tell_desks(session, actor=actor, offers=[slot.offer for slot, _ in done], slot=only, at=at)
