"""Asking for one consent: to tell one partner about one offer (E2), or to show dates in the person's own calendar."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions.consent_writing import require_rested, set_aside, write_question
from hub.actions.sheets import Ask, Reading, ask_sheet
from hub.models.consent import Consent, Scope
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.referral import Referral
from hub.models.slot import Slot
from hub.models.subscription import Level
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import consent_texts, participants
from hub.queries.consents import get_of_sheet, longest_day
from hub.queries.wishes import Wish


def request_disclosure(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    offer: Offer,
    slot: Slot | None,
    wish: Wish,
    locale: str,
    referral: Referral | None = None,
    at: datetime,
) -> Consent:
    """Ask a person whether one partner may learn this about one offer (E2, T1): a sheet with a single line.

    Raises what `ask_sheet` raises.
    """
    require(actor, Permission.REQUEST_CONSENT, participant)
    sheet = ask_sheet(
        session,
        actor=actor,
        participant=participant,
        asks=[Ask(offer, slot, wish)],
        reading=Reading(locale),
        referral=referral,
        at=at,
    )
    return get_of_sheet(session, sheet.id, offer.id)


def request_feed(
    session: Session, *, actor: Actor, participant: Participant, level: Level, locale: str, at: datetime
) -> Consent:
    """Ask a person whether their dates may stand in a calendar of their own, at one level of detail (E5, T1)."""
    require(actor, Permission.REQUEST_CONSENT, participant)
    require_rested(session, actor=actor, participant=participant, scope=Scope.FEED, offer_id=None, at=at)
    participants.lock_participant(session, participant.id)
    set_aside(session, actor=actor, participant=participant, offer_id=None, at=at)
    until = longest_day(session, participant.id, at)
    consent = Consent(scope=Scope.FEED, detail=level.value, field_groups=["B1"], content={})
    write_question(
        session,
        actor=actor,
        consent=consent,
        participant=participant,
        wording=consent_texts.feed_wording(participant, level, until, locale),
        until=until,
        locale=locale,
        at=at,
    )
    return consent
