"""Names on the list that an umbrella prints for its member: only of who let it (E2b), and only while that holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from hub.models.booking import Booking
from hub.models.consent import Consent, Scope
from hub.models.enquiry import IDENTIFIED, Enquiry
from hub.models.log import Disclosure
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.exclusion_scopes import not_kept_from
from hub.policy.fields import Field, Reader
from hub.policy.permissions import Permission
from hub.policy.phone_scopes import phoned_by_umbrella
from hub.policy.rules import allows
from hub.policy.visibility import visible_on_list
from hub.queries.acknowledgements import confirmed_since
from hub.queries.attendees import Attendee, places_of
from hub.queries.disclosures import phase_now
from hub.queries.exclusions import excluded_by

PRINTED = "enquiry.name_printed"  # the purpose of the disclosure, and the word in the log


@dataclass(frozen=True)
class ListNames:
    """Who stands on the list by name for this reader now, by booking, and how many more after the purpose notice."""

    persons: Mapping[int, Participant] = field(default_factory=dict)
    waiting: int = 0

    def beside(self, places: Collection[Attendee]) -> list[Attendee]:
        """Return the places of the list, each with the name that may be read; the others keep their place code."""
        return [replace(one, person=one.person or self.persons.get(one.booking.id)) for one in places]


def name_on_list(person: Participant) -> str:
    """Return what a printed list says of a person: the preview and the list itself ask here."""
    return person.full_name


def printing_umbrellas(
    session: Session, organisation_ids: Collection[int], *, participant_id: int
) -> dict[int, Organisation]:
    """Return by member the umbrella that prints its lists: one with staff, over a member in which nobody can sign in.

    Without those the person excluded, as if there were none. One statement.
    """
    roof = aliased(Organisation)
    own_staff = select(Membership.id).join(User, Membership.user_id == User.id)
    own_staff = own_staff.where(
        Membership.organisation_id == Organisation.id,
        Membership.role == Role.PARTNER,
        Membership.ended_at.is_(None),
        User.disabled_at.is_(None),
    )
    query = select(Organisation.id, roof).join(roof, Organisation.parent_id == roof.id)
    query = query.where(
        Organisation.id.in_(set(organisation_ids)),
        phoned_by_umbrella(),
        ~own_staff.correlate(Organisation).exists(),
        roof.ended_at.is_(None),
        roof.id.not_in(excluded_by(participant_id)),
    )
    return {row[0]: row[1] for row in session.execute(query.order_by(Organisation.id))}


def names_on_list(session: Session, actor: Actor, slot: Slot, *, notice_version: str, at: datetime) -> ListNames:
    """Return whose names an umbrella's list of a member's date shows at `at`; nobody's to any other reader.

    Reading names must be logged by the caller. At most two statements.
    """
    rows = _rows(session, actor, slot, confirmed_since(actor.user_id, notice_version), at)
    keys = {enquiry.participant_id: booking.id for booking, enquiry, confirmed in rows if confirmed}
    if not keys:
        return ListNames(waiting=len(rows))
    found = session.scalars(select(Participant).where(Participant.id.in_(keys)).order_by(Participant.id))
    return ListNames({keys[person.id]: person for person in found}, len(rows) - len(keys))


def list_printable(session: Session, actor: Actor, slot: Slot, *, at: datetime) -> list[Enquiry]:
    """Return the enquiries whose persons let this umbrella print their name, by the key of the person."""
    rows = _rows(session, actor, slot, Enquiry.participant_id, at)
    return [row[1] for row in sorted(rows, key=lambda row: row[2])]


def _rows(session: Session, actor: Actor, slot: Slot, also: Any, at: datetime) -> list[tuple[Booking, Enquiry, Any]]:
    if not allows(actor, Permission.PRINT_NAMES, slot) or slot.ends_at <= at:
        return []  # a list is printed for the door: afterwards the place code is enough
    query = places_of(actor, slot, at).join(Enquiry, Booking.enquiry_id == Enquiry.id)
    query = query.where(Enquiry.state.in_(IDENTIFIED), _told(at), _let_print(actor, at), not_kept_from(actor))
    rows = session.execute(query.add_columns(Enquiry, also))
    return [(booking, enquiry, value) for booking, enquiry, value in rows if _is_on_list(enquiry, at)]


def _is_on_list(enquiry: Enquiry, at: datetime) -> bool:
    phase = phase_now(enquiry, live=True, at=at)
    return Field.IDENTITY in visible_on_list(Reader.UMBRELLA, phase, enquiry.field_groups)


def _holds(at: datetime) -> ColumnElement[bool]:
    """In force, and no cooling-off runs."""
    return and_(Consent.live(at), Consent.rested(at))


def _told(at: datetime) -> ColumnElement[bool]:
    """Whether the E2 of an enquiry holds: without it nothing beside it means anything."""
    query = select(Consent.id).where(Consent.id == Enquiry.consent_id, _holds(at))
    return query.correlate(Enquiry).exists()


def _let_print(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Whether the person of an enquiry lets the umbrella print their name, to which actor and partner belong now."""
    query = select(Consent.id).join(Organisation, Organisation.parent_id == Consent.organisation_id)
    query = query.where(
        Organisation.id == Enquiry.organisation_id,
        Consent.scope == Scope.PRINT_LIST,
        Consent.participant_id == Enquiry.participant_id,
        Consent.offer_id == Enquiry.offer_id,
        Consent.organisation_id.in_(actor.organisations(Role.PARTNER)),
        _holds(at),
    )
    return query.correlate(Enquiry).exists()


def list_read(session: Session, consent: Consent) -> list[tuple[Enquiry, int]]:
    """Return the enquiries about an ended consent's offer whose name an umbrella read, each with that umbrella.

    For an E2 every umbrella's, for an E2b its own.
    """
    query = select(Enquiry, Disclosure.organisation_id).join(Disclosure, Disclosure.enquiry_id == Enquiry.id)
    query = query.where(
        Disclosure.purpose == PRINTED,
        Enquiry.participant_id == consent.participant_id,
        Enquiry.offer_id == consent.offer_id,
    )
    if consent.scope is Scope.PRINT_LIST:
        query = query.where(Disclosure.organisation_id == consent.organisation_id)
    elif consent.scope is not Scope.TRANSMIT:
        return []
    rows = session.execute(query.order_by(Enquiry.id, Disclosure.id))
    return [(enquiry, umbrella_id) for enquiry, umbrella_id in rows if umbrella_id is not None]
