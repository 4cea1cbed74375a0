"""Whether a member of a partner's staff has confirmed the purpose notice of an enquiry (R-LAW-05): one rule for all."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.models.enquiry import Acknowledgement, Enquiry


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
