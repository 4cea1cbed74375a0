"""Excluding an organisation or one member of its staff, and taking that back; no reason is asked or kept (R-LAW-17)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, round_steps
from hub.models.exclusion import Exclusion
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import exclusions
from hub.queries.participants import lock_participant
from hub.queries.waiting import lock_person


def exclude(
    session: Session, *, actor: Actor, participant: Participant, target: Organisation | User, at: datetime
) -> Exclusion:
    """Let an organisation, or one member of its staff, learn nothing of a person from now on.

    What runs there already goes on until the person takes it back; only what was asked without a name ends, in the
    words in which all are thanked. The log row names nobody. The same twice is once.
    """
    require(actor, Permission.EXCLUDE, participant)
    lock_person(session, participant.id)
    key = _key(target)
    found = exclusions.find_same(session, participant.id, **key)
    if found is not None:
        return found
    row = Exclusion(participant_id=participant.id, created_at=at, **key)
    _add(session, actor, row, participant, target, at)
    return row


def exclude_again(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    target: Organisation | User,
    public_id: str,
    at: datetime,
) -> None:
    """Keep out again, after an older backup was put back, whom the person kept out since; under the number it had."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = Exclusion(public_id=public_id, participant_id=participant.id, created_at=at, **_key(target))
    _add(session, actor, row, participant, target, at)


def _add(
    session: Session,
    actor: Actor,
    row: Exclusion,
    participant: Participant,
    target: Organisation | User,
    at: datetime,
) -> None:
    session.add(row)
    session.flush()
    if isinstance(target, Organisation):
        round_steps.drop_organisation(session, participant, target.id, at=at)
    log.record(session, actor=actor, action="exclusion.changed", about=[participant], at=at)


def admit_again(
    session: Session, *, actor: Actor, participant: Participant, target: Organisation | User, at: datetime
) -> None:
    """Take an exclusion back; where there is none, nothing happens, and nothing says so."""
    require(actor, Permission.EXCLUDE, participant)
    lock_participant(session, participant.id)
    found = exclusions.find_same(session, participant.id, **_key(target))
    if found is not None:
        end_exclusion(session, actor=actor, participant=participant, exclusion=found, at=at)


def end_exclusion(
    session: Session, *, actor: Actor, participant: Participant, exclusion: Exclusion, at: datetime
) -> None:
    """End one exclusion."""
    require(actor, Permission.EXCLUDE, participant)
    if exclusion.ended_at is None:
        exclusion.ended_at = at
        log.record(session, actor=actor, action="exclusion.changed", about=[participant], at=at)


def _key(target: Organisation | User) -> dict[str, int | None]:
    if isinstance(target, Organisation):
        return {"organisation_id": target.id, "user_id": None}
    return {"organisation_id": None, "user_id": target.id}
