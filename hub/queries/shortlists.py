"""Questions about shortlists: what stands on one, what became of it, and who waits for the coach."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.booking import LIVE, Booking
from hub.models.enquiry import ASKING, Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.shortlist import ShortlistItem, ShortlistState
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import offers_for
from hub.policy.shortlist_scopes import shortlist_items_for

ASKED = (*ASKING, EnquiryState.ACCEPTED)  # a running one had a date; whether it still has, its bookings say


@dataclass(frozen=True)
class Entry:
    """One offer of a shortlist, and whether the person has a place in it already, or the partner was asked."""

    item: ShortlistItem
    booked: bool
    asked: bool


def list_ticked_offers(session: Session, actor: Actor, public_ids: Sequence[str]) -> list[Offer]:
    """Return ticked offers the actor sees, in the order they are named, with organisation, place and room."""
    query = offers_for(actor).where(Offer.public_id.in_(public_ids))
    query = query.options(joinedload(Offer.organisation), joinedload(Offer.location), joinedload(Offer.room))
    found = {offer.public_id: offer for offer in session.scalars(query)}
    return [found[public_id] for public_id in dict.fromkeys(public_ids) if public_id in found]


def list_entries(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> list[Entry]:
    """Return what the actor sees of a person's shortlist, in the order it was picked. One statement."""
    query = shortlist_items_for(actor, at).where(ShortlistItem.participant_id == participant_id)
    query = query.add_columns(_booked(at), _asked()).options(
        joinedload(ShortlistItem.offer).options(
            joinedload(Offer.organisation), joinedload(Offer.location), joinedload(Offer.room)
        )
    )
    return [Entry(*row) for row in session.execute(query.order_by(ShortlistItem.id))]


def list_offer_ids(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> set[int]:
    """Return the keys of the offers that stand on a person's shortlist."""
    query = shortlist_items_for(actor, at).where(ShortlistItem.participant_id == participant_id)
    return set(session.scalars(query.with_only_columns(ShortlistItem.offer_id)))


def get_item(session: Session, actor: Actor, public_id: str, participant_id: int, *, at: datetime) -> ShortlistItem:
    """Return one line of this person's shortlist with its offer; raises NotFound."""
    query = shortlist_items_for(actor, at).where(
        ShortlistItem.public_id == public_id, ShortlistItem.participant_id == participant_id
    )
    item: ShortlistItem | None = session.scalar(query.options(joinedload(ShortlistItem.offer)))
    if item is None:
        raise NotFound
    return item


def list_wanted(session: Session, participant_ids: Collection[int], *, at: datetime) -> list[ShortlistItem]:
    """Return what persons want and nobody has booked or asked for yet, the oldest wish first. One statement."""
    query = select(ShortlistItem).where(
        ShortlistItem.participant_id.in_(participant_ids),
        ShortlistItem.state == ShortlistState.WANTED,
        ~or_(_booked(at), _asked()),
    )
    return list(session.scalars(query.options(joinedload(ShortlistItem.offer)).order_by(ShortlistItem.wanted_at)))


def _booked(at: datetime) -> ColumnElement[bool]:
    query = select(Booking.id).join(Slot, Booking.slot_id == Slot.id)
    same = (Slot.offer_id == ShortlistItem.offer_id, Booking.participant_id == ShortlistItem.participant_id)
    return query.where(*same, Booking.state.in_(LIVE), Booking.ends_at > at).correlate(ShortlistItem).exists()


def _asked() -> ColumnElement[bool]:
    same = (Enquiry.offer_id == ShortlistItem.offer_id, Enquiry.participant_id == ShortlistItem.participant_id)
    return select(Enquiry.id).where(*same, Enquiry.state.in_(ASKED)).correlate(ShortlistItem).exists()
