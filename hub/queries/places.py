"""Places: guarded updates on pools, so that no slot ever takes more than it has."""

from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from hub.errors import SlotFull
from hub.models.slot import Pool, PoolState


def take_places(session: Session, *, slot_id: int, n: int, programme_ids: frozenset[int], jobcenter_id: int) -> int:
    """Take `n` places of a slot and return the pool's id; kept pools for this network first, then the open one.

    Raises SlotFull (409). Safe under concurrency on both databases: one UPDATE with its own guard per pool tried.
    """
    for pool_id in _pools(session, slot_id, programme_ids, jobcenter_id):
        taken = session.execute(
            update(Pool)
            .where(Pool.id == pool_id, Pool.taken + n <= Pool.places, Pool.state == PoolState.OPEN)
            .values(taken=Pool.taken + n)
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", taken).rowcount == 1:
            return pool_id
    raise SlotFull


def _pools(session: Session, slot_id: int, programme_ids: frozenset[int], jobcenter_id: int) -> list[int]:
    mine = or_(~Pool.kept, Pool.programme_id.in_(programme_ids), Pool.organisation_id == jobcenter_id)
    query = select(Pool.id).where(Pool.slot_id == slot_id, Pool.state == PoolState.OPEN, mine)
    return list(session.scalars(query.order_by(Pool.kept.desc(), Pool.id)))


def give_back_places(session: Session, *, pool_id: int, n: int) -> None:
    """Give `n` places back to the pool they came from; only the winner of the state's compare-and-set calls this."""
    session.execute(
        update(Pool)
        .where(Pool.id == pool_id, Pool.taken >= n)
        .values(taken=Pool.taken - n)
        .execution_options(synchronize_session=False)
    )
