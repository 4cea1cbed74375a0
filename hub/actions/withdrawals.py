"""Taking a consent or an enquiry back: everything that hung on it ends in the same transaction (T4a to T4c, T6)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import bookings, log, notices, waiting
from hub.actions.notices import Facts
from hub.errors import StepNotPossible
from hub.models.consent import PERMITTING, Consent, ConsentState, Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import NoticeState
from hub.models.participant import Participant
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds
from hub.queries import waiting as queues
from hub.queries.bookings import raise_sequences_of_enquiry
from hub.queries.consent_steps import step
from hub.queries.consents import find_permitting, list_same, lock_consent
from hub.queries.enquiries import get_person, lock_enquiry, lock_open_under
from hub.queries.holds import drop_holds
from hub.queries.states import move, require_version
from hub.queries.subscriptions import end_feed
from hub.queries.withdrawals import list_queued_notices, list_running_subscriptions


def withdraw_consent(
    session: Session, *, actor: Actor, consent: Consent, keep_bookings: bool = False, at: datetime
) -> None:
    """Withdraw a consent with all it permitted; no reason is asked. Raises StepNotPossible when it is not in force.

    Open enquiries are withdrawn, coming places given back unless the person keeps them and talks to the partner alone
    (then the hub shows the partner a place code and no name), queued notices dropped, feeds of E5 ended; the partner
    learns only that something changed. Lock order: person, consent, enquiries, bookings, notices, feeds.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.WITHDRAW_CONSENT, person)
    queues.lock_person(session, person.id)
    row = lock_consent(session, consent.id)
    if row.state not in PERMITTING:
        raise StepNotPossible
    for one in (row, *list_same(session, row)):
        _withdraw(session, actor, one, person, at)
    ended: list[Enquiry] = []
    if row.scope is Scope.TRANSMIT:
        ended = lock_open_under(session, row)
        _end_enquiries(
            session, actor, ended, person, by="consent", cancelled_by="" if keep_bookings else "person", at=at
        )
        freed = drop_holds(session, participant_id=person.id, offer_ids=[row.offer_id], at=at)
        waiting.offer_places(session, slot_ids=freed, at=at)
    elif row.scope is Scope.FEED:
        for subscription in list_running_subscriptions(session, person.id):
            end_feed(session, subscription.id, at=at, why="consent")
    _raise_revisions(session, person, ended)


def end_uncovered(session: Session, *, actor: Actor, consent: Consent, at: datetime) -> None:
    """End the enquiries that no consent covers any more after this one ran out (T8); a step of a larger verb.

    Those that a newer consent covers go on under it. A draft that waits for a new answer is not touched. The caller has
    locked the person and moved the consent.
    """
    person = get_person(session, consent.participant_id)
    require(actor, Permission.WITHDRAW_CONSENT, person)
    ended: list[Enquiry] = []
    for row in lock_open_under(session, consent) if consent.scope is Scope.TRANSMIT else []:
        covering = find_permitting(session, row, at=at)
        if covering is not None and row.state is not EnquiryState.DRAFT:
            row.consent_id = covering.id
        elif row.consent_id == consent.id or row.state is not EnquiryState.DRAFT:
            ended.append(row)
    _end_enquiries(session, actor, ended, person, by="consent", cancelled_by="programme", at=at)
    _raise_revisions(session, person, ended)


def _withdraw(session: Session, actor: Actor, consent: Consent, person: Participant, at: datetime) -> None:
    step(
        session,
        consent,
        ConsentState.WITHDRAWN,
        expressed_by="participant",
        recorded_by_id=actor.user_id,
        at=at,
        ended_at=at,
    )
    log.record(
        session,
        actor=actor,
        action="consent.withdrawn",
        thing=consent,
        about=[person],
        fields=consent.field_groups,
        purpose=consent.scope.value,
        at=at,
    )


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
    _raise_revisions(session, person, [row])


def _end_enquiries(
    session: Session,
    actor: Actor,
    ended: Iterable[Enquiry],
    person: Participant,
    *,
    by: str,
    cancelled_by: str,
    at: datetime,
) -> None:
    """Withdraw enquiries; their coming places are given back unless `cancelled_by` is empty."""
    rows = list(ended)
    for row in rows:
        move(session, row, EnquiryState.WITHDRAWN, at=at, ended_by=by, ended_at=at, hear_by_at=None)
        log.record(session, actor=actor, action="enquiry.withdrawn", thing=row, about=[person], purpose=by, at=at)
        if cancelled_by:
            bookings.cancel_bookings_of_enquiry(session, actor=actor, enquiry=row, by=cancelled_by, at=at)
        else:
            raise_sequences_of_enquiry(session, row.id, at=at)
    for notice in list_queued_notices(session, [row.id for row in rows]):
        move(session, notice, NoticeState.DROPPED, at=at, trouble="withdrawn")
    for row in rows:
        if row.sent_at is not None:
            notices.announce(session, "enquiry.withdrawn", Facts(enquiry=row), at=at)


def _raise_revisions(session: Session, person: Participant, ended: Iterable[Enquiry]) -> None:
    session.flush()
    feeds.raise_revisions(
        session,
        participants=[person.id],
        users=[person.coach_id],
        organisations=sorted({row.organisation_id for row in ended}),
    )
