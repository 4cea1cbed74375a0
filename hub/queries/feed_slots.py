"""What the feeds show that are about dates of offers: of a partner, one offer, a room, a house, or a whole network.

The public ones hold nothing that a booking changes, not even when it last did. Rows are as in `feed_entries`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, false, func, null, or_, select
from sqlalchemy.orm import Session

from hub.models.booking import UNDECIDED, Booking, BookingState
from hub.models.location import Room
from hub.models.offer import Form, Offer
from hub.models.organisation import Organisation
from hub.models.programme import ProgrammeOrganisation
from hub.models.slot import Pool, Slot, SlotState
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import Actor
from hub.policy.feed_scopes import rooms_for
from hub.policy.scopes import own_slots_for, slots_for
from hub.policy.visibility import FEEDS, Part
from hub.queries.feed_entries import CANCELLED_FOR, WINDOW, Place, as_stored, run_plain
from hub.queries.holds import on_hold
from hub.queries.houses import is_at, is_shown_to
from hub.queries.public_offers import FOUND


def list_slots(session: Session, actor: Actor, feed: Subscription, *, at: datetime) -> Sequence[Row[Any]]:
    """Return the dates a feed is about as far as this actor sees them, in order of their ends. One statement."""
    columns = [*_columns(), *(_counted() if Part.COUNT in FEEDS[feed.kind][feed.level] else _uncounted())]
    columns.append(_title(actor) if feed.kind is FeedKind.ROOM else Offer.title)
    query = (
        DATES[feed.kind](actor, feed)
        .join(Organisation, Offer.organisation_id == Organisation.id)
        .outerjoin(Room, Slot.room_id == Room.id)
        .outerjoin(Place, Place.id == func.coalesce(Slot.location_id, Offer.location_id))
        .where(
            or_(
                and_(Slot.state != SlotState.CALLED_OFF, Slot.ends_at > at - WINDOW),
                and_(Slot.state == SlotState.CALLED_OFF, Slot.ends_at > at - CANCELLED_FOR),
            )
        )
        .order_by(Slot.ends_at)
    )
    return run_plain(session, query.with_only_columns(*as_stored(columns), maintain_column_froms=True))


def _public_slots(actor: Actor) -> Select[Any]:
    """Return the dates of the offers this actor finds; of one nobody confirmed for long no date is promised."""
    return slots_for(actor).where(*FOUND)


def _of_organisation(actor: Actor, feed: Subscription) -> Select[Any]:
    return own_slots_for(actor).where(Offer.organisation_id == feed.organisation_id)


def _of_own_offer(actor: Actor, feed: Subscription) -> Select[Any]:
    return own_slots_for(actor).where(Slot.offer_id == feed.offer_id)


def _in_room(actor: Actor, feed: Subscription) -> Select[Any]:
    """All that takes place in a room: whoever sees its days learns that it is taken, if not by what."""
    seen = rooms_for(actor).where(Room.id == feed.room_id).with_only_columns(Room.id)
    return select(Slot).join(Offer, Slot.offer_id == Offer.id).where(Slot.room_id.in_(seen))


def _in_house(actor: Actor, feed: Subscription) -> Select[Any]:
    return _public_slots(actor).where(is_at(feed.location_id or 0))


def _in_network(actor: Actor, feed: Subscription) -> Select[Any]:
    members = select(ProgrammeOrganisation.organisation_id)
    return _public_slots(actor).where(
        Offer.organisation_id.in_(members.where(ProgrammeOrganisation.programme_id == feed.programme_id))
    )


def _of_public_offer(actor: Actor, feed: Subscription) -> Select[Any]:
    return _public_slots(actor).where(Slot.offer_id == feed.offer_id)


DATES: Mapping[FeedKind, Callable[[Actor, Subscription], Select[Any]]] = {
    FeedKind.ORGANISATION: _of_organisation,
    FeedKind.OFFER: _of_own_offer,
    FeedKind.ROOM: _in_room,
    FeedKind.HOUSE: _in_house,
    FeedKind.PROGRAMME: _in_network,
    FeedKind.PUBLIC_OFFER: _of_public_offer,
}


def _columns() -> tuple[Any, ...]:
    return (
        Slot.public_id,
        Slot.starts_at,
        Slot.ends_at,
        (Slot.state == SlotState.CALLED_OFF).label("cancelled"),
        (Slot.state == SlotState.UNSETTLED).label("tentative"),
        false().label("private"),
        Slot.sequence,
        Slot.changed_at,
        Offer.public_id.label("offer"),
        Offer.form,
        Organisation.name.label("organisation"),
        Room.name.label("room"),
        Place.name.label("place"),
        Place.street,
        Place.postal_code,
        Place.municipality_code,
    )


def _counted() -> tuple[Any, ...]:
    """How many places are taken. `also_changed_at` is the last change of any booking, as that changes the number.

    Places held for a while are not counted: a calendar would show them long after they ran out.
    """
    taken = select(func.coalesce(func.sum(Pool.taken), 0)).where(Pool.slot_id == Slot.id).correlate(Slot)
    ever_booked = (Booking.slot_id == Slot.id, Booking.state.not_in((*UNDECIDED, BookingState.EXPIRED)))
    booked_at = select(func.max(Booking.changed_at)).where(*ever_booked).correlate(Slot)
    return (
        booked_at.scalar_subquery().label("also_changed_at"),
        Slot.places,
        (taken.scalar_subquery() - on_hold()).label("taken"),
    )


def _uncounted() -> tuple[Any, ...]:
    return (null().label("also_changed_at"),)


def _title(actor: Actor) -> Any:
    """The title where the actor reads it; a lent room is only taken for everybody (decision 0018)."""
    return case((and_(Offer.form != Form.ROOM, is_shown_to(actor)), Offer.title)).label("title")
