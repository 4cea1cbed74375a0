"""Giving kept places back to everybody, by the clock or by the partner; who waits for one is asked first."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, waiting
from hub.policy.actor import SYSTEM, Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import pools
from hub.queries import waiting as queues


def release_pool(session: Session, *, actor: Actor = SYSTEM, pool_id: int, at: datetime) -> bool:
    """Release a kept pool: its free places go to those who wait for the date, then to everybody; taken ones stay.

    One transaction, so that no place looks free while a coach with somebody waiting has not been asked. False when
    it is released already, or when the clock calls before `release_at`. Safe under concurrency on both databases.
    """
    pool = pools.get_pool_by_id(session, pool_id)
    require(actor, Permission.RELEASE_POOL, pool.slot.offer)
    queues.lock_queues(session, [pool.slot_id])
    pool = pools.get_pool_by_id(session, pool_id)  # a date that was moved meanwhile keeps its places longer
    if actor.kind is ActorKind.SYSTEM and (pool.release_at is None or pool.release_at > at):
        return False
    if pools.release(session, pool) is None:
        return False
    purpose = actor.purpose_for(pool.slot.offer.organisation_id)
    log.record(session, actor=actor, action="pool.released", thing=pool.slot, purpose=purpose, at=at)
    waiting.offer_places(session, slot_ids=[pool.slot_id], at=at)
    return True
