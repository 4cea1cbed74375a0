"""Ending a participation before its last day: proposed by the coach, decided by the case manager (R-ACC-06)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import endings, log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.participant import EarlyEnd, EarlyEndState, Participant, Participation, ParticipationState
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import early_ends, participants, waiting
from hub.queries.deadlines import lock_participation
from hub.queries.feeds import raise_revisions
from hub.queries.states import move, require_version

REASONS = ("goal_reached", "own_wish", "work", "moved", "other_support", "out_of_reach")


def propose_early_end(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    participation: Participation,
    last_on: date,
    reason: str,
    at: datetime,
) -> EarlyEnd:
    """Propose a nearer last day; nothing changes until somebody else agrees.

    Raises InvalidInput (422) for a day outside the running participation or without a reason, RuleBroken (409) when
    the participation does not run or a proposal waits already.
    """
    require(actor, Permission.PROPOSE_EARLY_END, participant)
    participants.lock_participant(session, participant.id)
    row = lock_participation(session, participation.id)
    if row.state is not ParticipationState.ADMITTED or row.participant_id != participant.id:
        raise RuleBroken(N_("Diese Teilnahme läuft nicht."))
    if early_ends.find_undecided(session, [row.id]) is not None:
        raise RuleBroken(N_("Darüber entscheidet das Fallmanagement schon."))
    _require_sound(row, last_on, reason, clock.local_date(at))
    proposal = EarlyEnd(
        participation_id=row.id, last_on=last_on, reason=reason, proposed_by_id=actor.user_id, proposed_at=at
    )
    session.add(proposal)
    session.flush()
    log.record(session, actor=actor, action="early_end.proposed", thing=proposal, about=[participant], at=at)
    return proposal


def decide_early_end(
    session: Session,
    *,
    actor: Actor,
    proposal: EarlyEnd,
    agreed: bool,
    version: int | None = None,
    at: datetime,
) -> None:
    """Agree or not; of two decisions at once one wins, the other hears SomebodyWasFaster (409).

    With a yes the last day moves, consents reach no further (R-CON-09), and the places on later days are given back by
    the programme at once, so that others get them. The rest follows at the end of the new last day, as at any end.
    """
    require(actor, Permission.DECIDE_EARLY_END, proposal)
    require_version(proposal, version)
    participant_id = proposal.participation.participant_id
    waiting.lock_person(session, participant_id)
    row = lock_participation(session, proposal.participation_id)
    to = EarlyEndState.AGREED if agreed else EarlyEndState.DECLINED
    move(session, proposal, to, at=at, decided_by_id=actor.user_id, decided_at=at)
    log.record(session, actor=actor, action=f"early_end.{to.value}", thing=proposal, about=[row.participant], at=at)
    if agreed:
        _shorten(session, row, max(proposal.last_on, clock.local_date(at)), at=at)


def _shorten(session: Session, row: Participation, last_on: date, *, at: datetime) -> None:
    if row.state is not ParticipationState.ADMITTED or row.ends_on <= last_on:
        return
    row.ends_on, row.version = last_on, row.version + 1
    session.flush()
    for consent, until in early_ends.list_outliving(session, row.participant_id, at=at):
        consent.valid_until_on, consent.valid_until = until, clock.end_of_day(until)
        consent.version += 1
        about = [row.participant]
        log.record(session, actor=SYSTEM, action="consent.shortened", thing=consent, about=about, at=at)
    since = clock.end_of_day(last_on)
    coming = endings.end_uncovered_places(session, actor=SYSTEM, participant=row.participant, since=since, at=at)
    session.flush()
    organisations = {one.slot.offer.organisation_id for one in coming if one.slot is not None}
    raise_revisions(session, participants=[row.participant_id], seats=organisations)


def _require_sound(row: Participation, last_on: date, reason: str, today: date) -> None:
    fields = {}
    if last_on < today:
        fields["last_on"] = N_("Dieser Tag ist schon vorbei.")
    elif last_on >= row.ends_on:
        fields["last_on"] = N_("So lange läuft die Teilnahme ohnehin.")
    elif last_on < row.starts_on:
        fields["last_on"] = N_("Da hat die Teilnahme noch nicht begonnen.")
    if reason not in REASONS:
        fields["reason"] = N_("Bitte wählen Sie einen Grund.")
    if fields:
        raise InvalidInput(fields=fields)
