"""Making the single-purpose links that a mail carries to a partner without login."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import crypto
from hub.models.enquiry import Enquiry
from hub.models.notice import Link, LinkPurpose
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.enquiries import get_person
from hub.queries.links import find_current, link_token

__all__ = ["issue_link", "link_token"]
LIFETIME = timedelta(days=14)


def issue_link(
    session: Session, *, actor: Actor = SYSTEM, enquiry: Enquiry, organisation_id: int, at: datetime
) -> Link:
    """Return the link of an organisation to one enquiry; a mail sent again carries the same one while it is valid."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.ISSUE_LINK, person)
    found = find_current(session, enquiry_id=enquiry.id, organisation_id=organisation_id, at=at)
    if found is not None:
        return found
    public_id = crypto.new_public_id()
    link = Link(
        public_id=public_id,
        purpose=LinkPurpose.ANSWER_ENQUIRY,
        enquiry_id=enquiry.id,
        organisation_id=organisation_id,
        token_digest=crypto.token_digest(crypto.ring().derived_token("link", public_id)),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    session.add(link)
    session.flush()
    return link
