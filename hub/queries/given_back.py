"""Places a person had and gave back, and could have again: the date is still to come, and a place is free."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from hub.models.booking import LIVE, OWN, Booking, BookingState
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Pool, Slot, SlotState
from hub.policy.scopes import fallen_with_consent
from hub.queries.places import open_pools_of_person

GIVEN_BACK = ("person", "coach")  # who gave it back: the person alone, or the coach for them
AGAIN = aliased(Booking)  # also given back again later: only the last one counts


def is_given_back(person: Participant, *, at: datetime) -> ColumnElement[bool]:
    """Whether this person gave the place back, alone or through the coach, and could have it again; not of a course.

    The person's participations must be loaded. For the person's own page only.
    """
    again = AGAIN
    same = select(again.id).where(again.slot_id == Booking.slot_id, again.participant_id == Booking.participant_id)
    later = same.where(again.state.in_(LIVE) | ((again.id > Booking.id) & (again.state == BookingState.CANCELLED)))
    planned = select(Slot.id).where(
        Slot.id == Booking.slot_id, Slot.state == SlotState.PLANNED, Slot.course_id.is_(None)
    )
    return and_(
        Booking.state == BookingState.CANCELLED,
        Booking.cancelled_by.in_(GIVEN_BACK),
        Booking.access != OWN,
        Booking.starts_at > at,
        ~fallen_with_consent(),
        ~later.exists(),
        planned.correlate(Booking).exists(),
        or_(Booking.access == Access.OPEN.value, _has_place(person)),
    )


def _has_place(person: Participant) -> ColumnElement[bool]:
    free = select(Pool.id).where(Pool.slot_id == Booking.slot_id, open_pools_of_person(person))
    free = free.where(Pool.taken < Pool.places)
    return free.correlate(Booking).exists()
