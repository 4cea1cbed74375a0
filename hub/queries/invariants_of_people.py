"""What must always be true of people: what is known of them where, where they are, and what is done about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select
from sqlalchemy.orm import aliased

from hub.models.booking import BLOCKING, OWN, Booking, BookingState
from hub.models.bulk_job import BulkItem, BulkJob, BulkState, ItemState
from hub.models.consent import Consent, Scope
from hub.models.enquiry import ASKING, IDENTIFIED, NAME, Enquiry
from hub.models.participant import Participation, ParticipationState
from hub.models.slot import Slot
from hub.models.transmission import AdmittedGround, Transmission
from hub.policy.scopes import kept_privately


def identity_without_consent(at: datetime) -> Select[Any]:
    """Enquiries that show identity though no consent of theirs is in force; an E2a allows to show nobody's name."""
    named = cast(Enquiry.field_groups, Text).contains(f'"{NAME}"')
    enough = or_(Consent.scope == Scope.TRANSMIT, and_(Consent.scope == Scope.ASK_AROUND, ~named))
    live = select(Consent.id).where(Consent.id == Enquiry.consent_id, Consent.live(at), enough)
    by_consent = Enquiry.transmission_id.is_(None)
    return select(Enquiry.id).where(Enquiry.state.in_(IDENTIFIED), by_consent, ~live.exists())


def told_by_law_to_a_body_it_does_not_name(_at: datetime) -> Select[Any]:
    """Enquiries on a legal ground that beside it bear a consent, or whose ground was admitted for another body."""
    query = select(Enquiry.id).join(Transmission, Enquiry.transmission_id == Transmission.id)
    query = query.join(AdmittedGround, Transmission.admitted_id == AdmittedGround.id)
    return query.where(or_(Enquiry.consent_id.is_not(None), AdmittedGround.organisation_id != Enquiry.organisation_id))


def named_places_without_a_yes(at: datetime) -> Select[Any]:
    """Coming places with a name whose enquiry is not accepted, or is somebody else's or about another offer.

    What a person keeps after taking the consent back is theirs alone, and no partner has a name there.
    """
    query = select(Booking.id).join(Enquiry, Booking.enquiry_id == Enquiry.id)
    query = query.join(Slot, Booking.slot_id == Slot.id)
    another = or_(Enquiry.participant_id != Booking.participant_id, Enquiry.offer_id != Slot.offer_id)
    unanswered = and_(Enquiry.state.not_in(IDENTIFIED), ~kept_privately())
    standing = (Booking.state == BookingState.CONFIRMED, Booking.starts_at > at)
    return query.where(*standing, or_(another, unanswered))


def requested_places_without_a_question(_at: datetime) -> Select[Any]:
    """Places asked for though no partner is being asked about that person and that offer any more."""
    asked = select(Enquiry.id).where(
        Enquiry.id == Booking.enquiry_id,
        Enquiry.participant_id == Booking.participant_id,
        Enquiry.offer_id == Slot.offer_id,
        Enquiry.state.in_(ASKING),
    )
    query = select(Booking.id).join(Slot, Booking.slot_id == Slot.id)
    return query.where(Booking.state == BookingState.REQUESTED, ~asked.exists())


def persons_in_two_places(_at: datetime) -> Select[Any]:
    """Bookings of one person that overlap as they were made.

    A partner who moves a date may make two overlap: the page says so, and the coach settles it.
    """
    return _overlapping(Booking.participant_id)


def coaches_in_two_places(_at: datetime) -> Select[Any]:
    """Appointments in one coach's own time that overlap as they were made; the partner's move is excepted as above."""
    return _overlapping(Booking.coach_id, Booking.access == OWN)


def _overlapping(whose: Any, *which: ColumnElement[bool]) -> Select[Any]:
    other = aliased(Booking)
    at_once = select(other.id).where(
        getattr(other, whose.key) == whose,
        other.id > Booking.id,
        other.state.in_(BLOCKING),
        _as_made(other),
        other.starts_at < Booking.ends_at,
        other.ends_at > Booking.starts_at,
    )
    return select(Booking.id).where(Booking.state.in_(BLOCKING), _as_made(Booking), at_once.exists(), *which)


def _as_made(booking: Any) -> ColumnElement[bool]:
    """Whether the house itself looked for overlaps when this time was set: nobody else moves what is not in a date."""
    return or_(booking.sequence == 0, booking.slot_id.is_(None))


def finished_jobs_with_open_items(_at: datetime) -> Select[Any]:
    """Dates and people of a bulk job that has ended, of whom nobody can say what became of them."""
    query = select(BulkItem.id).join(BulkJob, BulkItem.job_id == BulkJob.id)
    return query.where(BulkItem.state == ItemState.OPEN, BulkJob.state != BulkState.RUNNING)


def admissions_by_one_person(_at: datetime) -> Select[Any]:
    """Participations proposed and decided by the same user."""
    return select(Participation.id).where(
        Participation.state != ParticipationState.PROPOSED, Participation.proposed_by_id == Participation.decided_by_id
    )
