"""Which consents cover an enquiry: the E2 for its partner and offer; before it the E2a its round was asked under."""

from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_

from hub.models.consent import Consent, Scope
from hub.models.enquiry import Enquiry


def covering(enquiry: Enquiry | type[Enquiry]) -> ColumnElement[bool]:
    """Whether a row of consents is of the kind that can cover this enquiry, or each row of enquiries.

    That it is in force, and allows all the field groups, is for the caller to ask.
    """
    told: Any = enquiry
    one = isinstance(enquiry, Enquiry)
    by_consent: ColumnElement[bool] = literal(not told.is_by_law) if one else told.transmission_id.is_(None)
    this_partner = and_(
        Consent.scope == Scope.TRANSMIT,
        Consent.participant_id == told.participant_id,
        Consent.organisation_id == told.organisation_id,
        Consent.offer_id == told.offer_id,
    )
    return and_(by_consent, or_(this_partner, and_(Consent.scope == Scope.ASK_AROUND, Consent.id == told.consent_id)))


def allows(consent: Consent, enquiry: Enquiry) -> bool:
    """Tell whether a consent of this kind allows all that an enquiry tells, to this very organisation."""
    listed = consent.scope is not Scope.ASK_AROUND or enquiry.organisation_id in consent.recipient_ids
    return listed and set(enquiry.field_groups) <= set(consent.field_groups)


def under(consent: Consent) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the enquiries a consent is about: those to its partner and offer, or those of its round.

    An enquiry of a round that has its own E2 by now is not the round's any more.
    """
    if consent.scope is Scope.ASK_AROUND:
        return (Enquiry.consent_id == consent.id,)
    return (
        Enquiry.participant_id == consent.participant_id,
        Enquiry.organisation_id == consent.organisation_id,
        Enquiry.offer_id == consent.offer_id,
        Enquiry.transmission_id.is_(None),
    )
