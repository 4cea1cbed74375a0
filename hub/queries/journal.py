"""Questions of the deletion journal: what has ended since, and the same things again in a restored database."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from hub.journal import Ended
from hub.models.card import Card
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.invitation import Invitation
from hub.models.subscription import Subscription
from hub.models.user import Membership, User

BY_WORD = (ConsentState.WITHDRAWN, ConsentState.REVOKED, ConsentState.INVALIDATED)  # the clock ends the others again
# Table → when a row of it ended, how, and which ends count.
ENDS: dict[Any, tuple[Any, Any, Any]] = {
    Consent: (Consent.ended_at, Consent.state, Consent.state.in_(BY_WORD)),
    Enquiry: (Enquiry.ended_at, Enquiry.ended_by, Enquiry.state == EnquiryState.WITHDRAWN),
    Subscription: (Subscription.ended_at, literal(""), Subscription.ended_at.is_not(None)),
    Card: (Card.blocked_at, literal(""), Card.blocked_at.is_not(None)),
    Membership: (Membership.ended_at, literal(""), Membership.ended_at.is_not(None)),
    User: (User.disabled_at, literal(""), User.disabled_at.is_not(None)),
    Invitation: (Invitation.withdrawn_at, literal(""), Invitation.withdrawn_at.is_not(None)),
}
TABLES = {table.__tablename__: table for table in ENDS}


def list_ended(session: Session, *, since: datetime) -> list[Ended]:
    """Return what has ended since an instant, the earliest first. One statement."""
    parts = [
        select(ended_at.label("at"), literal(table.__tablename__), table.public_id, cast(how, String)).where(
            which, ended_at >= since
        )
        for table, (ended_at, how, which) in ENDS.items()
    ]
    found = [Ended(at, table, public_id, how) for at, table, public_id, how in session.execute(union_all(*parts))]
    return sorted(found, key=lambda one: (one.at, one.table, one.id))


def find_running(session: Session, ended: Ended) -> Any:
    """Return the row that ended once and runs again in this database, or None where it ended, or is not known."""
    table = TABLES[ended.table]
    _, _, over = ENDS[table]
    return session.scalars(select(table).where(table.public_id == ended.id, ~over)).first()
