"""Which dates a person's programs have fetched: the evidence that a change is in a calendar, not that it was read."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from hub.models.booking import Booking
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.models.subscription import Level, Subscription
from hub.queries.feed_entries import is_carried


def is_fetched(at: datetime) -> ColumnElement[bool]:
    """Whether one of the person's running calendars has fetched a booking as it is now; one is enough."""
    return and_(_fetched().correlate(Booking).exists(), is_shown_in_calendars(at))


def is_in_a_calendar(at: datetime) -> ColumnElement[bool]:
    """Whether one that has fetched a booking as it is now tells what changed: a discreet one never says where."""
    other_place = and_(Booking.moved_from_at == Booking.starts_at, Subscription.level == Level.DISCREET)
    tells = _fetched().where(or_(Booking.moved_from_at.is_(None), ~other_place))
    return and_(tells.correlate(Booking).exists(), is_shown_in_calendars(at))


def _fetched() -> Select[Any]:
    running = (Subscription.participant_id == Booking.participant_id, Subscription.ended_at.is_(None))
    return select(Subscription.id).where(*running, Subscription.brought_until > Booking.changed_at)


def is_shown_in_calendars(at: datetime) -> ColumnElement[bool]:
    """Whether the person's calendars may show a booking at all; what fell out of them with its consent is not told."""
    offered = select(Slot.id).join(Offer, Slot.offer_id == Offer.id).where(Slot.id == Booking.slot_id, is_carried(at))
    return or_(Booking.slot_id.is_(None), offered.correlate(Booking).exists())
