"""Who comes to a partner's date: place codes for everybody who acts for it, names only where they may be read now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from hub.models.booking import SHOWN, Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.exclusion_scopes import not_kept_from
from hub.policy.fields import Field, Reader
from hub.policy.permissions import Permission
from hub.policy.person_scopes import in_sight
from hub.policy.rules import allows
from hub.policy.scopes import partner_bookings_for
from hub.queries.acknowledgements import confirmed_since
from hub.queries.disclosures import phase_now, told_fields

MARKS = (BookingState.ATTENDED, BookingState.NOT_THERE, BookingState.NOT_TAKEN_PLACE)  # written down afterwards


@dataclass(frozen=True)
class Attendee:
    """One taken place: its code, the enquiry behind it, and the person only where the name may be read now."""

    booking: Booking
    enquiry: Enquiry | None = None
    person: Participant | None = None
    may_open: bool = False  # the reader could read the name after the purpose notice


def places_of(actor: Actor, slot: Slot, at: datetime) -> Select[Any]:
    """Return the places of an own date that its partner may know of, by place code; also those marked afterwards."""
    return places_in(partner_bookings_for(actor), slot, at)


def places_in(bookings: Select[Any], slot: Slot, at: datetime) -> Select[Any]:
    """Return of a scope's bookings the places of one date that its partner may know of, by place code."""
    # Who noted a date where one simply goes is nobody's attendee: that partner learns nothing.
    query = bookings.where(Booking.slot_id == slot.id, Booking.access != Access.OPEN.value)
    # Thirty days after the last participation's end nobody beside the person finds them, by no name and no place code.
    known = or_(Booking.participant_id.is_(None), in_sight(at, Booking.participant_id))
    query = query.where(Booking.state.in_((*SHOWN, *MARKS)), known)
    return query.order_by(Booking.code, Booking.id)


def list_attendees(session: Session, actor: Actor, slot: Slot, *, notice_version: str, at: datetime) -> list[Attendee]:
    """Return who comes to an own date or came, by place code; a place only held has nobody yet. At most two statements.

    A name stands there only while the consent is in force at `at`, the enquiry is accepted or running, the matrix says
    so for this reader, and this very member of staff has confirmed the purpose notice in its present words since the
    yes (R-LAW-05). Reading names must be logged by the caller.
    """
    live = select(Consent.id).where(Consent.id == Enquiry.consent_id, Consent.live(at)).exists()
    query = places_of(actor, slot, at).outerjoin(Enquiry, Booking.enquiry_id == Enquiry.id)
    told = and_(live, not_kept_from(actor))  # a member of staff whom the person excluded learns no name
    rows = session.execute(query.add_columns(Enquiry, told, confirmed_since(actor.user_id, notice_version))).all()
    opening = {booking.id for booking, enquiry, is_live, _ in rows if _may_open(actor, enquiry, live=is_live, at=at)}
    persons = _load(session, [row[0].participant_id for row in rows if row[0].id in opening and row[3]])
    return [
        Attendee(
            booking,
            enquiry,
            persons.get(booking.participant_id) if booking.id in opening and confirmed else None,
            booking.id in opening,
        )
        for booking, enquiry, _, confirmed in rows
    ]


def _may_open(actor: Actor, enquiry: Enquiry | None, *, live: bool, at: datetime) -> bool:
    """Tell whether the matrix gives the name to this reader now, once the notice is confirmed."""
    if enquiry is None or enquiry.state not in IDENTIFIED:
        return False
    reader = Reader.PARTNER if allows(actor, Permission.OPEN_IDENTITY, enquiry) else Reader.UMBRELLA
    return Field.IDENTITY in told_fields(enquiry.field_groups, reader, phase_now(enquiry, live=live, at=at))


def _load(session: Session, ids: Iterable[int | None]) -> dict[int | None, Participant]:
    wanted = set(ids)
    if not wanted:
        return {}
    return {person.id: person for person in session.scalars(select(Participant).where(Participant.id.in_(wanted)))}
