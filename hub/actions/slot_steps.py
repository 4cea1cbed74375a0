"""Steps of verbs about dates: ending one, leaving one open, and the exception that makes it survive its series."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import bookings
from hub.errors import StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.series import ExceptionKind, SeriesException
from hub.models.slot import Slot, SlotState
from hub.queries import room_ticks
from hub.queries import series as series_queries
from hub.queries.states import move


def require_changeable(slot: Slot, at: datetime) -> None:
    """Raise StepNotPossible (409) for a date that is called off or has begun; an unsettled one stays open for good."""
    if slot.state is SlotState.CALLED_OFF:
        raise StepNotPossible(N_("Dieser Termin ist schon abgesagt."))
    if slot.state is SlotState.PLANNED and slot.starts_at <= at:
        raise StepNotPossible(N_("Dieser Termin hat schon begonnen."))


def end_slot(session: Session, *, slot: Slot, at: datetime) -> list[Booking]:
    """Call a date off, end its bookings, give its room back; return the bookings that stood."""
    require_changeable(slot, at)
    move(session, slot, SlotState.CALLED_OFF, at=at, sequence=slot.sequence + 1)
    note_exception(session, slot, ExceptionKind.CALLED_OFF, at)
    ended = bookings.call_off_bookings(session, slot=slot, at=at)
    room_ticks.free_room(session, slot)
    return ended


def leave_open(session: Session, *, slot: Slot, at: datetime) -> list[Booking]:
    """Leave open what becomes of a date: nobody books it any more, who is booked stays; return those bookings."""
    require_changeable(slot, at)
    move(session, slot, SlotState.UNSETTLED, at=at, sequence=slot.sequence + 1)
    return bookings.move_bookings_with_slot(session, slot=slot, at=at)


def note_exception(session: Session, slot: Slot, kind: ExceptionKind, at: datetime) -> None:
    """Note how a date differs from its series, so that it survives every later edit of it."""
    if slot.series_id is None or slot.occurrence_on is None:
        return
    exception = series_queries.find_exception(session, slot)
    if exception is None:
        exception = SeriesException(
            series_id=slot.series_id,
            occurrence_on=slot.occurrence_on,
            occurrence_index=slot.occurrence_index,
            created_at=at,
        )
        session.add(exception)
    exception.kind = kind
    exception.starts_at, exception.ends_at = slot.starts_at, slot.ends_at
    exception.room_id, exception.places = slot.room_id, slot.places
