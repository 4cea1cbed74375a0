"""The steps of a consent's life: each change of state adds its row to the history, so that none can be without."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.models.consent import Consent, ConsentEvent, ConsentState
from hub.models.enquiry import EnquiryState
from hub.queries.enquiries import find_draft
from hub.queries.states import move


def step(
    session: Session,
    consent: Consent,
    to: ConsentState,
    *,
    expressed_by: str,
    recorded_by_id: int | None,
    at: datetime,
    **values: Any,
) -> None:
    """Move a consent and note who expressed it (participant, controller, clock) and who wrote it down."""
    move(session, consent, to, at=at, **values)
    note_step(session, consent, expressed_by=expressed_by, recorded_by_id=recorded_by_id, at=at)


def note_step(
    session: Session, consent: Consent, *, expressed_by: str, recorded_by_id: int | None, at: datetime
) -> None:
    """Add the present state to a consent's history; alone only for its first state."""
    session.add(
        ConsentEvent(
            consent_id=consent.id,
            state=consent.state,
            at=at,
            expressed_by=expressed_by,
            recorded_by_id=recorded_by_id,
            form=consent.form,
        )
    )


def drop_draft(session: Session, consent: Consent, *, by: str, at: datetime) -> None:
    """Close the draft that waited for an answer; nobody outside ever saw it."""
    draft = find_draft(session, consent_id=consent.id)
    if draft is not None:
        move(session, draft, EnquiryState.WITHDRAWN, at=at, ended_by=by, ended_at=at)
