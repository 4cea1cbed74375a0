"""Writing down a person's own answer to one consent: on their device, on a handed-over one, or on signed paper."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.actions.consent_writing import require_open, write_answer
from hub.actions.sheet_answers import Signature, answer_sheet
from hub.errors import StepNotPossible
from hub.i18n import N_
from hub.models.consent import Consent, ConsentForm
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting
from hub.queries.consents import lock_consent
from hub.queries.enquiries import get_person
from hub.queries.sheets import count_lines, get_sheet_by_id


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

    Raises StepNotPossible when the question is no longer open, its last day is over, or it stands on a sheet with
    others: that one is answered as a whole.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.EXPRESS_CONSENT, person)
    signature = Signature(form, recorded_by_id=recorded_by_id)
    return _answer(session, actor, consent, person, yes, signature, at)


def record_paper(
    session: Session, *, actor: Actor, consent: Consent, signed_on: date, reference: str, at: datetime
) -> Consent:
    """Write down a yes signed on paper, with the day and where the paper lies (R-CON-06, R-CON-07).

    It counts from now on, never backwards. Raises InvalidInput for a day in the future or before the sheet existed,
    RuleBroken when something went to the partner before any consent.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.RECORD_PAPER_CONSENT, person)
    evidence = {"signed_on": signed_on.isoformat(), "reference": reference}
    signature = Signature(ConsentForm.PAPER, evidence, recorded_by_id=actor.user_id)
    return _answer(session, actor, consent, person, True, signature, at)


def record_refusal(session: Session, *, actor: Actor, consent: Consent, at: datetime) -> None:
    """Write down a no that the person said or ticked on paper: no reason, no flag, and a month of rest (R-LAW-11)."""
    person = get_person(session, consent.participant_id)
    require(actor, Permission.RECORD_PAPER_CONSENT, person)
    _answer(session, actor, consent, person, False, Signature(ConsentForm.PAPER, recorded_by_id=actor.user_id), at)


def _answer(
    session: Session,
    actor: Actor,
    consent: Consent,
    person: Participant,
    yes: bool,
    signature: Signature,
    at: datetime,
) -> Consent:
    if consent.sheet_id is not None:
        _require_alone(session, consent.sheet_id)
        sheet = get_sheet_by_id(session, consent.sheet_id)
        chosen = {consent.public_id} if yes else set[str]()
        answer_sheet(session, actor=actor, sheet=sheet, yes=chosen, signature=signature, at=at)
        return lock_consent(session, consent.id)
    waiting.lock_person(session, person.id)
    row = lock_consent(session, consent.id)
    require_open(row, at)
    write_answer(
        session,
        actor=actor,
        consent=row,
        person=person,
        yes=yes,
        form=signature.form,
        evidence=signature.evidence or None,
        recorded_by_id=signature.recorded_by_id,
        at=at,
    )
    return row


def _require_alone(session: Session, sheet_id: int) -> None:
    if count_lines(session, sheet_id) > 1:
        raise StepNotPossible(N_("Hier stehen mehrere Fragen auf einem Blatt. Bitte beantworten Sie es als Ganzes."))
