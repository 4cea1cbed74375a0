"""Questions before several dates are called off: which lie in a span, and whether the preview still holds."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from hub import clock
from hub.errors import SomebodyWasFaster
from hub.models.booking import Booking
from hub.models.location import Location
from hub.models.log import LogEntry
from hub.models.offer import Offer
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import own_slots_for
from hub.queries.bookings import lock_slots
from hub.queries.consequences import Consequences, consequences_of

STANDING = (SlotState.PLANNED, SlotState.UNSETTLED)


@dataclass(frozen=True, kw_only=True)
class Span:
    """From which to which local day, both included, and of what: one organisation, one offer or one place."""

    first_on: date
    last_on: date
    organisation_id: int | None = None
    offer_id: int | None = None
    location_id: int | None = None


def list_in_span(session: Session, actor: Actor, span: Span, *, at: datetime) -> list[Slot]:
    """Return the own dates of a span that have not begun and are not called off, by time, with offer and place."""
    starts, ends = clock.start_of_day(span.first_on), clock.end_of_day(span.last_on)
    query = own_slots_for(actor).where(
        Slot.starts_at >= starts, Slot.starts_at < ends, Slot.starts_at > at, Slot.state.in_(STANDING)
    )
    if span.organisation_id is not None:
        query = query.where(Offer.organisation_id == span.organisation_id)
    if span.offer_id is not None:
        query = query.where(Slot.offer_id == span.offer_id)
    if span.location_id is not None:
        query = query.where(Slot.location_id == span.location_id)
    query = query.options(
        contains_eager(Slot.offer).joinedload(Offer.organisation), joinedload(Slot.location), joinedload(Slot.room)
    )
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def list_done(session: Session, actor: Actor, action: str, step: str) -> tuple[list[Slot], datetime | None]:
    """Return the own dates to which the actor did this in one step, by time with offer and place, and the instant.

    The step is the request it was done in, as the log has it: what happens to the dates later changes nothing. Two
    statements.
    """
    done = select(LogEntry.object_ref, LogEntry.at).where(
        LogEntry.actor_ref == actor.ref, LogEntry.action == action, LogEntry.request_id == step
    )
    rows = session.execute(done).all() if step else []
    if not rows:
        return [], None
    query = own_slots_for(actor).where(Slot.public_id.in_([row.object_ref for row in rows]))
    query = query.options(contains_eager(Slot.offer).joinedload(Offer.organisation), joinedload(Slot.location))
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id))), rows[0].at


def list_unsettled(session: Session, actor: Actor) -> list[Slot]:
    """Return the own dates on which it is not decided yet what becomes of them, past ones too, by time."""
    query = own_slots_for(actor).where(Slot.state == SlotState.UNSETTLED)
    query = query.options(contains_eager(Slot.offer).joinedload(Offer.organisation), joinedload(Slot.location))
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def list_own_offers_with_dates(session: Session, actor: Actor, *, at: datetime) -> list[Offer]:
    """Return the own offers that have dates to come, by title, with organisation."""
    coming = own_slots_for(actor).where(Slot.starts_at > at, Slot.state.in_(STANDING)).with_only_columns(Slot.offer_id)
    query = select(Offer).where(Offer.id.in_(coming)).options(joinedload(Offer.organisation))
    return list(session.scalars(query.order_by(Offer.title, Offer.id)))


def list_own_places_with_dates(session: Session, actor: Actor, *, at: datetime) -> list[Location]:
    """Return the places at which own dates are to come, by name."""
    coming = own_slots_for(actor).where(Slot.starts_at > at, Slot.state.in_(STANDING))
    query = select(Location).where(Location.id.in_(coming.with_only_columns(Slot.location_id)))
    return list(session.scalars(query.order_by(Location.name, Location.id)))


def seen_of(found: Consequences) -> str:
    """Return what a preview showed in one word: dates, their versions, and how many are booked in each."""
    rows = sorted((line.slot.public_id, line.slot.version, line.people) for line in found.lines)
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def require_seen(session: Session, slots: Sequence[Slot], seen: str) -> Consequences:
    """Hold these dates until the transaction ends, and return what calling them off does.

    Raises SomebodyWasFaster (409) unless the preview showed just this. A booking made since the preview counts as a
    change, too: nobody is called off unseen.
    """
    lock_slots(session, slots)
    found = consequences_of(session, slots)
    if seen_of(found) != seen:
        raise SomebodyWasFaster
    return found


def lock_live_bookings(session: Session, slot_ids: Iterable[int]) -> None:
    """Lock the bookings of dates that hold a place, by id: so that two who end several never wait for each other."""
    query = select(Booking.id).where(Booking.slot_id.in_(sorted(slot_ids)), Booking.holds_a_place)
    session.execute(query.order_by(Booking.id).with_for_update())
