"""The outbox as the worker sees it: take, report, give back after a crash, hand over to the phone, give up, revive."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.notices import Facts, announce
from hub.models.notice import Channel, Notice, NoticeState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import digests, notices, person_notices
from hub.queries.covers import list_deputies, list_left_alone, list_team_leads
from hub.queries.person_news import WITH_ANOTHER
from hub.queries.quiet_hours import leaves_at
from hub.queries.states import move

LEASE = timedelta(minutes=10)
MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)


def take_notice(session: Session, *, actor: Actor, at: datetime) -> Notice | None:
    """Lease the oldest due notice to one worker for ten minutes, so that no other sends it; None when none is due.

    News that only say that something is new take all others for the same reader along: one mail tells them all.
    With the first try of a coach's mail those are told who stand in for the coach now.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    while (first := notices.lock_due_notice(session, at=at)) is not None:
        told = [first, *digests.lock_others(session, first, at=at)]
        needless = digests.find_needless(session, told)
        for key, why in needless.items():
            note_dropped(session, actor=actor, notice=next(one for one in told if one.id == key), why=why, at=at)
        left = [one for one in told if one.id not in needless]
        if left:
            return _lease(session, left, at)
    return None


def _lease(session: Session, told: list[Notice], at: datetime) -> Notice:
    """Lease all that one mail tells; the first of them gives the mail its number."""
    first = told[0]
    if first.tries == 0:
        _pass_on(session, first, at)
    for one in told:
        values = {"tries": one.tries + 1, "next_at": at + LEASE, "sent_with_id": None if one is first else first.id}
        move(session, one, NoticeState.SENDING, at=at, **values)
    return first


def _pass_on(session: Session, notice: Notice, at: datetime) -> None:
    """Tell also whoever stands in for a coach; where the coach is gone and nobody does, the team lead.

    Each gets a mail of their own, so that one that cannot be delivered holds up no other.
    """
    if notice.template != "staff_news" or notice.user_id is None:
        return
    deputies = list_deputies(session, notice.user_id, at=at)
    if deputies:
        announce(session, "coach.covered", Facts(staff_ids=deputies), at=at)
    elif left_alone := list_left_alone(session, notice.user_id):
        announce(session, "coach.gone", Facts(lead_ids=list_team_leads(session, left_alone)), at=at)


def return_stuck_notices(session: Session, *, actor: Actor, at: datetime) -> int:
    """Queue again what a worker took and never reported on; it keeps its Message-ID. Return how many.

    A notice during whose sending the worker ended eight times is dead: it may well be the reason.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    stuck = notices.lock_stuck_notices(session, at=at)
    for notice in stuck:
        if notice.tries >= MOST_TRIES:
            _give_up(session, actor, notice, "interrupted", at)
        else:
            move(session, notice, NoticeState.QUEUED, at=at, next_at=at, trouble="interrupted")
    return len(stuck)


def note_sent(session: Session, *, actor: Actor, notice: Notice, at: datetime) -> None:
    """Report a notice as handed over to the mail server."""
    require(actor, Permission.RUN_MAINTENANCE)
    move(session, notice, NoticeState.SENT, at=at, sent_at=at, trouble="")
    log.record(session, actor=actor, action="notice.sent", thing=notice, purpose=notice.template, at=at)
    if notice.participant_id is not None:
        for other in person_notices.list_siblings(session, notice, at=at):  # one mail says it for all their dates
            note_dropped(session, actor=actor, notice=other, why=WITH_ANOTHER, at=at)
    for one in digests.lock_sent_with(session, notice):
        note_dropped(session, actor=actor, notice=one, why=WITH_ANOTHER, at=at)


def note_dropped(session: Session, *, actor: Actor, notice: Notice, why: str, at: datetime) -> None:
    """Report a notice as no longer to be sent: recipient gone, or its reason ended meanwhile (R-CON-12).

    What its mail would have told besides goes back into the queue. What a person did not hear because the way was
    closed gives its key back, so that a way chosen since tells it.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    for one in digests.lock_sent_with(session, notice):
        move(session, one, NoticeState.QUEUED, at=at, tries=one.tries - 1, next_at=at, sent_with_id=None)
    again = {"key": None} if why in person_notices.WAY_CLOSED else {}
    move(session, notice, NoticeState.DROPPED, at=at, trouble=why, **again)
    log.record(session, actor=actor, action="notice.dropped", thing=notice, purpose=why, at=at)


def note_unaddressed(session: Session, *, actor: Actor, notice: Notice, at: datetime) -> None:
    """Report that no mail reaches the recipient: a running organisation is phoned, a person is their coach's to tell.

    Anybody else is gone (dropped).
    """
    require(actor, Permission.RUN_MAINTENANCE)
    gone = notice.organisation_id is None or not notices.is_running(session, notice.organisation_id)
    for one in (*digests.lock_sent_with(session, notice), notice):
        if gone and one.participant_id is None:
            note_dropped(session, actor=actor, notice=one, why="nobody", at=at)
        else:
            _give_up(session, actor, one, "nobody", at)


def drop_call(session: Session, *, actor: Actor, notice_id: int, at: datetime) -> bool:
    """Take back a call whose reason has ended, for instance because the answer came; False when it was made."""
    require(actor, Permission.RUN_MAINTENANCE)
    notice = notices.lock_needless_call(session, notice_id, at=at)
    if notice is None:
        return False
    note_dropped(session, actor=actor, notice=notice, why="settled", at=at)
    return True


def drop_notice_to_person(session: Session, *, actor: Actor, notice_id: int, at: datetime) -> bool:
    """Take back a call or a letter to a person that has lost its reason or their consent; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    notice = notices.lock_notice(session, notice_id)
    why = person_notices.why_not(session, notice, at=at) if notice.state is NoticeState.QUEUED else ""
    if why:
        note_dropped(session, actor=actor, notice=notice, why=why, at=at)
    return bool(why)


def note_failed(session: Session, *, actor: Actor, notice: Notice, trouble: str, at: datetime) -> None:
    """Report a failed try: again after a doubling pause; after eight (about two hours) a desk is phoned, else dead."""
    require(actor, Permission.RUN_MAINTENANCE)
    for one in (*digests.lock_sent_with(session, notice), notice):
        if one.tries >= MOST_TRIES:
            _give_up(session, actor, one, trouble, at)
        else:
            next_at = at + FIRST_PAUSE * 2 ** (one.tries - 1)
            if one.participant_id is not None:
                next_at = leaves_at(next_at, to_person=True)
            move(session, one, NoticeState.QUEUED, at=at, next_at=next_at, trouble=trouble)


def revive_notice(session: Session, *, actor: Actor, notice: Notice, at: datetime) -> None:
    """Queue a dead notice once more, by hand."""
    require(actor, Permission.SEE_OUTBOX, notice)
    move(session, notice, NoticeState.QUEUED, at=at, next_at=at, tries=0, trouble="")
    log.record(session, actor=actor, action="notice.revived", thing=notice, at=at)


def _give_up(session: Session, actor: Actor, notice: Notice, trouble: str, at: datetime) -> None:
    """No mail gets through: what was for an organisation is phoned by its umbrella or network, the rest is dead.

    What was for a person is their coach's to say.
    """
    desk = notice.organisation_id is not None and notices.has_desk(session, notice.organisation_id)
    if desk or notice.participant_id is not None:
        values = {"channel": Channel.CALL, "tries": 0, "next_at": at, "trouble": trouble}
        move(session, notice, NoticeState.QUEUED, at=at, **values)
        log.record(session, actor=actor, action="notice.to_phone", thing=notice, purpose=trouble, at=at)
        return
    move(session, notice, NoticeState.DEAD, at=at, trouble=trouble)
    log.record(session, actor=actor, action="notice.dead", thing=notice, purpose=trouble, at=at)
