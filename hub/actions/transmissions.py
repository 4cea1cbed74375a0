"""Telling a body without a consent because a law says so: chosen by the own coach, open to the person's objection."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts
from hub.actions.referrals import open_referral
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.enquiry import IDENTIFIED, Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.transmission import LegalGround, LegalTask, Transmission
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import participants
from hub.queries.bookability import obstacle_of_offer
from hub.queries.enquiries import find_open_to, get_person
from hub.queries.exclusions import require_not_excluded
from hub.queries.legal_grounds import lock_admitted
from hub.queries.referrals import find_open_for
from hub.queries.transmissions import has_answered, lock_transmission

# What a body needs to act on a task: whom it concerns; whom to ask is the coach. Never health, access, aim or contact.
TOLD = (Field.REFERENCE, Field.IDENTITY, Field.DATE)


def transmit_by_law(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    offer: Offer,
    ground: str,
    task: str,
    at: datetime,
) -> Enquiry:
    """Tell a body the name, and nothing besides, on a ground admitted for it (R-LAW-03 b).

    The offer's organisation must be loaded. Raises InvalidInput (422) for words outside the lists, RuleBroken (409)
    without an admission, for a body the person excluded, and where the person was asked: an answer is not passed over.
    """
    require(actor, Permission.TRANSMIT_BY_LAW, participant)
    if ground not in set(LegalGround) or task not in set(LegalTask):
        raise InvalidInput(fields={"task": N_("Bitte wählen Sie aus der Liste.")})
    participants.lock_participant(session, participant.id)
    body = offer.organisation
    admitted = lock_admitted(
        session, participant_id=participant.id, organisation=body, ground=LegalGround(ground), at=at
    )
    _require_sendable(session, participant, offer, at)
    row = Transmission(admitted_id=admitted.id, task=LegalTask(task), chosen_at=at)
    row.chosen_by_id = actor.user_id or 0
    session.add(row)
    session.flush()
    enquiry = _enquiry(session, actor, participant, offer, row, at)
    _tell(session, actor, enquiry, participant, row, at)
    return enquiry


def _require_sendable(session: Session, participant: Participant, offer: Offer, at: datetime) -> None:
    if obstacle := obstacle_of_offer(offer):
        raise RuleBroken(obstacle)
    if not offer.carries_identity:
        raise RuleBroken(N_("Dieses Angebot braucht keinen Namen."))
    require_not_excluded(session, participant.id, offer.organisation_id)
    if has_answered(session, participant_id=participant.id, organisation_id=offer.organisation_id, at=at):
        raise RuleBroken(N_("Dieser Mensch wurde dazu gefragt. Seine Antwort gilt, Ja oder Nein."))
    if find_open_to(session, participant_id=participant.id, offer_id=offer.id) is not None:
        raise RuleBroken(N_("Zu diesem Angebot läuft schon eine Anfrage für diesen Menschen."))


def _enquiry(
    session: Session, actor: Actor, person: Participant, offer: Offer, row: Transmission, at: datetime
) -> Enquiry:
    """Return what the body receives; nobody there accepts it, so it is accepted from the start."""
    search = find_open_for(session, person.id, offer.aim)
    search = search or open_referral(session, actor=actor, participant=person, aim=offer.aim, stage=offer.stage, at=at)
    enquiry = Enquiry(state=EnquiryState.ACCEPTED, by_terms=True, created_at=at, sent_at=at, answered_at=at)
    enquiry.referral_id, enquiry.participant_id = search.id, person.id
    enquiry.organisation_id, enquiry.offer_id = offer.organisation_id, offer.id
    enquiry.transmission_id, enquiry.field_groups = row.id, sorted(field.value for field in TOLD)
    session.add(enquiry)
    session.flush()
    return enquiry


def _tell(
    session: Session, actor: Actor, enquiry: Enquiry, person: Participant, row: Transmission, at: datetime
) -> None:
    """Write it down for the person at once, who was not asked; the body gets a neutral line."""
    log.record(
        session,
        actor=actor,
        action="enquiry.sent_by_law",
        thing=enquiry,
        about=[person],
        fields=TOLD,
        purpose=row.task.value,
        at=at,
    )
    log.disclose(
        session,
        participant_id=person.id,
        organisation_id=enquiry.organisation_id,
        enquiry_id=enquiry.id,
        fields=TOLD,
        purpose="enquiry.sent_by_law",
        at=at,
    )
    notices.announce(session, "enquiry.sent_by_law", Facts(enquiry=enquiry), at=at)


def object_to_transmission(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Write down that the person objects (Art. 21 GDPR); no reason is asked, and it lands with the coach as a task.

    Raises StepNotPossible (409) when it was said before or the enquiry is over.
    """
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.OBJECT, person)
    row = _lock_of(session, enquiry)
    if row.objected_at is not None or enquiry.state not in IDENTIFIED:
        raise StepNotPossible
    row.objected_at, row.version = at, row.version + 1
    log.record(session, actor=actor, action="enquiry.objected", thing=enquiry, about=[person], at=at)
    notices.announce(session, "enquiry.objected", Facts(participant=person), at=at)


def keep_transmission(session: Session, *, actor: Actor, enquiry: Enquiry, at: datetime) -> None:
    """Write down that the coach looked at the objection and the body still needs it; the person reads that.

    Calling it back is the coach's other answer: `withdrawals.withdraw_enquiry`. Raises StepNotPossible (409).
    """
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.TRANSMIT_BY_LAW, person)
    row = _lock_of(session, enquiry)
    if row.objected_at is None or row.kept_at is not None or enquiry.state not in IDENTIFIED:
        raise StepNotPossible
    row.kept_at, row.version = at, row.version + 1
    log.record(session, actor=actor, action="enquiry.objection_declined", thing=enquiry, about=[person], at=at)


def _lock_of(session: Session, enquiry: Enquiry) -> Transmission:
    if enquiry.transmission_id is None:
        raise StepNotPossible
    return lock_transmission(session, enquiry.transmission_id)
