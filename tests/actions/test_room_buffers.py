"""A room needs minutes between two dates: in its ticks, in every preview, and for dates that were there before."""

from datetime import time, timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import select

from calendars.rule import Frequency, Rule, WeekdayTime
from hub.actions.locations import RoomEntries, update_room
from hub.errors import RuleBroken
from hub.models.room_tick import RoomTick, ticks_between
from hub.models.slot import Slot
from hub.queries.locations import get_location
from hub.queries.moved_rooms import list_without_room
from hub.queries.room_ticks import take_room
from hub.queries.series import Plan, PlannedDate, plan_dates
from tests.actions.test_rooms import HOUR, in_the_room, moving, publishing, room_of
from tests.crowd import rush
from tests.places import all_rows, make_offer, make_slot
from tests.web.test_slots import MOVED
from tests.world import World

QUARTER = timedelta(minutes=15)


def give_buffer(world: World, minutes: int) -> None:
    """Let the town say how long the room stays free after each date."""
    gudrun, known = world.actor("gudrun"), room_of(world)
    with world.database.transaction() as session:
        place = get_location(session, gudrun, world.cast.locations["town_hall"].public_id)
        room = next(one for one in place.rooms if one.id == known.id)
        entries = RoomEntries(name=room.name, places=room.places, lendable=room.lendable, buffer_minutes=minutes)
        update_room(session, actor=gudrun, location=place, room=room, entries=entries, at=world.at)


def two_dates(world: World) -> tuple[Slot, Slot]:
    """A date in the room, and one that is to be moved there."""
    offer = make_offer(world)
    start = world.at + timedelta(days=3)
    first, other = (make_slot(world, offer, starts_at=start + n * 9 * HOUR) for n in range(2))
    moving(world, first, start=start)
    return first, other


def test_between_two_dates_of_a_room_lies_its_buffer_on_either_side(world: World) -> None:
    give_buffer(world, 15)
    first, other = two_dates(world)
    for start in (first.ends_at, first.ends_at + timedelta(minutes=10), first.starts_at - HOUR):
        with pytest.raises(RuleBroken, match="schon vergeben"):
            moving(world, other, start=start)
    moving(world, other, start=first.starts_at - HOUR - QUARTER)
    moving(world, other, start=first.ends_at + QUARTER)
    assert len(all_rows(world, RoomTick)) == 2 * (12 + 3)


def test_without_a_buffer_dates_follow_each_other(world: World) -> None:
    first, other = two_dates(world)
    moving(world, other, start=first.ends_at)
    assert len(in_the_room(world)) == 2


def test_of_many_dates_at_once_none_comes_closer_than_the_buffer(world: World) -> None:
    give_buffer(world, 15)
    offer, start = make_offer(world), world.at + timedelta(days=3, hours=2)
    slots = [make_slot(world, offer, starts_at=start + n * HOUR) for n in range(1, 7)]
    steps = [partial(moving, world, slot, start=start + n * timedelta(minutes=35)) for n, slot in enumerate(slots)]
    rush(steps)
    there = sorted(in_the_room(world), key=lambda slot: slot.starts_at)
    assert there
    assert all(one.ends_at + QUARTER <= other.starts_at for one, other in pairwise(there))


def test_a_new_buffer_holds_for_dates_that_are_there_and_a_smaller_one_gives_the_time_back(world: World) -> None:
    first, other = two_dates(world)
    give_buffer(world, 30)
    with pytest.raises(RuleBroken, match="schon vergeben"):
        moving(world, other, start=first.ends_at + QUARTER)
    give_buffer(world, 10)
    moving(world, other, start=first.ends_at + QUARTER)
    give_buffer(world, 60)  # they lie closer already, and stay
    ticks = {(row.tick, row.slot_id) for row in all_rows(world, RoomTick)}
    for slot in in_the_room(world):
        assert {(tick, slot.id) for tick in ticks_between(slot.starts_at, slot.ends_at)} <= ticks
    give_buffer(world, 0)
    assert len(all_rows(world, RoomTick)) == 2 * 12


def test_the_preview_of_a_move_says_so_before(world: World, sign_in) -> None:
    give_buffer(world, 15)
    first, second = (make_slot(world, make_offer(world)) for _ in "12")
    sven, asked = sign_in("sven"), MOVED | {"room": room_of(world).public_id}
    assert sven.post(f"/slots/{first.public_id}/move", data=asked).status_code == 303
    for start, end, answer in (("11:00", "12:00", 409), ("08:50", "09:50", 409), ("11:15", "12:00", 200)):
        page = sven.get(f"/slots/{second.public_id}/move", query_string=asked | {"start": start, "end": end})
        assert page.status_code == answer
        assert ("schon vergeben" in page.text) is (answer == 409)


def test_the_preview_of_a_series_and_its_making_say_the_same(world: World) -> None:
    give_buffer(world, 15)
    publishing(world, make_offer(world), time(11, 0), time(12, 0))
    for start, taken in ((time(12, 0), True), (time(12, 15), False)):
        assert [one.room_taken for one in previewed(world, start, time(13, 0))] == [taken] * 3
    with pytest.raises(RuleBroken, match="schon vergeben"):
        publishing(world, make_offer(world), time(12, 0), time(13, 0))
    assert publishing(world, make_offer(world), time(12, 15), time(13, 0)).id


def previewed(world: World, start: time, end: time) -> list[PlannedDate]:
    rule = Rule(frequency=Frequency.WEEKLY, starts_on=world.at.date(), count=3, weekdays=(WeekdayTime(3, start, end),))
    plan = Plan(rule=rule, places=2, location_id=room_of(world).location_id, room_id=room_of(world).id)
    first = world.at.date()
    with world.database.reading() as session:
        return plan_dates(
            session, plan, organisation_id=world.cast.club.id, first=first, last=first + timedelta(days=60), at=world.at
        )


def test_dates_moved_by_days_together_keep_the_buffer_from_one_that_stays(world: World) -> None:
    give_buffer(world, 15)
    first, other = two_dates(world)
    moving(world, other, start=first.ends_at + timedelta(days=1))
    with world.database.reading() as session:
        rows = session.scalars(select(Slot).where(Slot.id == other.id)).all()
        for minutes, stopped in ((0, {other.id}), (15, set())):
            start = first.ends_at + timedelta(minutes=minutes)
            assert list_without_room(session, rows, {other.id: (start, start + HOUR)}, [other.id]) == stopped


def test_pieces_of_one_series_follow_each_other_and_somebody_elses_date_does_not(world: World) -> None:
    give_buffer(world, 15)
    offer, room = make_offer(world), room_of(world)
    series = publishing(world, make_offer(world), time(8, 0), time(9, 0))
    start = world.at + timedelta(days=20)
    with world.database.transaction() as session:
        pieces = [
            Slot(
                offer_id=series.offer_id,
                series_id=series.id,
                room_id=room.id,
                occurrence_on=start.date(),
                occurrence_index=n,
                starts_at=start + n * HOUR,
                ends_at=start + (n + 1) * HOUR,
                places=1,
                created_at=world.at,
                changed_at=world.at,
            )
            for n in range(3)
        ]
        session.add_all(pieces)
        session.flush()
        take_room(session, pieces, despite_busy=True, at=world.at)
    slot = make_slot(world, offer)
    with pytest.raises(RuleBroken, match="schon vergeben"):
        moving(world, slot, start=start + 3 * HOUR)
    moving(world, slot, start=start + 3 * HOUR + QUARTER)
