"""The log: one row per thing that happened, in the same transaction; reads once per quarter of an hour or hour."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.models.log import Disclosure, LogEntry, LogSubject
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.queries import log as log_queries

REOPENING = timedelta(minutes=15)


def subject_of(participant: Participant) -> str | None:
    """Return the person's name in the log: an HMAC under their own log key; None once that key is destroyed."""
    if participant.log_key is None:
        return None
    return hmac.new(participant.log_key.encode(), participant.public_id.encode(), hashlib.sha256).hexdigest()


def record(
    session: Session,
    *,
    actor: Actor,
    action: str,
    thing: Any = None,
    about: Iterable[Participant] = (),
    fields: Iterable[str] = (),
    purpose: str = "",
    result: str = "ok",
    at: datetime,
) -> LogEntry:
    """Add one log row: who did what to which thing, about whom, which field groups (names only), why (R-AUD-01)."""
    entry = _entry(actor, action, thing=thing, fields=fields, purpose=purpose, result=result, at=at)
    entry.subjects = [LogSubject(subject=subject) for subject in _subjects(about)]
    session.add(entry)
    return entry


def _entry(
    actor: Actor,
    action: str,
    *,
    thing: Any = None,
    fields: Iterable[str] = (),
    purpose: str = "",
    result: str = "ok",
    at: datetime,
) -> LogEntry:
    return LogEntry(
        at=at,
        actor_ref=actor.ref,
        actor_kind=actor.kind.value,
        action=action,
        object_type=type(thing).__name__.lower() if thing is not None else "",
        object_ref=getattr(thing, "public_id", ""),
        fields=sorted(str(field) for field in fields),
        purpose=purpose,
        result=result,
        request_id=actor.request_id,
    )


def _subjects(about: Iterable[Participant]) -> list[str]:
    return sorted({subject_of(person) or "" for person in about} - {""})


def record_reading(
    session: Session, *, actor: Actor, person: Participant, fields: Iterable[str], purpose: str, at: datetime
) -> None:
    """Log that an actor opened one person; the same actor within 15 minutes is one row (R-AUD-02)."""
    entry = _entry(actor, "person.read", thing=person, fields=fields, purpose=purpose, at=at)
    _add_once(session, entry, [person], same=("actor_ref", "action", "object_ref"), after=at - REOPENING)


def record_list(
    session: Session, *, actor: Actor, name: str, persons: Iterable[Participant], fields: Iterable[str], at: datetime
) -> None:
    """Log that an actor saw a list of persons: one row per actor, list and hour, its persons as subjects."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    entry = _entry(actor, "person.list", fields=fields, purpose=name, at=at)
    before = hour - timedelta.resolution
    _add_once(session, entry, persons, same=("actor_ref", "action", "purpose"), after=before)


def _add_once(
    session: Session, entry: LogEntry, about: Iterable[Participant], *, same: tuple[str, ...], after: datetime
) -> None:
    log_id = log_queries.add_unless_known(session, entry, same=same, after=after)
    if log_id is not None:
        session.add_all(LogSubject(log_id=log_id, subject=subject) for subject in _subjects(about))


def disclose(
    session: Session,
    *,
    participant_id: int,
    organisation_id: int,
    enquiry_id: int | None,
    fields: Iterable[str],
    purpose: str,
    at: datetime,
) -> None:
    """Add one row to what the person can read: which field groups went to which organisation, and why."""
    session.add(
        Disclosure(
            participant_id=participant_id,
            organisation_id=organisation_id,
            enquiry_id=enquiry_id,
            fields=sorted(str(field) for field in fields),
            purpose=purpose,
            at=at,
        )
    )
