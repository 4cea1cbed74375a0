"""Writing one consent down: the question with its words, and the answer to it; steps of the verbs about consents."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from hub import clock, crypto
from hub.actions import log, round_steps
from hub.actions.waiting import offer_places
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.consent import Consent, ConsentForm, ConsentState, Release, Scope
from hub.models.consent_sheet import FormReason
from hub.models.participant import Participant
from hub.policy.actor import Actor, ActorKind
from hub.queries import consent_texts
from hub.queries.consent_steps import drop_draft, note_step, step
from hub.queries.consents import (
    WAITING,
    digest_of_code,
    find_live,
    find_previous,
    list_requested,
    list_same,
    rests_until,
)
from hub.queries.disclosures import say_day
from hub.queries.enquiries import find_open_to
from hub.queries.holds import drop_holds
from hub.queries.receipts import snapshot

ONCE = (Scope.MESSAGES, Scope.EVALUATION)  # once for everything, one at a time
ON_PAPER = (ConsentForm.PAPER, ConsentForm.OTHER)
CODE_LETTERS = 9  # about 44 bits, and tries are limited


def require_rested(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    scope: Scope,
    offer_id: int | None,
    referral_id: int | None = None,
    at: datetime,
) -> None:
    """Raise RuleBroken (409) with the day while a refusal of the same rests; who asks for themselves may at once."""
    if actor.kind is ActorKind.PERSON:
        return
    facts: dict[str, Any] = {"participant_id": participant.id, "offer_id": offer_id, "referral_id": referral_id}
    require_rest_over(rests_until(session, scope=scope, at=at, **facts))


def require_rest_over(until: datetime | None) -> None:
    """Raise RuleBroken (409) with the day until which nobody asks again; None when nothing rests."""
    if until is not None:
        day = say_day(clock.local_date(until))
        raise RuleBroken(N_("Dazu gab es ein Nein. Bitte fragen Sie vor dem {day} nicht noch einmal.", day=day))


def require_open(row: Consent | Release, at: datetime) -> None:
    """Raise StepNotPossible (409) for a question whose last day is over, or that waits for no answer any more."""
    if row.valid_until <= at:
        raise StepNotPossible(N_("Diese Frage ist abgelaufen. Bitte fragen Sie neu."))
    if row.state not in WAITING:
        raise StepNotPossible(N_("Diese Frage ist schon beantwortet."))


def set_aside(session: Session, *, actor: Actor, participant: Participant, offer_id: int | None, at: datetime) -> None:
    """Let older questions about the same offer lapse (without one: the calendar), so that only one lies there."""
    for older in list_requested(session, participant.id):
        if older.offer_id == offer_id and (offer_id is not None or older.scope is Scope.FEED):
            let_lapse(session, actor=actor, consent=older, person=participant, by="coach", at=at)


def let_lapse(session: Session, *, actor: Actor, consent: Consent, person: Participant, by: str, at: datetime) -> None:
    """End an open question that nobody shall answer any more, and the draft that waited for it."""
    facts: dict[str, Any] = {"expressed_by": "controller", "recorded_by_id": actor.user_id}
    step(session, consent, ConsentState.EXPIRED, at=at, ended_at=at, **facts)
    log_step(session, actor, consent, person, at)
    drop_draft(session, consent, by=by, at=at)


def write_question(
    session: Session,
    *,
    actor: Actor,
    consent: Consent,
    participant: Participant,
    wording: consent_texts.Wording,
    until: date,
    locale: str,
    at: datetime,
) -> None:
    """Add a consent that is asked for, with the exact words, the last day it may hold, and the one before it."""
    consent.participant_id = participant.id
    consent.state = ConsentState.REQUESTED
    consent.notice_version, consent.notice_locale = consent_texts.VERSION, locale
    consent.notice_text = wording.text()
    consent.notice_hash = consent_texts.digest(consent.notice_text)
    consent.controller = snapshot(participant.jobcenter)
    consent.requested_by_id, consent.requested_at = actor.user_id, at
    consent.valid_until_on, consent.valid_until = until, clock.end_of_day(until)
    previous = find_previous(session, consent)
    consent.previous_id = previous.id if previous else None
    session.add(consent)
    session.flush()
    note_step(session, consent, expressed_by="controller", recorded_by_id=actor.user_id, at=at)
    log_step(session, actor, consent, participant, at)


def write_answer(
    session: Session,
    *,
    actor: Actor,
    consent: Consent,
    person: Participant,
    yes: bool,
    form: ConsentForm,
    evidence: dict[str, Any] | None = None,
    recorded_by_id: int | None = None,
    sends_from: datetime | None = None,
    at: datetime,
) -> None:
    """Give or refuse; a yes gets the code for its withdrawal slip, a no ends draft and hold and keeps no reason."""
    who: dict[str, Any] = {"expressed_by": "participant", "recorded_by_id": recorded_by_id, "at": at, "form": form}
    if yes:
        kept: dict[str, Any] = {"evidence": evidence, "sends_from": sends_from, **new_code()}
        step(session, consent, ConsentState.GIVEN, given_at=at, **kept, **who)
        _replace(session, actor, consent, person, recorded_by_id, at)
    else:
        step(session, consent, ConsentState.REFUSED, ended_at=at, **who)
        _let_go(session, consent, at)
    round_steps.note_answer(session, actor, consent, yes=yes, at=at)
    log_step(session, actor, consent, person, at)


def _replace(
    session: Session, actor: Actor, consent: Consent, person: Participant, recorded_by_id: int | None, at: datetime
) -> None:
    """End what the person chose before for everything (E6, E7): the new words hold instead."""
    for older in list_same(session, consent) if consent.scope in ONCE else ():
        who: dict[str, Any] = {"expressed_by": "participant", "recorded_by_id": recorded_by_id}
        step(session, older, ConsentState.WITHDRAWN, at=at, ended_at=at, **who)
        log_step(session, actor, older, person, at)


def new_code() -> dict[str, str]:
    """Return a new code for a slip and the digest it is found by."""
    code = crypto.new_public_id()[:CODE_LETTERS]
    return {"withdrawal_code": code, "withdrawal_digest": digest_of_code(code)}


def _let_go(session: Session, consent: Consent, at: datetime) -> None:
    """End draft and hold that waited for this answer; a no to something beside the E2 ends neither."""
    if consent.scope not in (Scope.TRANSMIT, Scope.ASK_AROUND):
        return
    drop_draft(session, consent, by="participant", at=at)
    freed = drop_holds(session, participant_id=consent.participant_id, offer_ids=[consent.offer_id], at=at)
    offer_places(session, slot_ids=freed, at=at)


def log_step(session: Session, actor: Actor, consent: Consent, person: Participant, at: datetime) -> None:
    """Log the state a consent has now, with its field groups and no values."""
    log.record(
        session,
        actor=actor,
        action=f"consent.{consent.state.value}",
        thing=consent,
        about=[person],
        fields=consent.field_groups,
        purpose=consent.scope.value,
        at=at,
    )


def require_evidence(
    requested_at: datetime, form: ConsentForm, evidence: dict[str, Any], reason: str, at: datetime
) -> None:
    """Refuse a drawing without strokes, a paper without day and place, and another form without its reason."""
    day = evidence.get("signed_on")
    if form is ConsentForm.DRAWN and not evidence.get("strokes"):
        raise InvalidInput(fields={"signature": N_("Bitte unterschreiben Sie im Feld.")})
    if (form is ConsentForm.OTHER) != (reason in set(FormReason)):
        raise InvalidInput(fields={"reason": N_("Bitte wählen Sie, wie unterschrieben wurde.")})
    if form in ON_PAPER:
        if day is None or not evidence.get("reference"):
            raise InvalidInput(fields={"reference": N_("Bitte geben Sie an, wo das Blatt liegt.")})
        require_signing_day(requested_at, date.fromisoformat(day), at)


def require_signing_day(requested_at: datetime, signed_on: date, at: datetime) -> None:
    """Raise InvalidInput for a day in the future or before the sheet existed."""
    if signed_on > clock.local_date(at):
        raise InvalidInput(fields={"signed_on": N_("Dieser Tag liegt in der Zukunft.")})
    if signed_on < clock.local_date(requested_at):
        raise InvalidInput(fields={"signed_on": N_("An diesem Tag gab es das Blatt noch nicht.")})


def require_nothing_sent(session: Session, consent: Consent, at: datetime) -> None:
    """Raise RuleBroken when something went to the partner before any consent (R-CON-07).

    What was asked without a name went under a yes of its own (E2a).
    """
    if consent.scope is not Scope.TRANSMIT or consent.offer_id is None:
        return
    person_id, offer_id = consent.participant_id, consent.offer_id
    sent = find_open_to(session, participant_id=person_id, offer_id=offer_id)
    covered = find_live(session, participant_id=person_id, scope=Scope.TRANSMIT, offer_id=offer_id, at=at)
    if sent is not None and covered is None and not sent.is_nameless:
        raise RuleBroken(N_("Der Partner hat schon etwas erfahren. Ein Blatt von heute deckt das nicht."))
