"""Making the single-purpose links that a mail carries to a partner without login."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub import crypto
from hub.models.enquiry import Enquiry
from hub.models.notice import Link, LinkPurpose
from hub.models.offer import Offer
from hub.models.prior_question import PriorQuestion
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.enquiries import get_person
from hub.queries.links import (
    find_current,
    find_current_of_offer,
    find_current_of_prior_question,
    find_current_of_slot,
    link_token,
)

__all__ = ["issue_attendance_link", "issue_link", "issue_offer_link", "issue_prior_question_link", "link_token"]
LIFETIME = timedelta(days=14)
OFFER_LIFETIME = timedelta(days=30)  # from the question until two days after the offer is hidden
ATTENDANCE_LIFETIME = timedelta(days=7)
# A mail promises some time to answer: a link that ends sooner than this is not sent once more.
LEAST_LEFT = timedelta(days=7)


def issue_link(
    session: Session, *, actor: Actor = SYSTEM, enquiry: Enquiry, organisation_id: int, at: datetime
) -> Link:
    """Return the link of an organisation to one enquiry; a mail sent again carries the same one while it is valid."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.ISSUE_LINK, person)
    found = find_current(session, enquiry_id=enquiry.id, organisation_id=organisation_id, at=at)
    if found is not None:
        return found
    about = {"purpose": LinkPurpose.ANSWER_ENQUIRY, "enquiry_id": enquiry.id, "organisation_id": organisation_id}
    return _make(session, at, LIFETIME, **about)


def issue_offer_link(
    session: Session, *, actor: Actor = SYSTEM, offer: Offer, organisation_id: int, at: datetime
) -> Link:
    """Return the link of an organisation to one of its offers; a mail sent again carries the same one.

    In its last week a link stays valid, but a mail gets a new one.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    found = find_current_of_offer(session, offer_id=offer.id, organisation_id=organisation_id, at=at + LEAST_LEFT)
    if found is not None:
        return found
    about = {"purpose": LinkPurpose.KEEP_OFFER, "offer_id": offer.id, "organisation_id": organisation_id}
    return _make(session, at, OFFER_LIFETIME, **about)


def issue_prior_question_link(
    session: Session, *, actor: Actor = SYSTEM, question: PriorQuestion, at: datetime
) -> Link:
    """Return the link of the asked organisation to one question; a mail sent again carries the same one."""
    require(actor, Permission.RUN_MAINTENANCE)
    organisation_id = question.organisation_id
    found = find_current_of_prior_question(session, question_id=question.id, organisation_id=organisation_id, at=at)
    if found is not None:
        return found
    about = {"purpose": LinkPurpose.ANSWER_PRIOR_QUESTION, "prior_question_id": question.id}
    return _make(session, at, LIFETIME, organisation_id=organisation_id, **about)


def issue_attendance_link(session: Session, *, actor: Actor = SYSTEM, slot: Slot, at: datetime) -> Link:
    """Return the link of an organisation to one date that is over, with its offer; a mail sent again carries the same.

    It shows place codes and no name, for a week.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    found = find_current_of_slot(session, slot_id=slot.id, organisation_id=slot.organisation_id, at=at)
    if found is not None:
        return found
    about = {"purpose": LinkPurpose.MARK_ATTENDANCE, "slot_id": slot.id, "organisation_id": slot.organisation_id}
    return _make(session, at, ATTENDANCE_LIFETIME, **about)


def _make(session: Session, at: datetime, lifetime: timedelta, **about: Any) -> Link:
    public_id = crypto.new_public_id()
    link = Link(
        public_id=public_id,
        token_digest=crypto.token_digest(crypto.ring().derived_token("link", public_id)),
        created_at=at,
        expires_at=at + lifetime,
        **about,
    )
    session.add(link)
    session.flush()
    return link
