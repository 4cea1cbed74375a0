"""Places that are over as a coach sees them: what was written down, and where the coach asks the person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from hub import clock
from hub.models.booking import OWN, Booking, BookingState, Hand
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.fields import Reader
from hub.policy.scopes import bookings_for
from hub.queries import attendance
from hub.queries.attendees import MARKS
from hub.queries.bookings import with_place
from hub.queries.participants import reader_of

ASKED_FOR = timedelta(days=14)  # so long a coach's day asks
READ_FOR = timedelta(days=28)  # so long a person's page lists


@dataclass(frozen=True)
class PastDate:
    """A date that is over as a coach sees it: its mark where it may be read, and whether the coach asks the person."""

    booking: Booking
    mark: BookingState | None
    asks: bool


def is_coachs_question(at: datetime) -> ColumnElement[bool]:
    """Whether a coach's day asks if the person was there: from the next day on, for a fortnight, until it is said."""
    today = clock.start_of_day(clock.local_date(at))
    planned = select(Slot.id).where(Slot.id == Booking.slot_id, Slot.state == SlotState.PLANNED)
    return and_(
        Booking.state == BookingState.CONFIRMED,
        Booking.marked_at.is_(None),
        Booking.ends_at <= today,
        Booking.ends_at > today - ASKED_FOR,
        planned.correlate(Booking).exists(),
        attendance.coach_is_asked(at),
    )


def lock_for_person(session: Session, booking: Booking, *, at: datetime) -> bool:
    """Lock a loaded booking and bring it up to now; tell whether its coach may write down if the person was there."""
    query = select(Booking, attendance.coach_is_asked(at)).where(Booking.id == booking.id)
    query = query.options(joinedload(Booking.participant))
    row = session.execute(query.with_for_update(of=Booking).execution_options(populate_existing=True)).one()
    return bool(row[1]) and _is_coachs(booking)


def _is_coachs(booking: Booking) -> bool:
    """Tell whether nobody but the coach has written anything down."""
    return booking.state is BookingState.CONFIRMED or booking.marked_by == Hand.COACH


def list_past_of_person(session: Session, actor: Actor, person: Participant, *, at: datetime) -> list[PastDate]:
    """Return the places a person had in the last four weeks, the latest first; only those the actor sees.

    To a deputy the matrix gives no date (B1) whose consent has ended.
    """
    query = _past(actor, at).where(Booking.participant_id == person.id, Booking.ends_at > at - READ_FOR)
    if reader_of(actor, person) is Reader.DEPUTY:
        query = query.where(or_(Booking.enquiry_id.is_(None), attendance.is_in_force(at)))
    return _read(session, query.order_by(Booking.starts_at.desc(), Booking.id.desc()))


def list_past_of_enquiry(session: Session, actor: Actor, enquiry_id: int, *, at: datetime) -> list[PastDate]:
    """Return the dates under an enquiry that are over, the first one first; the caller came through a scope to it."""
    query = _past(actor, at).where(Booking.enquiry_id == enquiry_id)
    return _read(session, query.order_by(Booking.starts_at, Booking.id))


def find_past(session: Session, actor: Actor, booking: Booking, *, at: datetime) -> PastDate | None:
    """Return one place that is over, None for any other booking."""
    return next(iter(_read(session, _past(actor, at).where(Booking.id == booking.id))), None)


def _past(actor: Actor, at: datetime) -> Select[Any]:
    places = (
        Booking.ends_at <= at,
        Booking.state.in_(attendance.MARKABLE),
        Booking.access.not_in((OWN, Access.OPEN.value)),
    )
    return (
        bookings_for(actor, at)
        .where(*places)
        .add_columns(attendance.is_read(at), attendance.coach_is_asked(at))
        .options(*with_place())
    )


def _read(session: Session, query: Select[Any]) -> list[PastDate]:
    return [
        PastDate(
            booking,
            booking.state if is_read_now and booking.state in MARKS else None,
            asked and _is_coachs(booking),
        )
        for booking, is_read_now, asked in session.execute(query)
    ]
