"""What a coach does with an enquiry: draft, send, answer, close; and what a booking does to it."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.actions.requested_places import end_request, request_place
from hub.errors import ConsentMissing, InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.consent import Consent
from hub.models.enquiry import FAILED_CLOSINGS, Answer, Closing, Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.referral import Referral, ReferralState
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.fields import Phase
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import disclosures, referrals
from hub.queries.bookability import obstacle_of_offer
from hub.queries.consent_versions import require_present_words
from hub.queries.consents import (
    lock_disclosure,
    needed_groups,
    require_covering,
    require_validity,
    require_waited,
)
from hub.queries.enquiries import (
    ASKED_ALREADY,
    count_coming_bookings,
    count_live_bookings,
    find_by_terms,
    find_open_to,
    get_offer_of,
    get_person,
    hear_by_of,
    lock_enquiry,
    lock_silent_to,
)
from hub.queries.exclusions import require_not_excluded
from hub.queries.origins import require_own_word
from hub.queries.states import move, require_version
from hub.queries.waiting import lock_person

S = EnquiryState
SEARCHING = (ReferralState.DRAFT, ReferralState.OPEN)


def draft_enquiry(
    session: Session,
    *,
    actor: Actor,
    referral: Referral,
    participant: Participant,
    consent: Consent,
    offer: Offer,
    slot: Slot | None,
    reference: str,
    priority: str = "normal",
    at: datetime,
) -> Enquiry:
    """Write down what one partner would receive under a consent still asked for; the partner sees nothing of it."""
    require(actor, Permission.SEND_ENQUIRY, participant)
    enquiry = _fill(
        Enquiry(reference=reference, state=S.DRAFT, priority=priority, created_at=at), referral, consent, offer, slot
    )
    session.add(enquiry)
    session.flush()
    return enquiry


def _fill(enquiry: Enquiry, referral: Referral, consent: Consent, offer: Offer, slot: Slot | None) -> Enquiry:
    """Copy exactly what the person read and allowed; nothing is read anew from the person's file."""
    content = consent.content or {}
    enquiry.referral_id = referral.id
    enquiry.participant_id = consent.participant_id
    enquiry.organisation_id = offer.organisation_id
    enquiry.offer_id = offer.id
    enquiry.slot_id = slot.id if slot else None
    enquiry.consent_id = consent.id
    enquiry.field_groups = list(consent.field_groups)
    enquiry.rough = dict(content.get("rough", {}))
    enquiry.access_needs = list(content.get("access_needs", []))
    enquiry.contact = content.get("contact")
    return enquiry


def send_enquiry(session: Session, *, actor: Actor, enquiry: Enquiry, version: int | None = None, at: datetime) -> None:
    """Send a draft to its partner.

    Raises ConsentMissing (409) without a live consent for exactly this, RuleBroken (409) when the offer takes nobody.
    The person is locked first: an exclusion written at the same instant wins. A place in the date wished for is kept.
    """
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    lock_person(session, person.id, also=[enquiry.slot_id])
    if obstacle := obstacle_of_offer(get_offer_of(session, enquiry)):
        raise RuleBroken(obstacle)
    require_not_excluded(session, person.id, enquiry.organisation_id)
    if referrals.get_referral_by_id(session, enquiry.referral_id).state not in SEARCHING:
        raise RuleBroken(N_("Dieses Anliegen ruht oder ist beendet. Bitte nehmen Sie es zuerst wieder auf."))
    if enquiry.round_id is not None:
        raise StepNotPossible(N_("Diese Anfrage geht mit den anderen ohne Namen hinaus."))
    consent = require_covering(session, enquiry, at=at)
    require_present_words(consent)
    require_waited(consent, at)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    if row.state is not S.DRAFT:
        raise StepNotPossible
    if find_open_to(session, participant_id=person.id, offer_id=row.offer_id) is not None:
        raise RuleBroken(ASKED_ALREADY)
    pass_on(session, actor=actor, draft=row, consent=consent, at=at)


def pass_on(session: Session, *, actor: Actor, draft: Enquiry, consent: Consent, at: datetime) -> None:
    """Send a locked draft under a locked consent; a step of verbs that have checked both and locked the person."""
    person = get_person(session, draft.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    row = draft
    require_own_word(session, person, row.organisation_id, row.access_needs, at=at)
    silent = lock_silent_to(session, participant_id=person.id, offer_id=row.offer_id)
    for old in silent:  # asked again: from now on only one question is with the partner
        end_request(session, enquiry=old, at=at)
        move(session, old, S.WITHDRAWN, at=at, ended_by="coach", ended_at=at, hear_by_at=None)
        log.record(session, actor=actor, action="enquiry.withdrawn", thing=old, about=[person], purpose="again", at=at)
    values = {"sent_at": at, "hear_by_at": hear_by_of(session, row, row.priority, at=at), "consent_id": consent.id}
    move(session, row, S.SENT, at=at, **values)
    request_place(session, enquiry=row, participant=person, at=at)
    _log_sending(session, actor, row, person, "enquiry.sent", at)
    notices.announce(session, "enquiry.sent", Facts(enquiry=row), at=at)


def _log_sending(
    session: Session, actor: Actor, enquiry: Enquiry, person: Participant, action: str, at: datetime
) -> None:
    fields = disclosures.sent_fields(enquiry, Phase.SENT)
    log.record(session, actor=actor, action=action, thing=enquiry, about=[person], fields=fields, at=at)
    log.disclose(
        session,
        participant_id=person.id,
        organisation_id=enquiry.organisation_id,
        enquiry_id=enquiry.id,
        fields=fields,
        purpose=action,
        at=at,
    )


def answer_question(
    session: Session, *, actor: Actor, enquiry: Enquiry, answer: str, version: int | None = None, at: datetime
) -> None:
    """Answer a partner's question in code and send the enquiry again, with a new date to hear by."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    if answer not in set(Answer):
        raise InvalidInput(fields={"answer": N_("Bitte wählen Sie eine Antwort.")})
    lock_person(session, person.id, also=[enquiry.slot_id])
    consent = require_covering(session, enquiry, at=at)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    if row.state is not S.RETURNED:
        raise StepNotPossible
    values = {"answer": answer, "consent_id": consent.id, "hear_by_at": hear_by_of(session, row, row.priority, at=at)}
    move(session, row, S.SENT, at=at, **values)
    request_place(session, enquiry=row, participant=person, at=at)
    log.record(session, actor=actor, action="enquiry.resent", thing=row, about=[person], at=at)
    notices.announce(session, "enquiry.sent", Facts(enquiry=row), at=at)


def close_enquiry(
    session: Session, *, actor: Actor, enquiry: Enquiry, closing: str, version: int | None = None, at: datetime
) -> None:
    """End an accepted enquiry on the person's own word: completed, or failed with a coded reason."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    if closing not in set(Closing):
        raise InvalidInput(fields={"closing": N_("Bitte wählen Sie, wie es ausging.")})
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    if row.is_nameless:
        raise StepNotPossible(N_("Dazu hat der Mensch noch nicht Ja gesagt."))
    if count_coming_bookings(session, row.id, at=at):
        raise RuleBroken(N_("Es stehen noch Termine aus. Bitte warten Sie diese ab oder sagen Sie sie ab."))
    to = S.FAILED if closing in FAILED_CLOSINGS else S.COMPLETED
    move(session, row, to, at=at, reason=closing, ended_at=at, ended_by="coach")
    log.record(session, actor=actor, action=f"enquiry.{to.value}", thing=row, about=[person], purpose="own_word", at=at)


def accept_by_terms(
    session: Session, *, actor: Actor, participant: Participant, offer: Offer, slot: Slot, at: datetime
) -> Enquiry:
    """Return the enquiry that the offer's own terms accept: the running one, else a new one, already accepted.

    Raises ConsentMissing (409) without a live consent for this organisation and offer that covers what the offer needs,
    RuleBroken when the consent ends before the date does (R-CON-09). A second date of an offer asks nothing again.
    """
    require(actor, Permission.BOOK_SLOT, participant)
    consent = lock_disclosure(
        session,
        participant_id=participant.id,
        organisation_id=offer.organisation_id,
        offer_id=offer.id,
        at=at,
    )
    if not needed_groups(offer.field_groups) <= set(consent.field_groups):
        raise ConsentMissing
    require_waited(consent, at)
    require_validity(consent, slot)
    running = find_by_terms(session, consent_id=consent.id)
    if running is not None:
        return running
    require_present_words(consent)
    return _accepted_by_terms(session, actor, participant, consent, offer, slot, at)


def _accepted_by_terms(
    session: Session,
    actor: Actor,
    person: Participant,
    consent: Consent,
    offer: Offer,
    slot: Slot,
    at: datetime,
) -> Enquiry:
    needs = (consent.content or {}).get("access_needs", ())
    require_own_word(session, person, offer.organisation_id, needs, at=at)
    referral = _referral_of(session, person, consent, offer, at)
    enquiry = Enquiry(state=S.ACCEPTED, by_terms=True, created_at=at, sent_at=at, answered_at=at)
    session.add(_fill(enquiry, referral, consent, offer, slot))
    session.flush()
    _log_sending(session, actor, enquiry, person, "enquiry.accepted_by_terms", at)
    return enquiry


def _referral_of(session: Session, person: Participant, consent: Consent, offer: Offer, at: datetime) -> Referral:
    """Return the referral the consent was asked for, else a new one of the person's coach."""
    if consent.referral_id is not None:
        return referrals.get_referral_by_id(session, consent.referral_id)
    if person.coach_id is None:
        raise RuleBroken(N_("Dieser Mensch hat gerade keinen Coach."))
    referral = Referral(
        participant_id=person.id,
        coach_id=person.coach_id,
        state=ReferralState.OPEN,
        aim=offer.aim,
        stage=offer.stage,
        created_at=at,
    )
    session.add(referral)
    session.flush()
    return referral


def note_booked(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Note the first booking under an accepted enquiry: it runs; raises StepNotPossible when it is not accepted."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.FOLLOW_BOOKING, person)
    row = lock_enquiry(session, enquiry.id)
    if row.state is not S.RUNNING:
        move(session, row, S.RUNNING, at=at)
        log.record(session, actor=actor, action="enquiry.running", thing=row, about=[person], at=at)


def note_unbooked(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Note that a booking ended: without any live one left, a running enquiry is accepted again."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.FOLLOW_BOOKING, person)
    row = lock_enquiry(session, enquiry.id)
    if row.state is S.RUNNING and not count_live_bookings(session, row.id):
        move(session, row, S.ACCEPTED, at=at)
        log.record(session, actor=actor, action="enquiry.unbooked", thing=row, about=[person], at=at)
