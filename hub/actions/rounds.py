"""A round once the person said yes (E2a): send it, ask the next, let the person pick, let a kept yes go, end it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import enquiries, log, notices, round_steps
from hub.actions.notices import Facts
from hub.errors import ConsentMissing, RuleBroken, StepNotPossible
from hub.i18n import N_, Message
from hub.models.consent import Consent, Scope
from hub.models.enquiry import Enquiry, EnquiryState, new_reference
from hub.models.participant import Participant
from hub.models.round import RUNNING, Round, RoundKind, RoundState
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import rounds
from hub.queries.consent_versions import require_present_words
from hub.queries.consents import require_waited, rests_until
from hub.queries.covering import allows
from hub.queries.enquiries import get_coach_ids, get_person, lock_enquiry
from hub.queries.referrals import get_referral_by_id, require_open
from hub.queries.rounds import BY_ROUND
from hub.queries.states import move, require_version
from hub.queries.waiting import lock_person

S = EnquiryState


@dataclass(frozen=True)
class Sending:
    """What left the house, and who was left out: the enquiry that did not go, and why."""

    sent: list[Enquiry] = field(default_factory=list)
    left_out: list[tuple[Enquiry, Message]] = field(default_factory=list)


def send_round(session: Session, *, actor: Actor, round_: Round, version: int | None = None, at: datetime) -> Sending:
    """Send all that was drafted, one knowing act of the coach (R-LAW-03); whoever cannot be asked any more is left out.

    Raises ConsentMissing (409) without the person's yes in force, RuleBroken (409) while its cooling-off runs, while
    the search rests, and when nobody at all can be asked.
    """
    person = get_person(session, round_.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    lock_person(session, person.id)
    consent = _lock_consent(session, round_, at)
    row = rounds.lock_round(session, round_.id)
    require_version(row, version)
    if row.state is not RoundState.DRAFT:
        raise StepNotPossible
    sending = _send(session, actor, person, consent, rounds.lock_nameless(session, row, [S.DRAFT]), at)
    if not sending.sent:
        raise RuleBroken(N_("Von diesen Partnern kann gerade niemand gefragt werden."))
    move(session, row, RoundState.OPEN, at=at)
    log.record(session, actor=actor, action="round.sent", thing=row, about=[person], at=at)
    return sending


def _lock_consent(session: Session, row: Round, at: datetime) -> Consent:
    """Return the E2a that lets something leave now, locked."""
    consent = rounds.lock_asking_around(session, row, at=at)
    require_open(get_referral_by_id(session, row.referral_id), row.participant_id)
    require_present_words(consent)
    require_waited(consent, at)
    return consent


def _send(
    session: Session, actor: Actor, person: Participant, consent: Consent, drafts: Iterable[Enquiry], at: datetime
) -> Sending:
    sending = Sending()
    for draft in drafts:
        obstacle = rounds.find_obstacle(session, person, draft.offer, at=at)
        if obstacle is None and not allows(consent, draft):
            raise ConsentMissing
        if obstacle is not None:
            sending.left_out.append((draft, obstacle))
            move(session, draft, S.WITHDRAWN, at=at, ended_by=BY_ROUND, ended_at=at)
        else:
            enquiries.pass_on(session, actor=actor, draft=draft, consent=consent, at=at)
            sending.sent.append(draft)
    return sending


def ask_next(session: Session, *, actor: Actor, round_: Round, version: int | None = None, at: datetime) -> Sending:
    """Ask those of the list once more that may still be asked, each under a new number; without any the round ends.

    For when nobody is asked any more: all said no or nothing, or the person did not want the one that was kept.
    """
    person = get_person(session, round_.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    lock_person(session, person.id)
    consent = _lock_consent(session, round_, at)
    row = rounds.lock_round(session, round_.id)
    require_version(row, version)
    if row.state is not RoundState.OPEN or rounds.is_anybody_asked(session, row):
        raise StepNotPossible
    again = [old for old in rounds.list_again(session, row) if _may_ask(session, person, old, at)]
    drafts = [_anew(session, old, at) for old in again]
    sending = _send(session, actor, person, consent, drafts, at)
    if not sending.sent:
        round_steps.close(session, actor, row, at=at)
    else:
        row.version += 1  # so that a second tap finds another round than it was made from
        log.record(session, actor=actor, action="round.sent", thing=row, about=[person], purpose="next", at=at)
    return sending


def _may_ask(session: Session, person: Participant, old: Enquiry, at: datetime) -> bool:
    resting = rests_until(session, participant_id=person.id, scope=Scope.TRANSMIT, offer_id=old.offer_id, at=at)
    return resting is None and rounds.find_obstacle(session, person, old.offer, at=at) is None


def _anew(session: Session, old: Enquiry, at: datetime) -> Enquiry:
    """Draft the same for the same partner under a new number; a date that is over by now is left out."""
    coming = old.slot is not None and old.slot.starts_at > at
    draft = Enquiry(state=S.DRAFT, reference=new_reference(), round_id=old.round_id, referral_id=old.referral_id)
    draft.participant_id, draft.organisation_id, draft.offer_id = old.participant_id, old.organisation_id, old.offer_id
    draft.slot_id = old.slot_id if coming else None
    draft.consent_id, draft.priority, draft.created_at = old.consent_id, old.priority, at
    draft.field_groups, draft.rough = list(old.field_groups), dict(old.rough)
    draft.access_needs = list(old.access_needs)
    draft.offer = old.offer
    session.add(draft)
    session.flush()
    return draft


def pick(session: Session, *, actor: Actor, round_: Round, enquiry: Enquiry, at: datetime) -> None:
    """Let the person pick one of those that said yes: it is kept until they say yes to it knowing the name (E2)."""
    person = get_person(session, round_.participant_id)
    require(actor, Permission.CHOOSE_IN_ROUND, person)
    lock_person(session, person.id)
    rounds.lock_asking_around(session, round_, at=at)
    row = rounds.lock_round(session, round_.id)
    chosen = lock_enquiry(session, enquiry.id)
    picked = chosen.round_id == row.id and chosen.state is S.ACCEPTED and chosen.is_nameless
    if row.kind is not RoundKind.CHOICE or row.state is not RoundState.OPEN or not picked:
        raise StepNotPossible
    round_steps.keep(session, actor, row, chosen, at=at)
    if actor.kind is ActorKind.PERSON:
        coaches = frozenset(get_coach_ids(session, chosen))
        notices.announce(session, "round.picked", Facts(enquiry=chosen, coach_ids=coaches, people=[person]), at=at)


def end_round(session: Session, *, actor: Actor, round_: Round, version: int | None = None, at: datetime) -> None:
    """End the asking around: whoever still has something is thanked."""
    person = get_person(session, round_.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    lock_person(session, person.id)
    row = rounds.lock_round(session, round_.id)
    require_version(row, version)
    if row.state not in RUNNING:
        raise StepNotPossible
    round_steps.close(session, actor, row, at=at)


def expire_kept(session: Session, *, actor: Actor, round_id: int, at: datetime) -> bool:
    """Let a kept yes go whose two working days are over; False when the person answered, or it was settled before."""
    require(actor, Permission.RUN_MAINTENANCE)
    person = get_person(session, rounds.get_round_by_id(session, round_id).participant_id)
    lock_person(session, person.id)
    row = rounds.lock_round(session, round_id)
    if row.state is not RoundState.HELD or row.hold_until_at is None or row.hold_until_at > at:
        return False
    log.record(session, actor=actor, action="round.run_out", thing=row, about=[person], at=at)
    round_steps.let_go(session, row, at=at)
    notices.announce(session, "round.run_out", Facts(participant=person), at=at)
    return True
