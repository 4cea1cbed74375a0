"""Writing down a person's own answer to a consent: on their device, on a handed-over one, or on signed paper."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from hub import clock, crypto
from hub.actions import log
from hub.actions.waiting import offer_places
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting
from hub.queries.consent_steps import drop_draft, step
from hub.queries.consents import find_live, lock_consent
from hub.queries.enquiries import find_open_to, get_person
from hub.queries.holds import drop_holds

CODE_LETTERS = 9  # about 44 bits, and tries are limited


def express_consent(
    session: Session,
    *,
    actor: Actor,
    consent: Consent,
    yes: bool,
    form: ConsentForm,
    recorded_by_id: int | None = None,
    at: datetime,
) -> Consent:
    """Write down the person's own yes or no (T2, T3); only the person may (card and PIN), anybody else gets 403.

    Raises StepNotPossible when the question is no longer open or its last day is over.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.EXPRESS_CONSENT, person)
    row = _lock_open(session, consent, person, at)
    _answer(session, row, yes, form, None, recorded_by_id, at)
    _log(session, actor, row, person, at)
    return row


def record_paper(
    session: Session, *, actor: Actor, consent: Consent, signed_on: date, reference: str, at: datetime
) -> Consent:
    """Write down a yes signed on paper, with the day and where the paper lies (R-CON-06, R-CON-07).

    It counts from now on, never backwards. Raises InvalidInput for a day in the future or before the sheet existed,
    RuleBroken when something went to the partner before any consent.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.RECORD_PAPER_CONSENT, person)
    row = _lock_open(session, consent, person, at)
    _require_day(row, signed_on, at)
    _require_nothing_sent(session, row, at)
    evidence = {"signed_on": signed_on.isoformat(), "reference": reference}
    _answer(session, row, True, ConsentForm.PAPER, evidence, actor.user_id, at)
    _log(session, actor, row, person, at)
    return row


def record_refusal(session: Session, *, actor: Actor, consent: Consent, at: datetime) -> None:
    """Write down a no that the person said or ticked on paper: no reason, no flag, and a month of rest (R-LAW-11)."""
    person = get_person(session, consent.participant_id)
    require(actor, Permission.RECORD_PAPER_CONSENT, person)
    row = _lock_open(session, consent, person, at)
    _answer(session, row, False, ConsentForm.PAPER, None, actor.user_id, at)
    _log(session, actor, row, person, at)


def _lock_open(session: Session, consent: Consent, person: Participant, at: datetime) -> Consent:
    waiting.lock_person(session, person.id)
    row = lock_consent(session, consent.id)
    if row.valid_until <= at:
        raise StepNotPossible(N_("Diese Frage ist abgelaufen. Bitte fragen Sie neu."))
    if row.state not in (ConsentState.REQUESTED, ConsentState.DEFERRED):
        raise StepNotPossible(N_("Diese Frage ist schon beantwortet."))
    return row


def _answer(
    session: Session,
    row: Consent,
    yes: bool,
    form: ConsentForm,
    evidence: dict[str, Any] | None,
    recorded_by_id: int | None,
    at: datetime,
) -> None:
    """Give or refuse; a yes gets the code for its withdrawal slip, a no ends draft and hold and keeps no reason."""
    who: dict[str, Any] = {"expressed_by": "participant", "recorded_by_id": recorded_by_id, "at": at, "form": form}
    if not yes:
        step(session, row, ConsentState.REFUSED, ended_at=at, **who)
        drop_draft(session, row, by="participant", at=at)
        freed = drop_holds(session, participant_id=row.participant_id, offer_ids=[row.offer_id], at=at)
        offer_places(session, slot_ids=freed, at=at)
        return
    code = crypto.new_public_id()[:CODE_LETTERS]
    digest = crypto.ring().digest("withdrawal", code)
    kept: dict[str, Any] = {"evidence": evidence, "withdrawal_code": code, "withdrawal_digest": digest}
    step(session, row, ConsentState.GIVEN, given_at=at, **kept, **who)


def _log(session: Session, actor: Actor, row: Consent, person: Participant, at: datetime) -> None:
    log.record(
        session,
        actor=actor,
        action=f"consent.{row.state.value}",
        thing=row,
        about=[person],
        fields=row.field_groups,
        purpose=row.scope.value,
        at=at,
    )


def _require_day(row: Consent, signed_on: date, at: datetime) -> None:
    if signed_on > clock.local_date(at):
        raise InvalidInput(fields={"signed_on": N_("Dieser Tag liegt in der Zukunft.")})
    if signed_on < clock.local_date(row.requested_at):
        raise InvalidInput(fields={"signed_on": N_("An diesem Tag gab es das Blatt noch nicht.")})


def _require_nothing_sent(session: Session, row: Consent, at: datetime) -> None:
    if row.scope is not Scope.TRANSMIT or row.offer_id is None:
        return
    sent = find_open_to(session, participant_id=row.participant_id, offer_id=row.offer_id)
    covered = find_live(session, participant_id=row.participant_id, scope=Scope.TRANSMIT, offer_id=row.offer_id, at=at)
    if sent is not None and covered is None:
        raise RuleBroken(N_("Der Partner hat schon etwas erfahren. Ein Blatt von heute deckt das nicht."))
