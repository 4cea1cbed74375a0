"""Waiting lists and kept places for tests: short to write, read through the scopes as pages do."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.bookings import cancel_booking
from hub.actions.pools import release_pool
from hub.actions.waiting import join_waiting, leave_waiting
from hub.models.booking import Booking, Waiting
from hub.models.participant import Participant
from hub.models.slot import Pool, Slot
from hub.queries.bookings import get_booking
from hub.queries.invariants import list_broken
from hub.queries.participants import get_participant
from hub.queries.slots import get_slot
from hub.queries.waiting import get_waiting
from tests.places import all_rows
from tests.world import World


def wait_for(
    world: World, slot: Slot, person: Participant, *, by: str = "clara", at: datetime | None = None, **values: Any
) -> Waiting:
    """Let a coach put a person on the waiting list of a date."""
    actor, when = world.actor(by), at or world.at

    def unit(session: Session) -> Waiting:
        found = get_slot(session, actor, slot.public_id)
        who = get_participant(session, actor, person.public_id, at=when)
        return join_waiting(session, actor=actor, slot=found, participant=who, at=when, **values)

    return world.database.run(unit)


def leave(world: World, wish: Waiting, *, by: str = "clara", at: datetime | None = None) -> bool:
    """Let a coach take a wish back or say no to an offer."""
    actor, when = world.actor(by), at or world.at

    def unit(session: Session) -> bool:
        return leave_waiting(
            session, actor=actor, waiting=get_waiting(session, actor, wish.public_id, at=when), at=when
        )

    return world.database.run(unit)


def cancel(world: World, booking: Booking, *, by: str = "clara", at: datetime | None = None) -> None:
    """Let a coach give a place back."""
    actor, when = world.actor(by), at or world.at

    def unit(session: Session) -> None:
        row = get_booking(session, actor, booking.public_id, at=when)
        cancel_booking(session, actor=actor, booking=row, by="coach", at=when)

    world.database.run(unit)


def keep(world: World, slot: Slot, places: int, *, hours: int = 24, **whom: int) -> Pool:
    """Keep places of a date until so many hours before its start, in addition to those it has."""
    with world.database.transaction() as session:
        session.get_one(Slot, slot.id).places += places
        release_at = slot.starts_at - timedelta(hours=hours)
        pool = Pool(slot_id=slot.id, kept=True, places=places, release_at=release_at, **whom)
        session.add(pool)
    return pool


def release(world: World, pool: Pool, at: datetime | None = None) -> bool:
    """Let the clock release a pool."""
    when = at or pool.release_at or world.at
    return world.database.run(lambda session: release_pool(session, pool_id=pool.id, at=when))


def pools(world: World) -> list[tuple[int, int, str]]:
    """Return taken, places and state of every pool by key."""
    return [(pool.taken, pool.places, pool.state.value) for pool in all_rows(world, Pool)]


def states(world: World, table: Any) -> list[str]:
    """Return the state of every row of a table by key."""
    return [row.state.value for row in all_rows(world, table)]


def broken(world: World, at: datetime | None = None) -> list[str]:
    """Return the invariants that do not hold."""
    with world.database.reading() as session:
        return list_broken(session, at=at or world.at)
