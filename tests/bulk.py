"""Bulk jobs for tests: started from what a preview showed, done by the worker; shorter than by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import bulk_jobs
from hub.models.bulk_job import BulkItem, BulkJob
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import User
from hub.policy.actor import Actor
from hub.queries.moved_dates import moves_of
from hub.queries.slots import get_own_slot
from hub.worker.bulk import do_jobs
from tests.places import all_rows
from tests.world import World


def start_ending(
    world: World, slots: Sequence[Slot], how: str = "call_off", who: str | Actor = "sven", seen: str = ""
) -> BulkJob:
    """Start calling these dates off, or leaving them open, as their owner sees them now."""
    actor = world.actor(who) if isinstance(who, str) else who

    def unit(session: Session) -> BulkJob:
        found = _own(session, world, slots)
        facts: dict[str, Any] = {"how": how, "seen": seen, "values": {}, "at": world.at}
        return bulk_jobs.start_ending(session, actor=actor, slots=found, **facts)

    return world.database.run(unit)


def start_moving(
    world: World, slots: Sequence[Slot], days: int, *, despite_busy: bool = False, who: str = "sven"
) -> BulkJob:
    """Start moving these dates, as the preview says now."""

    def unit(session: Session) -> BulkJob:
        found = _own(session, world, slots, who)
        shown = moves_of(session, found, {slot.id for slot in found}, days=days, at=world.at)
        return bulk_jobs.start_moving(
            session,
            actor=world.actor(who),
            slots=found,
            chosen=found,
            days=days,
            expected=shown.digest,
            despite_busy=despite_busy,
            values={},
            at=world.at,
        )

    return world.database.run(unit)


def start_handover(
    world: World, people: Sequence[Participant], to: User, *, from_key: str = "clara", who: str = "lena", seen: str = ""
) -> BulkJob:
    """Start handing these people of one coach to another."""

    def unit(session: Session) -> BulkJob:
        new, old = session.get_one(User, to.id), session.get_one(User, world.user(from_key).id)
        pairs = [(session.get_one(Participant, one.id), new) for one in people]
        return bulk_jobs.start_handover(
            session, actor=world.actor(who), people=pairs, coach=old, seen=seen, at=world.at
        )

    return world.database.run(unit)


def _own(session: Session, world: World, slots: Sequence[Slot], who: str = "sven") -> list[Slot]:
    return [get_own_slot(session, world.actor(who), slot.public_id) for slot in slots]


def work(world: World, at: datetime | None = None) -> None:
    """Let the worker do what there is to do."""
    do_jobs(world.database, at or world.at)


def outcome(world: World) -> list[str]:
    """Return what became of each date or person, in the order of doing: "done", or why it was left."""
    found = sorted(all_rows(world, BulkItem), key=lambda one: (one.job_id, one.unit, one.id))
    return [one.why.value if one.why else one.state.value for one in found]
