"""Which coming dates a person is shown, called-off ones included: one condition for pages, paper and calls."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.booking import BY_OTHERS, SHOWN, Booking
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.policy.scopes import kept_privately

AGAIN = aliased(Booking)  # made once, as making an alias takes long


def is_shown(since: Any, one: type[Booking] = Booking) -> ColumnElement[bool]:
    """Whether a booking is a date that stands, or that others called off, and ends after this instant, or column."""
    called_off = and_(one.cancelled_by.in_(BY_OTHERS), ~is_booked_again(one))
    return and_(one.ends_at > since, or_(one.state.in_(SHOWN), called_off))


def is_booked_again(one: type[Booking] = Booking) -> ColumnElement[bool]:
    """Whether the same person has a new place in the same date: called off, restored and booked again."""
    again = AGAIN
    query = select(again.id).where(
        again.slot_id == one.slot_id, again.participant_id == one.participant_id, again.state.in_(SHOWN)
    )
    return query.correlate(one).exists()


def list_of_people(
    session: Session, participant_ids: Collection[int], *, since: datetime, limit: int
) -> dict[int, list[Booking]]:
    """Return the next dates of these people from `since` on by time, as paper shows them. One statement."""
    slot = joinedload(Booking.slot)
    query = select(Booking).where(Booking.participant_id.in_(participant_ids), is_shown(since), ~kept_privately())
    query = query.options(
        slot.joinedload(Slot.offer).joinedload(Offer.organisation),
        slot.joinedload(Slot.location),
        slot.joinedload(Slot.room),
        joinedload(Booking.location),
        joinedload(Booking.participant),
    )
    found: dict[int, list[Booking]] = {key: [] for key in participant_ids}
    for one in session.scalars(query.order_by(Booking.starts_at, Booking.id)):
        mine = found[one.participant_id or 0]
        if len(mine) < limit:
            mine.append(one)
    return found
