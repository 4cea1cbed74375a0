"""Asking for a consent and writing down the person's own answer; a coach alone can never make one given (R-CON-06)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import enquiries, log
from hub.actions.referrals import open_referral
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.enquiry import new_reference
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.subscription import Level
from hub.models.wording import TIMES
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import consent_texts, participants
from hub.queries.bookability import obstacle_of_offer
from hub.queries.consent_steps import drop_draft, note_step, step
from hub.queries.consents import find_previous, list_requested, longest_day, rests_until
from hub.queries.disclosures import say_day
from hub.queries.wishes import Wish, contacts_of, groups_of, preview_of

ROUGH = frozenset({"distance_km", "ages", "languages", "times", "women_only"})


def request_disclosure(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    offer: Offer,
    slot: Slot | None,
    wish: Wish,
    locale: str,
    at: datetime,
) -> Consent:
    """Ask a person whether one partner may learn this about one offer (E2, T1); the referral is made along with it.

    `participant.jobcenter` and `.coach`, `offer.organisation` must be loaded. Raises RuleBroken (409) while a refusal
    rests (30 days), for an offer that needs no name, and without a running participation; InvalidInput (422) for a wish
    beyond the person's own needs and ways.
    """
    require(actor, Permission.REQUEST_CONSENT, participant)
    _require_askable(session, participant, offer, at)
    _require_own(participant, wish)
    participants.lock_participant(session, participant.id)
    _set_aside(session, actor, participant, offer, at)
    referral = open_referral(
        session,
        actor=actor,
        participant=participant,
        aim=offer.aim,
        stage=wish.stage,
        matters=wish.matters,
        at=at,
    )
    until = longest_day(session, participant.id, at)
    content = preview_of(participant, offer, slot, wish, new_reference() if offer.access is Access.REQUEST else "")
    groups = groups_of(offer, wish)
    wording = consent_texts.disclosure_wording(content, participant, groups, until, locale)
    consent = Consent(
        scope=Scope.TRANSMIT,
        organisation_id=offer.organisation_id,
        offer_id=offer.id,
        referral_id=referral.id,
        field_groups=groups,
        content={"access_needs": list(wish.access_needs), "contact": content.contact, "rough": dict(wish.rough)},
    )
    _ask(session, actor, consent, participant, wording, until, locale, at)
    if offer.access is Access.REQUEST:
        enquiries.draft_enquiry(
            session,
            actor=actor,
            referral=referral,
            participant=participant,
            consent=consent,
            offer=offer,
            slot=slot,
            reference=content.reference,
            priority="soon" if wish.soon else "normal",
            at=at,
        )
    return consent


def request_feed(
    session: Session, *, actor: Actor, participant: Participant, level: Level, locale: str, at: datetime
) -> Consent:
    """Ask a person whether their dates may stand in a calendar of their own, at one level of detail (E5, T1)."""
    require(actor, Permission.REQUEST_CONSENT, participant)
    participants.lock_participant(session, participant.id)
    _set_aside(session, actor, participant, None, at)
    until = longest_day(session, participant.id, at)
    wording = consent_texts.feed_wording(participant, level, until, locale)
    consent = Consent(scope=Scope.FEED, detail=level.value, field_groups=["B1"], content={})
    _ask(session, actor, consent, participant, wording, until, locale, at)
    return consent


def _require_askable(session: Session, participant: Participant, offer: Offer, at: datetime) -> None:
    if not offer.carries_identity:
        raise RuleBroken(N_("Dieses Angebot braucht keine Einwilligung. Es erfährt keinen Namen."))
    if obstacle := obstacle_of_offer(offer):
        raise RuleBroken(obstacle)
    until = rests_until(session, participant_id=participant.id, offer_id=offer.id, at=at)
    if until is not None:
        day = say_day(clock.local_date(until))
        raise RuleBroken(N_("Dazu gab es ein Nein. Bitte fragen Sie vor dem {day} nicht noch einmal.", day=day))


def _require_own(participant: Participant, wish: Wish) -> None:
    """Refuse what is not the person's own; a tick that was never on the page included."""
    contact_known = wish.contact is None or wish.contact in contacts_of(participant)
    own = set(wish.access_needs) <= set(participant.access_needs) and contact_known and set(wish.rough) <= ROUGH
    spoken = set(wish.rough.get("languages", ())) <= set(participant.languages)
    if not (own and spoken and set(wish.rough.get("times", ())) <= set(TIMES)):
        raise InvalidInput


def _set_aside(session: Session, actor: Actor, participant: Participant, offer: Offer | None, at: datetime) -> None:
    """Let older questions for the same thing lapse, so that only one lies before the person."""
    scope, offer_id = (Scope.TRANSMIT, offer.id) if offer else (Scope.FEED, None)
    for older in list_requested(session, participant.id):
        if (older.scope, older.offer_id) != (scope, offer_id):
            continue
        step(
            session,
            older,
            ConsentState.EXPIRED,
            expressed_by="controller",
            recorded_by_id=actor.user_id,
            at=at,
            ended_at=at,
        )
        drop_draft(session, older, by="coach", at=at)


def _ask(
    session: Session,
    actor: Actor,
    consent: Consent,
    participant: Participant,
    wording: consent_texts.Wording,
    until: date,
    locale: str,
    at: datetime,
) -> None:
    consent.participant_id = participant.id
    consent.state = ConsentState.REQUESTED
    consent.notice_version, consent.notice_locale = consent_texts.VERSION, locale
    consent.notice_text = wording.text()
    consent.notice_hash = consent_texts.digest(consent.notice_text)
    consent.requested_by_id, consent.requested_at = actor.user_id, at
    consent.valid_until_on, consent.valid_until = until, clock.end_of_day(until)
    previous = find_previous(session, consent)
    consent.previous_id = previous.id if previous else None
    session.add(consent)
    session.flush()
    note_step(session, consent, expressed_by="controller", recorded_by_id=actor.user_id, at=at)
    log.record(
        session,
        actor=actor,
        action="consent.requested",
        thing=consent,
        about=[participant],
        fields=consent.field_groups,
        purpose=consent.scope.value,
        at=at,
    )
