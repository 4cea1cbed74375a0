"""A person says at the door that they are here; only the partner of the date reads it."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import StepNotPossible
from hub.models.booking import Booking
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import check_in as queries


def check_in(session: Session, *, actor: Actor, slot: Slot, booking: Booking, at: datetime) -> None:
    """Write down that the person behind a confirmed place is here; said twice it is one.

    Raises StepNotPossible (409) before the door opens and once the date is over. It is no mark of attendance: that one
    the partner sets afterwards, where it may.
    """
    require(actor, Permission.CHECK_IN, booking.participant)
    if booking.slot_id != slot.id or not queries.is_open(slot, at):
        raise StepNotPossible
    if queries.note_arrival(session, booking, at=at):
        about = [booking.participant] if booking.participant else []
        log.record(session, actor=actor, action="place.arrived", thing=booking, about=about, at=at)
