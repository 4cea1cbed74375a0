"""Taking a consent or an enquiry back: everything that hung on it ends in the same transaction (T4a to T6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import endings, log, notices, round_steps, waiting
from hub.actions.consent_writing import log_step
from hub.actions.notices import Facts
from hub.actions.requested_places import end_request
from hub.errors import StepNotPossible
from hub.models.booking import Booking
from hub.models.consent import PERMITTING, Consent, ConsentState, Scope
from hub.models.duty import DutyReason
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice, NoticeState
from hub.models.participant import Participant
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds
from hub.queries import waiting as queues
from hub.queries.bookings import list_coming_of_enquiry, raise_sequences_of_enquiry
from hub.queries.consent_steps import step
from hub.queries.consents import find_permitting, list_same, lock_consent
from hub.queries.duties import add_duties, list_closed_under
from hub.queries.enquiries import get_person, lock_enquiry, lock_open_under
from hub.queries.holds import drop_holds
from hub.queries.states import move, require_version
from hub.queries.subscriptions import end_feed
from hub.queries.withdrawals import SHORT, list_hanging, list_queued_notices, list_running_subscriptions


@dataclass(frozen=True)
class Ending:
    """One way in which a consent ends: its last state, whose word it is, and what becomes of coming places."""

    state: ConsentState
    permission: Permission
    expressed_by: str = "participant"
    cancelled_by: str = "person"  # empty: the person keeps the dates and talks to the partner alone
    partner_there: bool = True  # somebody is there to be told


WITHDRAWAL = Ending(ConsentState.WITHDRAWN, Permission.WITHDRAW_CONSENT)
FOR_CALLER = Ending(ConsentState.WITHDRAWN, Permission.WITHDRAW_FOR_CALLER)
REVOCATION = Ending(ConsentState.REVOKED, Permission.RUN_MAINTENANCE, "controller", "programme", partner_there=False)
INVALIDATION = Ending(ConsentState.INVALIDATED, Permission.INVALIDATE_CONSENT, "controller", "programme")


def withdraw_consent(
    session: Session, *, actor: Actor, consent: Consent, keep_bookings: bool = False, at: datetime
) -> None:
    """Withdraw a consent with all it permitted; no reason is asked. Raises StepNotPossible when it is not in force.

    Coming places are given back unless the person keeps them and talks to the partner alone: then the hub shows the
    partner a place code and no name.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.WITHDRAW_CONSENT, person)
    ending = replace(WITHDRAWAL, cancelled_by="") if keep_bookings else WITHDRAWAL
    end_consent(session, actor=actor, consent=consent, ending=ending, at=at)


def end_consent(session: Session, *, actor: Actor, consent: Consent, ending: Ending, at: datetime) -> None:
    """End a consent in one of the ways above. Raises StepNotPossible (409) when it is not in force.

    E2 takes its enquiries, coming places, queued notices, and what stands beside it; E2a what was asked without a
    name, with its round; E2b, E3 and E4 only their own fields;
    E5 the feeds. The partner learns only that something changed, and owes an answer on what it had learned. Lock order:
    person, consents, enquiries, bookings, notices, feeds.
    """
    person = get_person(session, consent.participant_id)
    require(actor, ending.permission, person)
    queues.lock_person(session, person.id)
    row = lock_consent(session, consent.id)
    if row.state not in PERMITTING:
        raise StepNotPossible
    for one in (row, *list_same(session, row), *list_hanging(session, row)):
        _step(session, actor, one, person, ending, at)
    ended: list[Enquiry] = []
    if row.scope in (Scope.TRANSMIT, Scope.ASK_AROUND):
        ended = lock_open_under(session, row)
        _end_transmission(session, actor, row, ended, person, ending, at)
        round_steps.note_consent_over(session, actor, row, at=at)
    elif row.scope is Scope.FEED:
        for subscription in list_running_subscriptions(session, person.id):
            end_feed(session, subscription.id, at=at, why="consent")
    else:
        _owe(session, actor, row, person, DutyReason(ending.state), ending.partner_there, at)
    organisations = [row.organisation_id] if row.organisation_id else [one.organisation_id for one in ended]
    _raise_revisions(session, person, organisations)


def _step(session: Session, actor: Actor, one: Consent, person: Participant, ending: Ending, at: datetime) -> None:
    step(
        session,
        one,
        ending.state,
        expressed_by=ending.expressed_by,
        recorded_by_id=actor.user_id,
        at=at,
        ended_at=at,
    )
    log_step(session, actor, one, person, at)


def _end_transmission(
    session: Session,
    actor: Actor,
    consent: Consent,
    ended: list[Enquiry],
    person: Participant,
    ending: Ending,
    at: datetime,
) -> None:
    there = ending.partner_there
    late = _end_enquiries(
        session, actor, ended, person, by="consent", cancelled_by=ending.cancelled_by, tell=there, at=at
    )
    offers = [consent.offer_id, *(one.offer_id for one in ended)]
    freed = drop_holds(session, participant_id=person.id, offer_ids=offers, at=at)
    waiting.offer_places(session, slot_ids=freed, at=at)
    _close_to_partner(session, actor, consent, person, at)
    _owe(session, actor, consent, person, DutyReason(ending.state), there, at)
    for booking in late if there else ():
        facts = Facts(booking=booking, participant=person, organisation_id=consent.organisation_id)
        notices.announce(session, "booking.cancelled_late", facts, at=at)


def end_uncovered(session: Session, *, actor: Actor, consent: Consent, at: datetime) -> None:
    """End what no consent covers any more after this one ran out (T8); a step of a larger verb.

    Enquiries that a newer consent covers go on under it. A draft that waits for a new answer is not touched. The caller
    has locked the person and moved the consent.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.WITHDRAW_CONSENT, person)
    ended: list[Enquiry] = []
    for row in lock_open_under(session, consent) if consent.scope in (Scope.TRANSMIT, Scope.ASK_AROUND) else []:
        covering = find_permitting(session, row, at=at) if not row.is_nameless else None
        if covering is not None and row.state is not EnquiryState.DRAFT:
            row.consent_id = covering.id
        elif row.consent_id == consent.id or row.state is not EnquiryState.DRAFT:
            ended.append(row)
    _end_enquiries(session, actor, ended, person, by="consent", cancelled_by="programme", at=at)
    if consent.scope is Scope.TRANSMIT:
        _close_to_partner(session, actor, consent, person, at)
    elif consent.scope is Scope.ASK_AROUND:
        freed = drop_holds(session, participant_id=person.id, offer_ids=[one.offer_id for one in ended], at=at)
        waiting.offer_places(session, slot_ids=freed, at=at)
        round_steps.note_consent_over(session, actor, consent, at=at)
    _owe(session, actor, consent, person, DutyReason.EXPIRED, True, at)
    _raise_revisions(session, person, [consent.organisation_id] if consent.organisation_id else [])


def withdraw_enquiry(
    session: Session, *, actor: Actor, enquiry: Enquiry, version: int | None = None, at: datetime
) -> None:
    """Call an enquiry back: coming places are given back, the partner keeps reference and date only."""
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.CANCEL_BOOKING, person)
    queues.lock_person(session, person.id)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    by, cancelled_by = ("participant", "person") if actor.kind is ActorKind.PERSON else ("coach", "coach")
    _end_enquiries(session, actor, [row], person, by=by, cancelled_by=cancelled_by, at=at)
    round_steps.note_gone(session, row, at=at)
    _raise_revisions(session, person, [row.organisation_id])


def withdraw_again(session: Session, *, actor: Actor, enquiry: Enquiry, by: str, at: datetime) -> None:
    """Call back once more what an older backup has brought back; `by` says who had done so."""
    require(actor, Permission.RUN_MAINTENANCE)
    person = get_person(session, enquiry.participant_id)
    queues.lock_person(session, person.id)
    row = lock_enquiry(session, enquiry.id)
    if EnquiryState.WITHDRAWN not in Enquiry.moves[row.state]:
        return
    _end_enquiries(session, actor, [row], person, by=by, cancelled_by="person", at=at)
    round_steps.note_gone(session, row, at=at)
    _raise_revisions(session, person, [row.organisation_id])


def note_partner_phoned(session: Session, *, actor: Actor, call: Notice, person: Participant, at: datetime) -> None:
    """Write down that the partner was phoned about a place given back at short notice (StepNotPossible 409 if done)."""
    require(actor, Permission.CANCEL_BOOKING, person)
    move(session, call, NoticeState.SENT, at=at, sent_at=at)
    log.record(session, actor=actor, action="call.made", thing=call, about=[person], at=at)


def _end_enquiries(
    session: Session,
    actor: Actor,
    ended: Iterable[Enquiry],
    person: Participant,
    *,
    by: str,
    cancelled_by: str,
    tell: bool = True,
    at: datetime,
) -> list[Booking]:
    """Withdraw enquiries; their coming places are given back unless `cancelled_by` is empty.

    Returns the bookings given back within a day of their beginning.
    """
    rows, late = list(ended), list[Booking]()
    for row in rows:
        move(session, row, EnquiryState.WITHDRAWN, at=at, ended_by=by, ended_at=at, hear_by_at=None)
        log.record(session, actor=actor, action="enquiry.withdrawn", thing=row, about=[person], purpose=by, at=at)
        end_request(session, enquiry=row, at=at)
        if cancelled_by:
            coming = list_coming_of_enquiry(session, row.id, at=at)
            late += [one for one in coming if one.starts_at - at < SHORT]
            endings.cancel_bookings_of_enquiry(session, actor=actor, enquiry=row, by=cancelled_by, at=at)
        else:
            raise_sequences_of_enquiry(session, row.id, at=at)
    _drop_notices(session, rows, at)
    for row in rows:
        if tell and row.sent_at is not None:
            notices.announce(session, "enquiry.withdrawn", Facts(enquiry=row), at=at)
    return late


def _drop_notices(session: Session, rows: Iterable[Enquiry], at: datetime) -> None:
    for notice in list_queued_notices(session, [row.id for row in rows]):
        move(session, notice, NoticeState.DROPPED, at=at, trouble="withdrawn")


def _close_to_partner(session: Session, actor: Actor, consent: Consent, person: Participant, at: datetime) -> None:
    """Note for each enquiry that was over before: from now on its partner sees nothing of it either (T4d)."""
    over = [row for row in list_closed_under(session, consent) if find_permitting(session, row, at=at) is None]
    _drop_notices(session, over, at)
    for row in over:
        about, purpose = [person], "after_completion"
        log.record(session, actor=actor, action="enquiry.closed", thing=row, about=about, purpose=purpose, at=at)


def _owe(
    session: Session,
    actor: Actor,
    consent: Consent,
    person: Participant,
    reason: DutyReason,
    tell: bool,
    at: datetime,
) -> None:
    """Write down what the partner owes now, and ask it to look; whoever is told of an end anyway is told once."""
    for duty in add_duties(session, consent, reason, at=at):
        log.record(
            session,
            actor=actor,
            action="duty.opened",
            thing=duty,
            about=[person],
            fields=duty.fields,
            purpose=reason.value,
            at=at,
        )
        partners = duty.organisation_id == duty.enquiry.organisation_id
        told_anyway = partners and duty.enquiry.state is EnquiryState.WITHDRAWN and duty.enquiry.ended_at == at
        if tell and not told_anyway:
            facts = Facts(enquiry=duty.enquiry) if partners else Facts(organisation_id=duty.organisation_id)
            notices.announce(session, "duty.opened", facts, at=at)


def _raise_revisions(session: Session, person: Participant, organisation_ids: Iterable[int]) -> None:
    session.flush()
    feeds.raise_revisions(
        session, participants=[person.id], users=[person.coach_id], seats=sorted(set(organisation_ids))
    )
