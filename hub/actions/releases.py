"""A release from professional secrecy (§ 203 StGB): asked, answered by the person alone, ended on its own.

It stands beside every consent: giving one gives no other, and its end locks what the body may report, nothing else.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.actions.consent_writing import new_code, require_evidence, require_open, require_rest_over
from hub.actions.sheet_answers import BY_THEMSELVES, Signature
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import LANGUAGES, N_
from hub.models.consent import PERMITTING, ConsentForm, ConsentState, Release, ReleaseContent
from hub.models.consent_sheet import new_reference
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.policy.actor import Actor, ActorKind
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import participants, waiting
from hub.queries.consent_steps import note_step, step
from hub.queries.consent_texts import VERSION, digest
from hub.queries.consents import WAITING, longest_day
from hub.queries.enquiries import get_person
from hub.queries.release_texts import release_wording
from hub.queries.releases import (
    find_previous,
    get_release_by_id,
    has_left,
    list_in_force,
    list_with,
    lock_release,
    rests_until,
)

S = ConsentState
PURPOSE = "coach_plans"  # the one purpose there is


def request_release(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    organisation: Organisation,
    words: bool,
    locale: str,
    at: datetime,
) -> Release:
    """Ask a person to release one named body towards their coach: the outcome, and `words` beside it or not.

    `participant.jobcenter` and `.coach` must be loaded. Raises RuleBroken (409) for a body that is bound by no secrecy,
    while a no rests (30 days), and without a running participation; InvalidInput (422) for a language we do not have.
    """
    require(actor, Permission.REQUEST_CONSENT, participant)
    if locale not in LANGUAGES:
        raise InvalidInput
    if not organisation.clinic_type:
        raise RuleBroken(
            N_("{partner} hat keine Schweigepflicht. Das braucht es hier nicht.", partner=organisation.name)
        )
    if actor.kind is not ActorKind.PERSON:  # who asks for themselves may at once
        require_rest_over(rests_until(session, participant.id, organisation.id, at=at))
    participants.lock_participant(session, participant.id)
    for older in list_with(session, participant.id, organisation.id, WAITING):
        _end(session, actor, older, participant, S.EXPIRED, "controller", at)
    release = _written(session, actor, participant, organisation, words, locale, at)
    session.add(release)
    session.flush()
    note_step(session, release, expressed_by="controller", recorded_by_id=actor.user_id, at=at)
    _log(session, actor, release, participant, at)
    return release


def _written(
    session: Session,
    actor: Actor,
    person: Participant,
    organisation: Organisation,
    words: bool,
    locale: str,
    at: datetime,
) -> Release:
    until = longest_day(session, person.id, at)
    content = [ReleaseContent.OUTCOME, *([ReleaseContent.WORDS] if words else [])]
    text = release_wording(organisation, person, content, until, locale).text()
    previous = find_previous(session, person.id, organisation.id)
    return Release(
        participant_id=person.id,
        organisation_id=organisation.id,
        towards_id=person.jobcenter_id,
        reference=new_reference(),
        content=[one.value for one in content],
        purpose=PURPOSE,
        state=S.REQUESTED,
        notice_version=VERSION,
        notice_locale=locale,
        notice_text=text,
        notice_hash=digest(text),
        requested_by_id=actor.user_id,
        requested_at=at,
        previous_id=previous.id if previous else None,
        valid_until_on=until,
        valid_until=clock.end_of_day(until),
    )


def answer_release(
    session: Session,
    *,
    actor: Actor,
    release: Release,
    yes: bool,
    signature: Signature,
    at: datetime,
) -> None:
    """Write down the person's own yes or no; with card and PIN only the person may, else it needs evidence (R-CON-06).

    Raises StepNotPossible when the question is no longer open or its last day is over.
    """
    person = get_person(session, release.participant_id)
    own = signature.form in BY_THEMSELVES
    require(actor, Permission.EXPRESS_CONSENT if own else Permission.RECORD_PAPER_CONSENT, person)
    waiting.lock_person(session, person.id)
    row = lock_release(session, release.id)
    require_open(row, at)
    who: dict[str, Any] = {"expressed_by": "participant", "recorded_by_id": signature.recorded_by_id, "at": at}
    who["form"] = signature.form
    if yes:
        require_evidence(row.requested_at, signature.form, signature.evidence, signature.reason, at)
        kept: dict[str, Any] = {"evidence": signature.evidence or None, "form_reason": signature.reason, **new_code()}
        step(session, row, S.GIVEN, given_at=at, **kept, **who)
    else:
        step(session, row, S.REFUSED, ended_at=at, **who)
    _log(session, actor, row, person, at)


def refuse_release(session: Session, *, actor: Actor, release: Release, at: datetime) -> None:
    """Write down a no that the person said: no reason, no flag, a month of rest."""
    require(actor, Permission.RECORD_PAPER_CONSENT, get_person(session, release.participant_id))
    signature = Signature(ConsentForm.PAPER, recorded_by_id=actor.user_id)
    answer_release(session, actor=actor, release=release, yes=False, signature=signature, at=at)


def defer_release(session: Session, *, actor: Actor, release: Release, at: datetime) -> None:
    """Put the question off: nothing is given, nothing refused, it may be answered any day."""
    person = get_person(session, release.participant_id)
    require(actor, Permission.REQUEST_CONSENT, person)
    waiting.lock_person(session, person.id)
    row = lock_release(session, release.id)
    require_open(row, at)
    if row.state is S.REQUESTED:
        step(session, row, S.DEFERRED, expressed_by="participant", recorded_by_id=actor.user_id, at=at)
        _log(session, actor, row, person, at)


def withdraw_release(session: Session, *, actor: Actor, release: Release, at: datetime) -> None:
    """Take a release back, no reason asked: the body may report nothing more; consents, places and dates stay.

    Raises StepNotPossible (409) when it is not in force.
    """
    person = get_person(session, release.participant_id)
    require(actor, Permission.WITHDRAW_CONSENT, person)
    waiting.lock_person(session, person.id)
    row = lock_release(session, release.id)
    if row.state not in PERMITTING:
        raise StepNotPossible
    for one in list_with(session, person.id, row.organisation_id, PERMITTING):
        _end(session, actor, one, person, S.WITHDRAWN, "participant", at)


def withdraw_all_releases(
    session: Session, *, actor: Actor, participant: Participant, organisation_public_id: str = "", at: datetime
) -> int:
    """Take back a person's releases, all or those of one body, for a caller; return how many."""
    require(actor, Permission.WITHDRAW_FOR_CALLER, participant)
    waiting.lock_person(session, participant.id)
    found = list_in_force(session, participant.id, organisation_public_id=organisation_public_id)
    for one in found:
        _end(session, actor, one, participant, S.WITHDRAWN, "participant", at)
    return len(found)


def expire_release(session: Session, *, actor: Actor, release_id: int, at: datetime) -> bool:
    """Let a release or an open question run out, or end with the body that left (T8, T9); False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    person = get_person(session, get_release_by_id(session, release_id).participant_id)
    waiting.lock_person(session, person.id)
    row = lock_release(session, release_id)
    left = has_left(session, row.organisation_id)
    if row.state not in (*PERMITTING, *WAITING) or (row.valid_until > at and not left):
        return False
    if left and row.state in PERMITTING:
        _end(session, actor, row, person, S.REVOKED, "controller", at)
    else:
        _end(session, actor, row, person, S.EXPIRED, "clock", at)
    return True


def _end(
    session: Session, actor: Actor, row: Release, person: Participant, to: ConsentState, expressed_by: str, at: datetime
) -> None:
    step(session, row, to, expressed_by=expressed_by, recorded_by_id=actor.user_id, at=at, ended_at=at)
    _log(session, actor, row, person, at)


def _log(session: Session, actor: Actor, row: Release, person: Participant, at: datetime) -> None:
    action, fields = f"release.{row.state.value}", [Field.FEEDBACK]
    log.record(session, actor=actor, action=action, thing=row, about=[person], fields=fields, purpose="203", at=at)
