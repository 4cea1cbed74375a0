"""Places: guarded updates on pools, so that no slot ever takes more than it has."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Integer, Select, Update, bindparam, or_, select, update
from sqlalchemy.orm import Session

from hub.errors import SlotFull
from hub.models.participant import Participant, ParticipationState
from hub.models.slot import Pool, PoolState, Slot
from hub.models.user import Membership, Role
from hub.policy.actor import Actor


@dataclass(frozen=True)
class Taker:
    """For whom places are wanted: kept pools of these networks and organisations are open to them."""

    programme_ids: frozenset[int]
    organisation_ids: frozenset[int]

    def may_take(self, pool: Pool) -> bool:
        """Tell whether places of this pool can be had now; the same rule as `open_pools`."""
        mine = pool.programme_id in self.programme_ids or pool.organisation_id in self.organisation_ids
        return pool.state is PoolState.OPEN and (not pool.kept or mine)

    @property
    def open_pools(self) -> ColumnElement[bool]:
        """The condition on Pool under which places can be had."""
        return _open_to(self.programme_ids, self.organisation_ids)


def _open_to(networks: Any, organisations: Any) -> ColumnElement[bool]:
    mine = or_(Pool.programme_id.in_(networks), Pool.organisation_id.in_(organisations))
    return (Pool.state == PoolState.OPEN) & (~Pool.kept | mine)


# Built once, as every booking asks them; pools kept for the taker come first.
_NETWORKS: Any = bindparam("networks", expanding=True)
_ORGANISATIONS: Any = bindparam("organisations", expanding=True)
_POOLS = (
    select(Pool.id)
    .where(Pool.slot_id == bindparam("slot"), _open_to(_NETWORKS, _ORGANISATIONS))
    .order_by(Pool.kept.desc(), Pool.id)
)
_N: Any = bindparam("n", type_=Integer())
_TAKE = (
    update(Pool)
    .where(Pool.id == bindparam("pool"), Pool.taken + _N <= Pool.places, Pool.state == PoolState.OPEN)
    .values(taken=Pool.taken + _N)
    .execution_options(synchronize_session=False)
)
ANYBODY = Taker(frozenset(), frozenset())  # to whom only the open pool is open


def taker_of(actor: Actor) -> Taker:
    """Return for whom a coach could want places: any person of the own networks and houses."""
    return Taker(actor.programme_ids, actor.organisations(Role.COACH))


def taker_for(session: Session, person: Participant, programme_ids: Iterable[int]) -> Taker:
    """Return whose places one person may have: of these networks, of the Jobcenter, and where the coach works."""
    return Taker(frozenset(programme_ids), frozenset({person.jobcenter_id, *session.scalars(_where_coached(person))}))


def taker_of_person(session: Session, person: Participant) -> Taker:
    """Return whose places one person may have, by all admitted participations (which must be loaded)."""
    return taker_for(session, person, _networks_of(person))


def open_pools_of_person(person: Participant) -> ColumnElement[bool]:
    """The condition on Pool under which one person can have places, as `taker_of_person` says, without a statement."""
    known = Taker(frozenset(_networks_of(person)), frozenset({person.jobcenter_id}))
    coached = (Pool.state == PoolState.OPEN) & Pool.organisation_id.in_(_where_coached(person))
    return or_(known.open_pools, coached)


def _networks_of(person: Participant) -> list[int]:
    return [one.programme_id for one in person.participations if one.state is ParticipationState.ADMITTED]


def _where_coached(person: Participant) -> Select[int]:
    return select(Membership.organisation_id).where(
        Membership.user_id == person.coach_id, Membership.role == Role.COACH, Membership.ended_at.is_(None)
    )


def free_for(slot: Slot, taker: Taker) -> int:
    """Return the places of a loaded date that somebody could still have, of all pools together."""
    return sum(pool.places - pool.taken for pool in slot.pools if taker.may_take(pool))


def fits(slot: Slot, taker: Taker, n: int) -> bool:
    """Tell whether one pool of a loaded date has `n` places: places of one booking lie in one pool."""
    return any(pool.places - pool.taken >= n for pool in slot.pools if taker.may_take(pool))


def has_places(session: Session, *, slot_id: int, n: int, taker: Taker) -> bool:
    """Tell whether `take_places` would find `n` places now; safe after the date is locked."""
    enough = (Pool.slot_id == slot_id, taker.open_pools, Pool.taken + n <= Pool.places)
    return session.scalar(select(Pool.id).where(*enough).limit(1)) is not None


def is_any_left(session: Session, slot_id: int) -> bool:
    """Tell whether a date has a place left in any pool, whoever may have it."""
    left = (Pool.slot_id == slot_id, Pool.state == PoolState.OPEN, Pool.taken < Pool.places)
    return session.scalar(select(Pool.id).where(*left).limit(1)) is not None


def take_places(session: Session, *, slot_id: int, n: int, taker: Taker) -> int:
    """Take `n` places of a slot and return the pool's id; pools kept for this taker first, then the open one.

    Raises SlotFull (409). Safe under concurrency on both databases: one UPDATE with its own guard per pool tried.
    """
    of = {"networks": sorted(taker.programme_ids), "organisations": sorted(taker.organisation_ids)}
    for pool_id in session.scalars(_POOLS, {"slot": slot_id, **of}).all():
        if _is_changed(session.execute(_TAKE, {"pool": pool_id, "n": n})):
            return pool_id
    raise SlotFull


def lock_pools(session: Session, slot_ids: Collection[int]) -> None:
    """Lock all pools of these slots in order of id, so that two courses never wait for each other in a ring."""
    query = select(Pool.id).where(Pool.slot_id.in_(sorted(slot_ids))).order_by(Pool.id)
    session.execute(query.with_for_update(key_share=True)).all()


def widen_open_pool(session: Session, *, slot_id: int, by: int) -> bool:
    """Let the open pool of a slot have so many places more (or fewer); False when more are taken than would be left.

    The slot's own row is locked before. One guarded UPDATE, so that nobody loses a place that was just taken.
    """
    changed = session.execute(
        update(Pool)
        .where(Pool.slot_id == slot_id, ~Pool.kept, Pool.taken <= Pool.places + by)
        .values(places=Pool.places + by)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", changed).rowcount == 1


def give_back_places(session: Session, *, pool_id: int, n: int) -> None:
    """Give `n` places back to the pool they came from; only the winner of the state's compare-and-set calls this.

    A released pool has no free places: what comes back to it becomes a place of the date's open pool.
    """
    returned = update(Pool).where(Pool.id == pool_id, Pool.taken >= n)
    if _changed(session, returned.where(Pool.state == PoolState.OPEN).values(taken=Pool.taken - n)):
        return
    shrunk = returned.where(Pool.state == PoolState.RELEASED)
    if _changed(session, shrunk.values(taken=Pool.taken - n, places=Pool.places - n)):
        slot_id = session.scalar(select(Pool.slot_id).where(Pool.id == pool_id))
        add_to_open(session, slot_id or 0, n)


def drop_places(session: Session, *, slot_id: int, pool_id: int, n: int) -> None:
    """Let `n` places that were given back just now fall away; the date's own row is locked and has so many fewer."""
    fewer = update(Pool).where(Pool.id == pool_id, Pool.state == PoolState.OPEN, Pool.taken + n <= Pool.places)
    if not _changed(session, fewer.values(places=Pool.places - n)):
        widen_open_pool(session, slot_id=slot_id, by=-n)  # what comes back to a released pool lies in the open one


def add_to_open(session: Session, slot_id: int, n: int) -> None:
    """Make the open pool of a date `n` places larger."""
    _changed(session, update(Pool).where(Pool.slot_id == slot_id, ~Pool.kept).values(places=Pool.places + n))


def _changed(session: Session, statement: Update) -> bool:
    return _is_changed(session.execute(statement.execution_options(synchronize_session=False)))


def _is_changed(done: Any) -> bool:
    return cast("CursorResult[Any]", done).rowcount == 1
