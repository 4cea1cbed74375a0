"""Taking back what a person on the telephone wants taken back, by whoever in the Jobcenter picks up (R-CON-10)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices, releases, round_steps, withdrawals
from hub.actions.notices import Facts
from hub.models.consent import PERMITTING, Scope
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import waiting as queues
from hub.queries.caller import find_asked_without_name, list_to_withdraw


def withdraw_for_caller(
    session: Session,
    *,
    actor: Actor,
    person: Participant,
    organisation_public_id: str = "",
    scopes: Collection[Scope] = (),
    at: datetime,
) -> int:
    """Withdraw all of a person's consents, those for one partner, or those of some scopes; return how many ended.

    Releases from secrecy are taken back with them, unless it is about some scopes only.

    The person's own coach is told that there is something new. No reason is asked, and nothing is told to the actor.
    """
    require(actor, Permission.WITHDRAW_FOR_CALLER, person)
    found = list_to_withdraw(session, person.id, organisation_public_id=organisation_public_id, scopes=scopes)
    for consent in found:
        if consent.state in PERMITTING:  # an E3 or E4 ends together with the E2 before it
            withdrawals.end_consent(session, actor=actor, consent=consent, ending=withdrawals.FOR_CALLER, at=at)
    released = 0
    if organisation_public_id:  # an asking around names several: this one partner drops out, the others go on
        queues.lock_person(session, person.id)
        asked = find_asked_without_name(session, person.id, organisation_public_id)
        released += round_steps.drop_organisation(session, person, asked, at=at) if asked is not None else 0
    if not scopes:
        released += releases.withdraw_all_releases(
            session, actor=actor, participant=person, organisation_public_id=organisation_public_id, at=at
        )
    if found or released:
        log.record(session, actor=actor, action="consents.withdrawn_for_caller", thing=person, about=[person], at=at)
        notices.announce(session, "consents.withdrawn_for_caller", Facts(participant=person), at=at)
    return len(found) + released
