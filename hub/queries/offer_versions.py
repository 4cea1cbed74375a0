"""What an offer said after each change: versions are added, never edited; the address to join online is left out."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from hub.models.booking import Booking
from hub.models.enquiry import OPEN_STATES, Enquiry
from hub.models.location import Location, Room
from hub.models.offer import Offer, OfferVersion
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.queries.offer_entries import Entries

UNKEPT = "join_link"  # that it changed is kept, its value is not
KEPT = (*(one.name for one in fields(Entries) if one.name != UNKEPT), "state", "paused_until", "review_note")
# What people who come, or want to, must hear of.
MATTERS = frozenset(
    {"title", "form", "access", "location_id", "room_id", "bring", "cost", "phone", "women_only", "youngest", "oldest"}
)


def add_version(
    session: Session,
    *,
    actor: Actor,
    offer: Offer,
    at: datetime,
    unkept: Collection[str] = (),
    reviewing: bool = False,
) -> OfferVersion | None:
    """Keep what an offer says now, and return it; None when nothing differs from the version before.

    `unkept` names entries that changed and whose values are not kept; who is `reviewing` speaks for the network, never
    for the partner. Call it after the guarded UPDATE of the offer's
    row (a move, or raising its version): that row is the lock of the numbers.
    """
    before, entries = find_latest_version(session, offer), _entries(session, offer)
    changed = [name for name in KEPT if before and before.entries.get(name) != entries[name]] + sorted(unkept)
    if before and not changed:
        return None
    version = OfferVersion(
        offer_id=offer.id,
        number=before.number + 1 if before else 1,
        at=at,
        user_id=actor.user_id,
        on_behalf=not reviewing and bool(actor.purpose_for(offer.organisation_id)),
        entries=entries,
        changed=changed,
    )
    session.add(version)
    session.flush()
    return version


def begin_versions(session: Session, offer: Offer) -> None:
    """Keep what an offer said before its first recorded change; does nothing when there is a version already."""
    if find_latest_version(session, offer) is None:
        add_version(session, actor=SYSTEM, offer=offer, at=offer.changed_at)


def find_latest_version(session: Session, offer: Offer) -> OfferVersion | None:
    """Return the last version of an offer, or None."""
    query = select(OfferVersion).where(OfferVersion.offer_id == offer.id)
    return session.scalars(query.order_by(OfferVersion.number.desc()).limit(1)).first()


def list_versions(session: Session, offer: Offer) -> list[OfferVersion]:
    """Return all versions of an offer the actor has come to through a scope, the newest first, with who wrote them."""
    query = select(OfferVersion).where(OfferVersion.offer_id == offer.id).options(joinedload(OfferVersion.user))
    return list(session.scalars(query.order_by(OfferVersion.number.desc())))


def list_concerned(session: Session, offer: Offer, *, at: datetime) -> list[Participant]:
    """Return the people with an open enquiry for an offer or a place on one of its coming dates: coach and house only.

    The rest of them is sealed and not even read. One statement.
    """
    asking = select(Enquiry.participant_id).where(Enquiry.offer_id == offer.id, Enquiry.state.in_(OPEN_STATES))
    booked = _taken(offer, at).with_only_columns(Booking.participant_id)
    query = select(Participant).where(or_(Participant.id.in_(booked), Participant.id.in_(asking)))
    shown = load_only(Participant.coach_id, Participant.jobcenter_id, raiseload=True)
    return list(session.scalars(query.options(shown).order_by(Participant.id)))


def list_borrowers(session: Session, offer: Offer, *, at: datetime) -> frozenset[int]:
    """Return the coaches who took one of an offer's coming dates for themselves, as they do with a room."""
    own = _taken(offer, at).with_only_columns(Booking.coach_id).where(Booking.coach_id.is_not(None)).distinct()
    return frozenset(session.scalars(own))


def _taken(offer: Offer, at: datetime) -> Select[Any]:
    query = select(Booking).join(Slot, Booking.slot_id == Slot.id)
    return query.where(Slot.offer_id == offer.id, Slot.ends_at > at, Booking.holds_a_place)


def list_news(
    session: Session, people: Collection[int], *, since: datetime, at: datetime
) -> list[tuple[Offer, OfferVersion]]:
    """Return what has changed since then in offers these people ask for or come to, the newest first. One statement.

    Only changes that matter to people; who wrote them is the partner's own affair.
    """
    booked = select(Slot.offer_id).join(Booking, Booking.slot_id == Slot.id)
    booked = booked.where(Booking.participant_id.in_(people), Slot.ends_at > at, Booking.holds_a_place)
    asking = select(Enquiry.offer_id).where(Enquiry.participant_id.in_(people), Enquiry.state.in_(OPEN_STATES))
    query = (
        select(Offer, OfferVersion)
        .join(OfferVersion, OfferVersion.offer_id == Offer.id)
        .where(OfferVersion.at >= since, or_(Offer.id.in_(booked), Offer.id.in_(asking)))
        .order_by(OfferVersion.at.desc(), OfferVersion.id.desc())
    )
    rows = session.execute(query).all()
    return [(offer, version) for offer, version in rows if MATTERS & set(version.changed)]


def _entries(session: Session, offer: Offer) -> dict[str, Any]:
    """Return what the offer says, as JSON keeps it; the place also by name, as it is called now."""
    said = {name: _plain(getattr(offer, name)) for name in KEPT}
    place = session.get(Location, offer.location_id) if offer.location_id is not None else None
    room = session.get(Room, offer.room_id) if offer.room_id is not None else None
    return said | {"place": ", ".join(one.name for one in (place, room) if one is not None)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value  # an enum's value
