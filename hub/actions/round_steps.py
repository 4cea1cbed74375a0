"""Steps of larger verbs in a round: one yes is kept, let go or named, the others are thanked; the round goes on.

The larger verb has asked the policy, and locked the person (`queries/waiting.py: lock_person`) and the consent before.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from calendars.holidays import closed_days
from calendars.working_time import add_working_days
from hub.actions import log, notices
from hub.actions.holds import keep_wished_date
from hub.actions.notices import Facts
from hub.actions.waiting import offer_places
from hub.errors import RuleBroken
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import NoticeState
from hub.models.participant import Participant
from hub.models.round import HELD_FOR, RUNNING, Round, RoundKind, RoundState
from hub.policy.actor import SYSTEM, Actor
from hub.queries import rounds
from hub.queries.consent_steps import step
from hub.queries.consents import SETTLED, WAITING, lock_consent
from hub.queries.enquiries import lock_enquiry
from hub.queries.holds import drop_holds
from hub.queries.rounds import BY_ROUND, LET_GO
from hub.queries.states import move
from hub.queries.withdrawals import list_queued_notices

S = EnquiryState


def require_undecided(session: Session, enquiry: Enquiry) -> None:
    """Raise RuleBroken (409), saying only that it is settled, when another yes of the locked enquiry's round counts."""
    if enquiry.round_id is None or not enquiry.is_nameless:
        return
    thanked = enquiry.state is S.WITHDRAWN and enquiry.ended_by == BY_ROUND
    if thanked or not rounds.is_undecided(rounds.lock_round(session, enquiry.round_id)):
        raise RuleBroken(SETTLED)


def note_yes(session: Session, enquiry: Enquiry, *, at: datetime) -> None:
    """Keep the first yes and thank the others; where the person picks, yeses only gather."""
    if enquiry.round_id is None or not enquiry.is_nameless:
        return
    row = rounds.lock_round(session, enquiry.round_id)
    if row.kind is not RoundKind.CHOICE:
        keep(session, SYSTEM, row, enquiry, at=at)
        thank(session, row, besides=enquiry, at=at)


def keep(session: Session, actor: Actor, row: Round, enquiry: Enquiry, *, at: datetime) -> None:
    """Keep one yes for two working days, and a place in its date where one is free."""
    until = add_working_days(at, HELD_FOR, closed=closed_days())
    move(session, row, RoundState.HELD, at=at, held_enquiry_id=enquiry.id, hold_until_at=until)
    log.record(session, actor=actor, action="round.held", thing=row, about=[row.participant], at=at)
    slot = rounds.find_wished_date(session, enquiry)
    if slot is not None:
        keep_wished_date(session, slot=slot, participant=row.participant, until=until, at=at)


def thank(session: Session, row: Round, *, besides: Enquiry | None = None, at: datetime) -> None:
    """Withdraw what others of the round still have, and thank them; nobody learns of anybody else."""
    others = [one for one in rounds.lock_nameless(session, row, rounds.OPEN) if besides is None or one.id != besides.id]
    withdraw(session, others, at=at)


def withdraw(session: Session, gone: Iterable[Enquiry], *, reason: str = "", tell: bool = True, at: datetime) -> None:
    """Withdraw locked enquiries of a round; whoever has one is told in the same neutral words that it is settled."""
    found = list(gone)
    for one in found:
        ended = {"ended_by": BY_ROUND, "reason": reason, "ended_at": at, "hear_by_at": None}
        move(session, one, S.WITHDRAWN, at=at, **ended)
        about = [one.participant]
        log.record(session, actor=SYSTEM, action="enquiry.withdrawn", thing=one, about=about, purpose=BY_ROUND, at=at)
    for notice in list_queued_notices(session, [one.id for one in found]):
        move(session, notice, NoticeState.DROPPED, at=at, trouble="withdrawn")
    for one in found:
        if tell and one.sent_at is not None:
            notices.announce(session, "round.thanked", Facts(enquiry=one), at=at)


def note_gone(session: Session, enquiry: Enquiry, *, at: datetime) -> None:
    """Go on with the round when the yes it kept was taken back or withdrawn in some other way."""
    if enquiry.round_id is None or not enquiry.is_nameless:
        return
    row = rounds.lock_round(session, enquiry.round_id)
    if row.state is RoundState.HELD and row.held_enquiry_id == enquiry.id:
        _lapse_questions(session, row, enquiry, at)
        _go_on(session, row, enquiry, at)


def let_go(session: Session, row: Round, *, ask_no_more: bool = True, at: datetime) -> None:
    """Withdraw the kept yes of a locked round: the person said no, or nothing in time.

    With `ask_no_more` the open question about it lapses; a verb that writes the person's no down does that itself.
    """
    assert row.held_enquiry_id is not None  # noqa: S101
    held = lock_enquiry(session, row.held_enquiry_id)
    if held.state is S.ACCEPTED and held.is_nameless:
        withdraw(session, [held], reason=LET_GO, at=at)
    if ask_no_more:
        _lapse_questions(session, row, held, at)
    _go_on(session, row, held, at)


def _lapse_questions(session: Session, row: Round, held: Enquiry, at: datetime) -> None:
    questions = rounds.list_questions_about(session, participant_id=row.participant_id, offer_id=held.offer_id)
    for one in questions:
        _lapse(session, one, row.participant, at)


def _lapse(session: Session, question: Consent, person: Participant, at: datetime) -> None:
    step(session, question, ConsentState.EXPIRED, expressed_by="clock", recorded_by_id=None, at=at, ended_at=at)
    purpose, about = question.scope.value, [person]
    log.record(session, actor=SYSTEM, action="consent.expired", thing=question, about=about, purpose=purpose, at=at)


def _go_on(session: Session, row: Round, held: Enquiry, at: datetime) -> None:
    """Give the place back; the round is open again while anybody of the list is left, else it is over."""
    freed = drop_holds(session, participant_id=row.participant_id, offer_ids=[held.offer_id], at=at)
    offer_places(session, slot_ids=freed, at=at)
    if rounds.is_anybody_asked(session, row) or rounds.list_again(session, row):
        move(session, row, RoundState.OPEN, at=at, held_enquiry_id=None, hold_until_at=None)
        log.record(session, actor=SYSTEM, action="round.reopened", thing=row, about=[row.participant], at=at)
    else:
        end(session, SYSTEM, row, at=at)


def end(session: Session, actor: Actor, row: Round, *, at: datetime) -> None:
    """End a locked round that still runs; what becomes of its enquiries is the larger verb's matter."""
    if row.state in RUNNING:
        move(session, row, RoundState.ENDED, at=at, hold_until_at=None, ended_at=at)
        log.record(session, actor=actor, action="round.ended", thing=row, about=[row.participant], at=at)


def close(session: Session, actor: Actor, row: Round, *, at: datetime) -> None:
    """End a locked round for good: who still has something is thanked, a kept place is given back, questions lapse."""
    held = lock_enquiry(session, row.held_enquiry_id) if row.state is RoundState.HELD and row.held_enquiry_id else None
    thank(session, row, at=at)
    if held is not None:
        _lapse_questions(session, row, held, at)
        freed = drop_holds(session, participant_id=row.participant_id, offer_ids=[held.offer_id], at=at)
        offer_places(session, slot_ids=freed, at=at)
    consent = lock_consent(session, row.consent_id)
    if consent.state in WAITING:
        _lapse(session, consent, row.participant, at)
    end(session, actor, row, at=at)


def note_answer(session: Session, actor: Actor, consent: Consent, *, yes: bool, at: datetime) -> None:
    """Follow the person's answer to the E2 of a kept yes: with a yes the name goes there, with a no the round goes on.

    The consent has moved to its new state before.
    """
    if consent.scope is not Scope.TRANSMIT or consent.offer_id is None:
        return
    row = rounds.lock_held_for(session, participant_id=consent.participant_id, offer_id=consent.offer_id)
    if row is None:
        return
    if yes:
        _name(session, actor, row, consent, at)
    else:
        let_go(session, row, ask_no_more=False, at=at)


def _name(session: Session, actor: Actor, row: Round, consent: Consent, at: datetime) -> None:
    """Put the kept enquiry under its own E2: what the person read there is what it holds from now on."""
    assert row.held_enquiry_id is not None  # noqa: S101
    enquiry, content = lock_enquiry(session, row.held_enquiry_id), consent.content or {}
    enquiry.consent_id, enquiry.field_groups = consent.id, list(consent.field_groups)
    enquiry.rough, enquiry.contact = dict(content.get("rough", {})), content.get("contact")
    enquiry.access_needs = list(content.get("access_needs", []))
    enquiry.version += 1
    session.flush()
    move(session, row, RoundState.SETTLED, at=at, hold_until_at=None, ended_at=at)
    about = [row.participant]
    log.record(session, actor=actor, action="round.settled", thing=row, about=about, at=at)
    log.record(
        session, actor=actor, action="enquiry.named", thing=enquiry, about=about, fields=enquiry.field_groups, at=at
    )
    thank(session, row, besides=enquiry, at=at)
    notices.announce(session, "enquiry.named", Facts(enquiry=enquiry), at=consent.sends_from or at)


def note_consent_over(session: Session, actor: Actor, consent: Consent, *, at: datetime) -> None:
    """End the round of an E2a that ended; its enquiries have been withdrawn before."""
    known = rounds.find_of_consent(session, consent.id)
    if known is None:
        return
    row = rounds.lock_round(session, known.id)
    if row.state is RoundState.HELD and row.held_enquiry_id is not None:
        _lapse_questions(session, row, lock_enquiry(session, row.held_enquiry_id), at)
    end(session, actor, row, at=at)


def drop_organisation(
    session: Session, person: Participant, organisation_id: int, *, tell: bool = True, at: datetime
) -> int:
    """Withdraw what an organisation has of a person without a name, and go on with the others; return how many."""
    count = 0
    for known in rounds.list_asking(session, participant_id=person.id, organisation_id=organisation_id):
        row = rounds.lock_round(session, known.id)
        gone = rounds.lock_nameless(session, row, rounds.OPEN, organisation_id=organisation_id)
        withdraw(session, gone, tell=tell, at=at)
        count += len(gone)
        for one in gone:
            note_gone(session, one, at=at)
    return count
