"""Questions of the deletion journal: what has ended since, and the same things again in a restored database."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from hub.journal import Ended
from hub.models.card import Card
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.exclusion import Exclusion
from hub.models.invitation import Invitation
from hub.models.organisation import Organisation
from hub.models.participant import Participant
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
EXCLUSIONS = Exclusion.__tablename__


def list_ended(session: Session, *, since: datetime) -> list[Ended]:
    """Return what has ended since an instant, and who was kept out since, the earliest first. One statement."""
    parts = [
        select(ended_at.label("at"), literal(table.__tablename__), table.public_id, cast(how, String)).where(
            which, ended_at >= since
        )
        for table, (ended_at, how, which) in ENDS.items()
    ]
    rows = session.execute(union_all(*parts, *_exclusions(since)))
    found = [Ended(at, table, public_id, how) for at, table, public_id, how in rows]
    return sorted(found, key=lambda one: (one.at, one.table, one.id))


def _exclusions(since: datetime) -> tuple[Any, Any]:
    """What began and runs, with the numbers of whom and from whom it keeps; and what ended."""
    whom = Participant.public_id + " " + func.coalesce(Organisation.public_id, User.public_id)
    name = literal(EXCLUSIONS)
    begun = (
        select(Exclusion.created_at, name, Exclusion.public_id, cast(whom, String))
        .join(Participant, Participant.id == Exclusion.participant_id)
        .outerjoin(Organisation, Organisation.id == Exclusion.organisation_id)
        .outerjoin(User, User.id == Exclusion.user_id)
        .where(Exclusion.created_at >= since, Exclusion.ended_at.is_(None))
    )
    ended = select(Exclusion.ended_at, name, Exclusion.public_id, literal("")).where(Exclusion.ended_at >= since)
    return begun, ended


def find_exclusion(session: Session, public_id: str) -> Exclusion | None:
    """Return an exclusion, running or ended, or None where this database does not know it."""
    return session.scalars(select(Exclusion).where(Exclusion.public_id == public_id)).first()


def find_excluded(session: Session, how: str) -> tuple[Participant, Organisation | User] | None:
    """Return whom a line of the journal keeps out of whose matters; None where this database lacks one of the two."""
    person_id, _, target_id = how.partition(" ")
    person = session.scalars(select(Participant).where(Participant.public_id == person_id)).first()
    target: Organisation | User | None = session.scalars(
        select(Organisation).where(Organisation.public_id == target_id)
    ).first()
    target = target or session.scalars(select(User).where(User.public_id == target_id)).first()
    return (person, target) if person is not None and target is not None else None


def find_running(session: Session, ended: Ended) -> Any:
    """Return the row that ended once and runs again in this database, or None where it ended, or is not known."""
    table = TABLES[ended.table]
    _, _, over = ENDS[table]
    return session.scalars(select(table).where(table.public_id == ended.id, ~over)).first()
