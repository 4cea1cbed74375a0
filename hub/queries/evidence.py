"""The evidence about one person as an auditor may read it: consent records, who was told what, and the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.models.consent import Consent, ConsentEvent, Release, ReleaseEvent
from hub.models.enquiry import Enquiry
from hub.models.log import Disclosure, LogEntry, LogSubject
from hub.models.organisation import Organisation
from hub.policy.fields import Field, Phase, Reader
from hub.policy.visibility import visible
from hub.queries.consent_texts import digest

Paper = TypeVar("Paper", Consent, Release)


@dataclass(frozen=True)
class Record:
    """One consent or release the person gave; in force it is "yes, until" (C1), afterwards the whole record (C2)."""

    row: Consent | Release
    recipients: list[str]
    intact: bool  # the kept words are the ones their hash was made of
    whole: bool
    events: Sequence[ConsentEvent | ReleaseEvent] = ()


def list_records(session: Session, participant_id: int, *, restricted: bool, at: datetime) -> list[Record]:
    """Return what a person ever gave, the newest first; what they refused or never answered is no evidence.

    How much of each shows is the matrix's matter: nothing but "yes, until" while it is in force and the person takes
    part (`restricted` is False).
    """
    consents = _given(session, Consent, participant_id)
    releases = _given(session, Release, participant_id)
    rows: list[Consent | Release] = [*consents, *releases]
    events = _events(session, consents, releases)
    names = _names(session, consents, releases)
    return [
        Record(
            row=row,
            recipients=[names[key] for key in _recipient_ids(row)],
            intact=digest(row.notice_text) == row.notice_hash,
            whole=(whole := _is_whole(row, restricted, at)),
            events=events[type(row), row.id] if whole else (),
        )
        for row in rows
    ]


def _given(session: Session, model: type[Paper], participant_id: int) -> Sequence[Paper]:
    query = select(model).where(model.participant_id == participant_id, model.given_at.is_not(None))
    return session.scalars(query.order_by(model.id.desc())).all()


def _is_whole(row: Consent | Release, restricted: bool, at: datetime) -> bool:
    while_here = Phase.CONSENT_GIVEN if row.is_live(at) else Phase.CONSENT_ENDED
    phase = Phase.PARTICIPATION_ENDED if restricted else while_here
    return Field.CONSENT_RECORD in visible(Reader.AUDITOR, phase)


def _events(
    session: Session, consents: Iterable[Consent | Release], releases: Iterable[Consent | Release]
) -> dict[tuple[type, int], list[ConsentEvent | ReleaseEvent]]:
    found: dict[tuple[type, int], list[ConsentEvent | ReleaseEvent]] = {
        (type(row), row.id): [] for row in (*consents, *releases)
    }
    of_consents = select(ConsentEvent).where(ConsentEvent.consent_id.in_([row.id for row in consents]))
    for step in session.scalars(of_consents.order_by(ConsentEvent.id)):
        found[Consent, step.consent_id].append(step)
    of_releases = select(ReleaseEvent).where(ReleaseEvent.release_id.in_([row.id for row in releases]))
    for one in session.scalars(of_releases.order_by(ReleaseEvent.id)):
        found[Release, one.release_id].append(one)
    return found


def _recipient_ids(row: Consent | Release) -> list[int]:
    if isinstance(row, Release):
        return [row.organisation_id, row.towards_id]
    return row.recipient_ids or [key for key in (row.organisation_id,) if key is not None]


def _names(session: Session, *rows: Iterable[Consent | Release]) -> dict[int, str]:
    keys = {key for group in rows for row in group for key in _recipient_ids(row)}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(keys))
    return {row[0]: row[1] for row in session.execute(query)}


def list_told(session: Session, participant_id: int) -> list[tuple[Disclosure, str | None]]:
    """Return all that went to others, the newest first, each with the enquiry's reference and the organisation."""
    query = select(Disclosure, Enquiry.reference).outerjoin(Enquiry, Disclosure.enquiry_id == Enquiry.id)
    query = query.where(Disclosure.participant_id == participant_id).options(joinedload(Disclosure.organisation))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Disclosure.id.desc()))]


def list_log(session: Session, subject: str | None, *, page: int, size: int) -> list[LogEntry]:
    """Return one page of the log rows about a person, the newest first; one more than `size` when another follows.

    `subject` is the person's name in the log; None once their key was destroyed: then nothing leads to them any more.
    """
    if subject is None:
        return []
    query = select(LogEntry).join(LogSubject, LogSubject.log_id == LogEntry.id).where(LogSubject.subject == subject)
    query = query.order_by(LogEntry.id.desc()).offset((page - 1) * size).limit(size + 1)
    return list(session.scalars(query))
