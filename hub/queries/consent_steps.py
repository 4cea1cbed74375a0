"""The steps in the life of a consent or release: no change of state without its row in the history."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.models.consent import Consent, ConsentEvent, ConsentState, Release, ReleaseEvent, Scope
from hub.models.enquiry import EnquiryState
from hub.models.round import RoundState
from hub.queries.enquiries import find_draft
from hub.queries.rounds import find_of_consent, lock_nameless, lock_round
from hub.queries.states import move


def step(
    session: Session,
    row: Consent | Release,
    to: ConsentState,
    *,
    expressed_by: str,
    recorded_by_id: int | None,
    at: datetime,
    **values: Any,
) -> None:
    """Move a consent or release and note who expressed it (participant, controller, clock) and who wrote it down."""
    move(session, row, to, at=at, **values)
    note_step(session, row, expressed_by=expressed_by, recorded_by_id=recorded_by_id, at=at)


def note_step(
    session: Session, row: Consent | Release, *, expressed_by: str, recorded_by_id: int | None, at: datetime
) -> None:
    """Add the present state to the history of a consent or release; alone only for its first state."""
    told: dict[str, Any] = {"state": row.state, "at": at, "expressed_by": expressed_by, "form": row.form}
    told["recorded_by_id"] = recorded_by_id
    if isinstance(row, Release):
        session.add(ReleaseEvent(release_id=row.id, **told))
    else:
        session.add(ConsentEvent(consent_id=row.id, **told))


def drop_draft(session: Session, consent: Consent, *, by: str, at: datetime) -> None:
    """Close the draft that waited for an answer, or all of a round with the round; nobody outside ever saw it."""
    draft = find_draft(session, consent_id=consent.id)
    asking = find_of_consent(session, consent.id) if consent.scope is Scope.ASK_AROUND else None
    drafts = [draft] if draft is not None else []
    if asking is not None and asking.state is RoundState.DRAFT:
        row = lock_round(session, asking.id)
        drafts = lock_nameless(session, row, [EnquiryState.DRAFT])
        move(session, row, RoundState.ENDED, at=at, ended_at=at)
    for one in drafts:
        move(session, one, EnquiryState.WITHDRAWN, at=at, ended_by=by, ended_at=at)
