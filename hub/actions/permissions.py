"""What a person allows by themselves, once for everything: how they are reached (E6), and to be counted (E7).

Nobody asks for it and nobody else may answer it; each change is a record of its own that ends the one before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.consent_writing import log_step, write_answer, write_question
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.consent import Consent, ConsentForm, ConsentState, MessagePurpose, Scope
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting
from hub.queries.consent_steps import step
from hub.queries.consent_texts import Wording
from hub.queries.consents import list_same, longest_day
from hub.queries.permission_texts import channels_of, evaluation_wording, messages_wording


def allow_messages(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    channels: Mapping[str, str],
    locale: str,
    at: datetime,
) -> Consent:
    """Give the consent to be reached (E6): for each purpose one way, or none; only the person may (403).

    `participant.jobcenter` must be loaded. Raises InvalidInput for a way the person does not have, or for none at all.
    """
    require(actor, Permission.ALLOW_FOR_ONESELF, participant)
    known = set(channels) <= set(MessagePurpose) and set(channels.values()) <= set(channels_of(participant))
    if not (channels and known):
        raise InvalidInput(fields={"changes": N_("Bitte wählen Sie mindestens einen Weg.")})
    until = longest_day(session, participant.id, at)
    chosen = {str(purpose): str(channel) for purpose, channel in channels.items()}
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


def _give(
    session: Session, actor: Actor, person: Participant, consent: Consent, wording: Wording, locale: str, at: datetime
) -> Consent:
    """Write question and answer down at once, then end what was chosen before."""
    waiting.lock_person(session, person.id)
    until = longest_day(session, person.id, at)
    facts: dict[str, Any] = {"actor": actor, "consent": consent, "at": at}
    write_question(session, participant=person, wording=wording, until=until, locale=locale, **facts)
    write_answer(session, person=person, yes=True, form=ConsentForm.OWN_DEVICE, **facts)
    for older in list_same(session, consent):
        who: dict[str, Any] = {"expressed_by": "participant", "recorded_by_id": actor.user_id}
        step(session, older, ConsentState.WITHDRAWN, at=at, ended_at=at, **who)
        log_step(session, actor, older, person, at)
    return consent
