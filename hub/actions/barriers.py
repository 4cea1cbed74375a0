"""What is done about barriers: anybody tells of one, a coordinator notes that it is settled."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import limits, log, notices
from hub.actions.notices import Facts
from hub.errors import StepNotPossible
from hub.models.barrier import Barrier
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.barriers import list_readers


def tell_barrier(session: Session, *, words: str, answer_to: str, client: str, at: datetime) -> Barrier:
    """Keep what does not work for somebody, and tell the coordinators that something is new (Directive 2016/2102).

    `client` is the visitor's network address, whose tries are limited (TooManyAttempts, 429); it is not kept here.
    """
    limits.take_try(session, "barrier", client, at)
    barrier = Barrier(words=words.strip(), answer_to=answer_to.strip(), told_at=at)
    session.add(barrier)
    notices.announce(session, "barrier.told", Facts(staff_ids=list_readers(session)), at=at)
    return barrier


def settle_barrier(session: Session, *, actor: Actor, barrier: Barrier, at: datetime) -> None:
    """Note that a barrier was looked after; raises StepNotPossible (409) when it was before."""
    require(actor, Permission.SETTLE_BARRIER, barrier)
    if barrier.settled_at is not None:
        raise StepNotPossible
    barrier.settled_at, barrier.settled_by_id = at, actor.user_id
    log.record(session, actor=actor, action="barrier.settled", thing=barrier, at=at)
