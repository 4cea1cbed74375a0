"""Writing down a person's answer to a sheet: line by line a yes or a no, under one signature, or later."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.consent_writing import (
    ON_PAPER,
    log_step,
    new_code,
    require_evidence,
    require_nothing_sent,
    write_answer,
)
from hub.errors import StepNotPossible
from hub.i18n import N_
from hub.models.consent import BESIDE, PERMITTING, Consent, ConsentForm, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting
from hub.queries.consent_steps import step
from hub.queries.consents import WAITING
from hub.queries.enquiries import get_person
from hub.queries.sheets import lock_sheet
from hub.queries.states import require_version

BY_THEMSELVES = (ConsentForm.OWN_DEVICE, ConsentForm.HANDED_OVER)  # only card and PIN say that it is the person


@dataclass(frozen=True)
class Signature:
    """How the person expressed it; evidence is what proves it: strokes of a drawing, day, place and hash of a sheet."""

    form: ConsentForm
    evidence: dict[str, Any] = field(default_factory=dict)
    reason: str = ""  # why another form than a signature
    recorded_by_id: int | None = None


def answer_sheet(
    session: Session,
    *,
    actor: Actor,
    sheet: ConsentSheet,
    yes: Collection[str],
    signature: Signature,
    waive: bool = False,
    version: int | None = None,
    at: datetime,
) -> ConsentSheet:
    """Write down the person's answer to all open lines: `yes` names those allowed, every other one is a no (T2, T3).

    With card and PIN only the person may (403 for anybody else); drawn and on paper it is the coach who writes it
    down, never without evidence (R-CON-06). A yes to what stands beside the E2 falls without the E2. Raises
    StepNotPossible when nothing is open any more, or a yes is not.
    """
    person = get_person(session, sheet.participant_id)
    own = signature.form in BY_THEMSELVES
    require(actor, Permission.EXPRESS_CONSENT if own else Permission.RECORD_PAPER_CONSENT, person)
    waiting.lock_person(session, person.id)
    row, lines = lock_sheet(session, sheet.id)
    require_version(row, version)
    open_lines = _open(lines, at)
    if yes:
        require_evidence(row.requested_at, signature.form, signature.evidence, signature.reason, at)
        for line in open_lines if signature.form in ON_PAPER else ():
            require_nothing_sent(session, line, at)
    chosen = _standing(lines, open_lines, set(yes))
    rest = None if waive or not row.wait_hours else at + timedelta(hours=row.wait_hours)
    for line in open_lines:
        write_answer(
            session,
            actor=actor,
            consent=line,
            person=person,
            yes=line.public_id in chosen,
            form=signature.form,
            evidence=signature.evidence if signature.form in ON_PAPER else None,
            recorded_by_id=signature.recorded_by_id,
            sends_from=rest,
            at=at,
        )
    _close(row, signature, waived=waive and bool(row.wait_hours), given=bool(chosen), at=at)
    return row


def refuse_sheet(session: Session, *, actor: Actor, sheet: ConsentSheet, at: datetime) -> None:
    """Write down a no to the whole sheet that the person said: no reason, no flag, a month of rest (R-LAW-11)."""
    require(actor, Permission.RECORD_PAPER_CONSENT, get_person(session, sheet.participant_id))
    signature = Signature(ConsentForm.PAPER, recorded_by_id=actor.user_id)
    answer_sheet(session, actor=actor, sheet=sheet, yes=(), signature=signature, at=at)


def defer_sheet(session: Session, *, actor: Actor, sheet: ConsentSheet, at: datetime) -> None:
    """Put a sheet off: nothing is given, nothing refused, it may be answered any day; anybody who may ask may."""
    person = get_person(session, sheet.participant_id)
    require(actor, Permission.REQUEST_CONSENT, person)
    waiting.lock_person(session, person.id)
    _, lines = lock_sheet(session, sheet.id)
    for line in _open(lines, at):
        if line.state is ConsentState.REQUESTED:
            who: dict[str, Any] = {"expressed_by": "participant", "recorded_by_id": actor.user_id}
            step(session, line, ConsentState.DEFERRED, at=at, **who)
            log_step(session, actor, line, person, at)


def _open(lines: list[Consent], at: datetime) -> list[Consent]:
    waits = [line for line in lines if line.state in WAITING]
    if not waits:
        raise StepNotPossible(N_("Diese Frage ist schon beantwortet."))
    if any(line.valid_until <= at for line in waits):
        raise StepNotPossible(N_("Diese Frage ist abgelaufen. Bitte fragen Sie neu."))
    return waits


def _standing(lines: list[Consent], open_lines: list[Consent], yes: set[str]) -> set[str]:
    """Return which yeses stand: each to an open line, and one beside the E2 only with the E2 of the same offer.

    An asking around (E2a) stands alone.
    """
    if not yes <= {line.public_id for line in open_lines}:
        raise StepNotPossible(N_("Auf diesem Blatt hat sich etwas geändert. Bitte lesen Sie es noch einmal."))
    transmit = [line for line in lines if line.scope is Scope.TRANSMIT]
    told = {line.offer_id for line in transmit if line.public_id in yes or line.state in PERMITTING}
    chosen = [line for line in open_lines if line.public_id in yes]
    return {line.public_id for line in chosen if line.scope not in BESIDE or line.offer_id in told}


def _close(sheet: ConsentSheet, signature: Signature, *, waived: bool, given: bool, at: datetime) -> None:
    """Keep the one signature, and give the slip its one code when there is something to take back."""
    sheet.answered_at, sheet.form, sheet.form_reason = at, signature.form, signature.reason
    sheet.evidence, sheet.waived = signature.evidence or None, waived
    sheet.version += 1
    if given and sheet.withdrawal_code is None:
        for name, value in new_code().items():
            setattr(sheet, name, value)
