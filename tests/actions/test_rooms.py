"""No room twice, whoever comes at the same moment: new dates, moved dates, and both against each other."""

from datetime import time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.orm import Session

from calendars.rule import Frequency, Rule, WeekdayTime
from hub.actions.series import publish_series
from hub.actions.slots import call_off_slot, move_slot
from hub.errors import RuleBroken
from hub.models.offer import Offer
from hub.models.room_tick import RoomTick, ticks_between
from hub.models.series import Series
from hub.models.slot import Slot
from hub.queries.own_offers import get_own_offer
from hub.queries.series import Plan
from hub.queries.slots import get_own_slot
from tests.crowd import rush
from tests.places import all_rows, make_offer, make_slot
from tests.world import World

HOUR = timedelta(hours=1)


def room_of(world: World) -> Any:
    return world.cast.locations["town_hall"].rooms[0]


def moving(world: World, slot: Slot, *, start: Any, minutes: int = 60) -> int:
    actor, times = world.actor("sven"), {"starts_at": start, "ends_at": start + timedelta(minutes=minutes)}

    def unit(session: Session) -> int:
        own = get_own_slot(session, actor, slot.public_id)
        return move_slot(session, actor=actor, slot=own, room=room_of(world), at=world.at, **times)

    return world.database.run(unit)


def publishing(world: World, offer: Offer, start: time, end: time) -> Series:
    actor, room = world.actor("sven"), room_of(world)
    rule = Rule(frequency=Frequency.WEEKLY, starts_on=world.at.date(), count=3, weekdays=(WeekdayTime(3, start, end),))
    plan = Plan(rule=rule, places=2, location_id=room.location_id, room_id=room.id)

    def unit(session: Session) -> Series:
        own = get_own_offer(session, actor, offer.public_id)
        return publish_series(session, actor=actor, offer=own, plan=plan, at=world.at)

    return world.database.run(unit)


def in_the_room(world: World) -> list[Slot]:
    return [slot for slot in all_rows(world, Slot) if slot.room_id == room_of(world).id]


def never_twice(world: World) -> None:
    """The rows say it: no two dates of the room share time, and each one has exactly its own ticks."""
    slots = sorted(in_the_room(world), key=lambda slot: slot.starts_at)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(slots))
    wanted = {(slot.room_id, tick, slot.id) for slot in slots for tick in ticks_between(slot.starts_at, slot.ends_at)}
    assert {(row.room_id, row.tick, row.slot_id) for row in all_rows(world, RoomTick)} == wanted


def test_of_many_dates_moved_into_one_room_at_one_time_one_gets_in(world: World) -> None:
    offer, start = make_offer(world), world.at + timedelta(days=3, hours=2)
    slots = [make_slot(world, offer, starts_at=start + number * HOUR) for number in range(1, 7)]
    results = rush([partial(moving, world, slot, start=start) for slot in slots])
    assert results.count(RuleBroken) == len(slots) - 1
    assert len(in_the_room(world)) == 1
    never_twice(world)


def test_dates_moved_into_a_room_at_overlapping_times_never_share_it(world: World) -> None:
    offer, day = make_offer(world), world.at + timedelta(days=3)
    slots = [make_slot(world, offer, starts_at=day + number * HOUR) for number in range(6)]
    rush(
        [
            partial(moving, world, slot, start=day + timedelta(minutes=25 * number), minutes=60)
            for number, slot in enumerate(slots)
        ]
    )
    assert len(in_the_room(world)) >= 1
    never_twice(world)


def test_a_series_and_a_moved_date_at_once_never_share_the_room(world: World) -> None:
    offer = make_offer(world)
    thursday = world.at + timedelta(days=3)
    slots = [make_slot(world, offer, starts_at=thursday + timedelta(minutes=30 * number)) for number in range(3)]
    units = [partial(moving, world, slot, start=slot.starts_at, minutes=30) for slot in slots]
    units += [partial(publishing, world, offer, time(8, 30), time(10)) for _ in range(3)]
    results = rush(units)
    assert sum(isinstance(one, Series) for one in results) <= 1
    assert any(one is not RuleBroken for one in results)
    never_twice(world)


def test_a_date_called_off_at_the_same_moment_leaves_the_room_to_one_who_asked(world: World) -> None:
    offer, start = make_offer(world), world.at + timedelta(days=3)
    there, waiting = make_slot(world, offer, starts_at=start), make_slot(world, offer, starts_at=start + 3 * HOUR)
    moving(world, there, start=start)
    actor = world.actor("sven")

    def call_off(session: Session) -> None:
        own = get_own_slot(session, actor, there.public_id)
        call_off_slot(session, actor=actor, slot=own, at=world.at)

    rush([lambda: world.database.run(call_off), partial(moving, world, waiting, start=start)])
    if not any(slot.starts_at == start for slot in in_the_room(world) if slot.id == waiting.id):
        moving(world, waiting, start=start)  # the room is free by now in either order
    assert {row.slot_id for row in all_rows(world, RoomTick)} == {waiting.id}


def test_a_move_out_of_the_room_makes_it_free(world: World) -> None:
    offer, start = make_offer(world), world.at + timedelta(days=3)
    first, second = make_slot(world, offer, starts_at=start), make_slot(world, offer, starts_at=start + 5 * HOUR)
    moving(world, first, start=start)
    with pytest.raises(RuleBroken):
        moving(world, second, start=start + HOUR / 2)
    moving(world, first, start=start + HOUR)
    moving(world, second, start=start)
    never_twice(world)
