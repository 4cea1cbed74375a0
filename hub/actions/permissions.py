"""What a person allows by themselves, once for everything: how they are reached (E6), and to be counted (E7).

Nobody else may answer it; each change is a record of its own that ends the one before. For who has no telephone it
is a sheet with a number: chosen together, signed by the person, recorded by the coach with day and file reference.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.consent_writing import let_lapse, require_rested, write_answer, write_question
from hub.models.consent import Consent, ConsentForm, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting
from hub.queries.consent_texts import Wording
from hub.queries.consents import list_requested, longest_day
from hub.queries.permission_texts import evaluation_wording, messages_wording
from hub.queries.permissions import require_choice


def allow_messages(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    channels: Mapping[str, str],
    locale: str,
    messages: bool = False,
    at: datetime,
) -> Consent:
    """Give the consent to be reached (E6): for each purpose one way, or none; only the person may (403).

    `participant.jobcenter` must be loaded; `messages` says whether the house sends short ones. Raises InvalidInput
    for a way the person does not have, or for none at all.
    """
    require(actor, Permission.ALLOW_FOR_ONESELF, participant)
    chosen = require_choice(participant, channels, messages=messages)
    until = longest_day(session, participant.id, at)
    consent = Consent(scope=Scope.MESSAGES, field_groups=["I2"], content=chosen)
    wording = messages_wording(participant, chosen, until, locale)
    return _give(session, actor, participant, consent, wording, locale, at)


def allow_evaluation(session: Session, *, actor: Actor, participant: Participant, locale: str, at: datetime) -> Consent:
    """Give the consent to be counted without a name (E7); only the person may (403)."""
    require(actor, Permission.ALLOW_FOR_ONESELF, participant)
    until = longest_day(session, participant.id, at)
    consent = Consent(scope=Scope.EVALUATION, field_groups=["B1", "B2"], content={})
    wording = evaluation_wording(participant, until, locale)
    return _give(session, actor, participant, consent, wording, locale, at)


def ask_messages(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    channels: Mapping[str, str],
    messages: bool = False,
    at: datetime,
) -> ConsentSheet:
    """Write the choice of a person without a telephone down as a sheet to sign (E6); nothing holds before that.

    Raises InvalidInput as `allow_messages` does, RuleBroken (409) while a no rests.
    """
    require(actor, Permission.REQUEST_CONSENT, participant)
    chosen = require_choice(participant, channels, messages=messages)
    until = longest_day(session, participant.id, at)
    consent = Consent(scope=Scope.MESSAGES, field_groups=["I2"], content=chosen)
    wording = messages_wording(participant, chosen, until, participant.locale)
    return _ask(session, actor, participant, consent, wording, at)


def ask_evaluation(session: Session, *, actor: Actor, participant: Participant, at: datetime) -> ConsentSheet:
    """Write the question down as a sheet to sign (E7); raises RuleBroken (409) while a no rests."""
    require(actor, Permission.REQUEST_CONSENT, participant)
    until = longest_day(session, participant.id, at)
    consent = Consent(scope=Scope.EVALUATION, field_groups=["B1", "B2"], content={})
    return _ask(session, actor, participant, consent, evaluation_wording(participant, until, participant.locale), at)


def _ask(
    session: Session, actor: Actor, person: Participant, consent: Consent, wording: Wording, at: datetime
) -> ConsentSheet:
    """Put one question on a sheet of its own; an older open one of the same kind lapses."""
    require_rested(session, actor=actor, participant=person, scope=consent.scope, offer_id=None, at=at)
    waiting.lock_person(session, person.id)
    for older in list_requested(session, person.id):
        if older.scope is consent.scope:
            let_lapse(session, actor=actor, consent=older, person=person, by="coach", at=at)
    sheet = ConsentSheet(participant_id=person.id, requested_by_id=actor.user_id, requested_at=at, locale=person.locale)
    session.add(sheet)
    session.flush()
    consent.sheet_id = sheet.id
    until = longest_day(session, person.id, at)
    facts: dict[str, Any] = {"wording": wording, "until": until, "locale": person.locale, "at": at}
    write_question(session, actor=actor, consent=consent, participant=person, **facts)
    return sheet


def _give(
    session: Session, actor: Actor, person: Participant, consent: Consent, wording: Wording, locale: str, at: datetime
) -> Consent:
    """Write question and answer down at once; the answer ends what was chosen before."""
    waiting.lock_person(session, person.id)
    until = longest_day(session, person.id, at)
    facts: dict[str, Any] = {"actor": actor, "consent": consent, "at": at}
    write_question(session, participant=person, wording=wording, until=until, locale=locale, **facts)
    write_answer(session, person=person, yes=True, form=ConsentForm.OWN_DEVICE, **facts)
    return consent
