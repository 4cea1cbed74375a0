"""The purpose notice of an enquiry (R-LAW-05): whether somebody confirmed it, and what opens behind it."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.enquiry import Acknowledgement, Enquiry
from hub.policy.fields import Field, Phase
from hub.policy.visibility import Fields
from hub.queries.disclosures import BEHIND_NOTICE, phase_now, sent_fields


def confirmed_since(user_id: int | None, version: str) -> ColumnElement[bool]:
    """Whether this member of staff confirmed the notice of a row of enquiries, in its present words, since the yes.

    A yes that was taken back and given again wants a new confirmation: everywhere, in one enquiry as on a list.
    """
    query = select(Acknowledgement.id).where(
        Acknowledgement.enquiry_id == Enquiry.id,
        Acknowledgement.at >= Enquiry.answered_at,
        Acknowledgement.user_id == user_id,
        Acknowledgement.notice_version == version,
    )
    return query.correlate(Enquiry).exists()


def has_confirmed(session: Session, *, enquiry: Enquiry, user_id: int | None, version: str) -> bool:
    """Tell whether this member of staff may read the name in an enquiry without being shown the notice again."""
    query = select(Enquiry.id).where(Enquiry.id == enquiry.id, confirmed_since(user_id, version))
    return session.scalar(query) is not None


def require_accepted(enquiry: Enquiry, *, at: datetime) -> Fields:
    """Return the field groups that open behind the notice, for log and disclosure; raises RuleBroken before the yes.

    That a consent covers the enquiry must have been asked before.
    """
    if phase_now(enquiry, live=True, at=at) is not Phase.ACCEPTED:
        raise RuleBroken(N_("Name und Kontakt gibt es erst nach der Zusage."))
    return sent_fields(enquiry, Phase.ACCEPTED) & (BEHIND_NOTICE - {Field.CONSENT})
