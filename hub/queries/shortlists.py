"""Questions about shortlists: what stands on one, what became of it, and who waits for the coach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.booking import KEPT, SHOWN, Booking
from hub.models.enquiry import ASKING, Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.participant import Participant
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


def find_item(session: Session, participant_id: int, offer_id: int) -> ShortlistItem | None:
    """Return the line of an offer on a person's shortlist, or None; safe after lock_participant."""
    query = select(ShortlistItem).where(
        ShortlistItem.participant_id == participant_id, ShortlistItem.offer_id == offer_id
    )
    return session.scalar(query)


def count_wanted(session: Session, participant_id: int) -> int:
    """Return how many offers a person wants."""
    wanted = (ShortlistItem.participant_id == participant_id, ShortlistItem.state == ShortlistState.WANTED)
    return session.scalar(select(func.count(ShortlistItem.id)).where(*wanted)) or 0


def is_wanted(at: datetime) -> ColumnElement[bool]:
    """Whether an item of the person's list is wanted, and nobody has booked it or asked for it yet."""
    mine = and_(ShortlistItem.participant_id == Participant.id, ShortlistItem.state == ShortlistState.WANTED)
    return and_(mine, ~or_(_booked(at), _asked()))


def _booked(at: datetime) -> ColumnElement[bool]:
    query = select(Booking.id).join(Slot, Booking.slot_id == Slot.id)
    same = (Slot.offer_id == ShortlistItem.offer_id, Booking.participant_id == ShortlistItem.participant_id)
    taken = Booking.state.in_((*KEPT, *SHOWN))  # what is only asked for is no booking
    return query.where(*same, taken, Booking.ends_at > at).correlate(ShortlistItem).exists()


def _asked() -> ColumnElement[bool]:
    same = (Enquiry.offer_id == ShortlistItem.offer_id, Enquiry.participant_id == ShortlistItem.participant_id)
    return select(Enquiry.id).where(*same, Enquiry.state.in_(ASKED)).correlate(ShortlistItem).exists()
