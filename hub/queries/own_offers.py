"""Questions of partners about their own offers, and of what an offer needs to be written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from hub import clock
from hub.errors import NotFound, SomebodyWasFaster
from hub.models.booking import STANDING, Booking
from hub.models.location import Location, Room
from hub.models.offer import Offer, OfferProgramme, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.programme import ProgrammeOrganisation
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.scopes import locations_for, own_offers_for


def get_own_offer(session: Session, actor: Actor, public_id: str) -> Offer:
    """Return an offer of an organisation the actor acts for, with organisation, place and room; else NotFound."""
    query = own_offers_for(actor).where(Offer.public_id == public_id)
    offer: Offer | None = session.scalar(
        query.options(joinedload(Offer.organisation), joinedload(Offer.location), joinedload(Offer.room))
    )
    if offer is None:
        raise NotFound
    return offer


def list_own_offers(session: Session, actor: Actor) -> list[Offer]:
    """Return all offers of the actor's organisations with organisation and place, by state and title."""
    query = own_offers_for(actor).options(joinedload(Offer.organisation), joinedload(Offer.location))
    return list(session.scalars(query.order_by(Offer.title, Offer.id)))


def next_dates(session: Session, actor: Actor, *, at: datetime) -> dict[int, datetime]:
    """Return the next date of each own offer that has one, by the offer's key. One statement."""
    offers = own_offers_for(actor).with_only_columns(Offer.id)
    query = (
        select(Slot.offer_id, func.min(Slot.starts_at))
        .where(Slot.offer_id.in_(offers), Slot.starts_at > at, Slot.state == SlotState.PLANNED)
        .group_by(Slot.offer_id)
    )
    return dict(session.execute(query).all())


def lock_offer(session: Session, offer_id: int) -> Offer:
    """Return an offer by its internal key, locked and fresh (for the worker)."""
    query = select(Offer).where(Offer.id == offer_id).with_for_update(of=Offer)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_dates(session: Session, offer: Offer, *, at: datetime) -> None:
    """Lock the coming dates of an offer in order of id, before its own row: bookings take them in that order."""
    coming = select(Slot.id).where(Slot.offer_id == offer.id, Slot.ends_at > at).order_by(Slot.id)
    session.execute(coming.with_for_update()).all()


def is_pause_over(offer: Offer, at: datetime) -> bool:
    """Tell whether the day has come on which a paused offer comes back."""
    return offer.paused_until is not None and offer.paused_until <= clock.local_date(at)


def list_returning(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of paused offers whose day has come."""
    over = Offer.paused_until <= clock.local_date(at)
    return session.scalars(select(Offer.id).where(Offer.state == OfferState.PAUSED, over).order_by(Offer.id)).all()


def list_acted_for(session: Session, actor: Actor) -> list[Organisation]:
    """Return the running organisations an actor may publish for: the own ones and members of an umbrella."""
    query = select(Organisation).where(Organisation.id.in_(actor.partner_ids), Organisation.ended_at.is_(None))
    return list(session.scalars(query.order_by(Organisation.name)))


def list_usable_locations(session: Session, actor: Actor) -> list[Location]:
    """Return places an actor may meet at, with rooms: the own ones, houses and places of the own network."""
    query = locations_for(actor).options(selectinload(Location.rooms), joinedload(Location.organisation))
    return list(session.scalars(query.order_by(Location.name, Location.id)))


def find_usable_location(session: Session, actor: Actor, location_id: int | None) -> Location | None:
    """Return a place by its key if the actor may meet there, with rooms."""
    query = locations_for(actor).where(Location.id == location_id).options(selectinload(Location.rooms))
    location: Location | None = session.scalar(query)
    return location


def may_use_room(actor: Actor, location: Location, room: Room) -> bool:
    """Tell whether a room can be taken: in an own place, in a shared house, or one that is lent."""
    return location.organisation_id in actor.partner_ids or location.house or room.lendable


def set_programmes(session: Session, offer: Offer) -> None:
    """Make an offer that is not public one for the networks of its organisation, and a public one for none by name."""
    session.execute(delete(OfferProgramme).where(OfferProgramme.offer_id == offer.id))
    if offer.public:
        return
    own = select(ProgrammeOrganisation.programme_id).where(
        ProgrammeOrganisation.organisation_id == offer.organisation_id
    )
    rows = [{"offer_id": offer.id, "programme_id": programme_id} for programme_id in session.scalars(own)]
    if rows:
        session.execute(insert(OfferProgramme), rows)


def count_booked(session: Session, offer: Offer, *, at: datetime) -> int:
    """Return how many live bookings the offer's coming dates have."""
    query = select(func.count(Booking.id)).join(Slot, Booking.slot_id == Slot.id)
    return session.scalar(query.where(Slot.offer_id == offer.id, Slot.ends_at > at, Booking.holds_a_place)) or 0


def raise_version(session: Session, offer: Offer, *, at: datetime) -> None:
    """Raise the offer's version after a change of its words; raises SomebodyWasFaster (409) when another was first."""
    seen = offer.version
    guarded = update(Offer).where(Offer.id == offer.id, Offer.version == seen)
    changed = session.execute(guarded.values(version=seen + 1, changed_at=at))
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise SomebodyWasFaster


def raise_sequences(
    session: Session, offer: Offer, *, reworded: bool, replaced: bool, at: datetime
) -> tuple[set[int], set[int]]:
    """Raise the sequence of the offer's coming dates and their live bookings after a change of its words or its place.

    A new place concerns only dates without one of their own. Returns the keys of the persons and of their coaches whose
    feeds show it.
    """
    if not (reworded or replaced):
        return set(), set()
    concerned, there = Slot.offer_id == offer.id, Slot.location_id.is_(None)
    found = raise_sequences_where(session, concerned if reworded else concerned & there, at=at)
    if replaced and offer.is_come_to:
        _note_new_place(session, select(Slot.id).where(concerned, there, Slot.ends_at > at))
    return found


def _note_new_place(session: Session, slots: Select[Any]) -> None:
    """Let those who come to these dates be told of their new place: they know the present start, or an earlier one."""
    standing = (Booking.slot_id.in_(slots), Booking.location_id.is_(None), Booking.state.in_(STANDING))
    known = func.coalesce(Booking.moved_from_at, Booking.starts_at)
    noted = update(Booking).where(*standing).values(moved_from_at=known)
    session.execute(noted.execution_options(synchronize_session=False))


def raise_sequences_where(
    session: Session, condition: ColumnElement[bool], *, at: datetime
) -> tuple[set[int], set[int]]:
    """Do the same for all coming dates that fulfil a condition, in the order of their keys."""
    coming = select(Slot.id).where(condition, Slot.ends_at > at).order_by(Slot.id)
    slot_ids = list(session.scalars(coming.with_for_update()))
    if not slot_ids:
        return set(), set()
    changed = update(Slot).where(Slot.id.in_(slot_ids))
    session.execute(changed.values(sequence=Slot.sequence + 1, version=Slot.version + 1, changed_at=at))
    booked = (Booking.slot_id.in_(slot_ids), Booking.holds_a_place)
    taken = update(Booking).where(*booked)
    session.execute(taken.values(sequence=Booking.sequence + 1, version=Booking.version + 1, changed_at=at))
    people = select(Participant.id, Participant.coach_id).join(Booking, Booking.participant_id == Participant.id)
    found = session.execute(people.where(*booked)).all()
    return {person for person, _ in found}, {coach for _, coach in found if coach}
