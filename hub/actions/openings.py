"""Somebody opens a person they do not look after: written down for person and log before anything is shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log
from hub.models.participant import Participant
from hub.policy.actor import Actor


def note_opening(
    session: Session,
    *,
    actor: Actor,
    opening: Any,
    participant: Participant,
    organisation_id: int,
    action: str,
    fields: Iterable[str],
    at: datetime,
) -> None:
    """Tell the person in their own list that somebody opened them, from which house, and log it with its coded reason.

    `opening` has a `reason` and was flushed. The caller has asked the policy.
    """
    shown = tuple(fields)
    log.disclose(
        session,
        participant_id=participant.id,
        organisation_id=organisation_id,
        enquiry_id=None,
        fields=shown,
        purpose=action,
        at=at,
    )
    why = opening.reason.value
    log.record(
        session, actor=actor, action=action, thing=opening, about=[participant], fields=shown, purpose=why, at=at
    )
