"""Bulk jobs beside all else that happens: sent twice at once, booked and moved meanwhile, rooms that turn busy."""

from datetime import timedelta

import pytest

from hub.actions import bulk_jobs
from hub.actions.slots import move_slot
from hub.errors import RoomBusy
from hub.models.booking import Booking
from hub.models.bulk_job import BulkItem, BulkJob
from hub.models.slot import Slot, SlotState
from hub.queries import invariants
from hub.worker.bulk import do_jobs
from tests.actions.test_busy_rooms import busy_at, town_slot
from tests.actions.test_slots import own
from tests.bulk import outcome, start_ending, start_handover, start_moving, work
from tests.crowd import rush
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.worker.test_deputies import hire

DAY = timedelta(days=1)


def dates(world, n):
    offer = make_offer(world)
    return [make_slot(world, offer, starts_at=world.at + (3 + day) * DAY, places=30) for day in range(n)]


def sound(world):
    with world.database.reading() as session:
        return invariants.list_broken(session, at=world.at)


def test_what_is_sent_twice_at_the_same_moment_is_one_job(world):
    slots, fred, people = dates(world, 3), hire(world), make_people(world, 3)
    made = rush([lambda: start_ending(world, slots, seen="0123456789abcdef")] * 4)
    made += rush([lambda: start_handover(world, people, fred, seen="fedcba9876543210")] * 4)
    assert len({job.id for job in made}) == 2
    assert (len(all_rows(world, BulkJob)), len(all_rows(world, BulkItem))) == (2, 6)


def test_people_book_move_and_stop_while_the_worker_goes_on_and_nothing_breaks(world):
    slots, people = dates(world, 10), make_people(world, 10)
    for slot in slots[:5]:
        book(world, slot, people[0])
    job = start_ending(world, slots)

    def shift(slot):
        found = own(world, slot)
        times = {"starts_at": found.starts_at + DAY / 24, "ends_at": found.ends_at + DAY / 24}
        world.do(move_slot, actor=world.actor("sven"), slot=found, at=world.at, **times)

    busy = [
        lambda slot=slot, person=person: book(world, slot, person) for slot, person in zip(slots, people, strict=True)
    ]
    busy += [lambda slot=slot: shift(slot) for slot in slots[7:]]
    stop = [lambda: world.do(bulk_jobs.stop_job, actor=world.actor("sven"), job=job, at=world.at)]
    rush([lambda: do_jobs(world.database, world.at)] * 2 + busy + stop)
    work(world)
    assert sound(world) == []
    became = {item.slot_id: item.state for item in all_rows(world, BulkItem)}
    off = {slot.id for slot in all_rows(world, Slot) if slot.state is SlotState.CALLED_OFF}
    assert off == {slot_id for slot_id, state in became.items() if state == "done"}, "the report says what is so"
    assert "open" not in outcome(world)
    held = [one.slot_id for one in all_rows(world, Booking) if one.state == "confirmed"]
    assert not off & set(held)


def test_a_room_that_turns_busy_is_left_and_taken_only_when_that_was_said(world):
    slots = [town_slot(world, days) for days in (3, 4)]
    busy_at(world, slots[1].starts_at + 7 * DAY)
    with pytest.raises(RoomBusy):
        start_moving(world, slots, 7, who="gudrun")
    assert all_rows(world, BulkJob) == []
    start_moving(world, slots, 7, who="gudrun", despite_busy=True)
    work(world)
    start_moving(world, slots, 7, who="gudrun")  # free when it was looked at
    busy_at(world, slots[0].starts_at + 14 * DAY)
    work(world)
    assert outcome(world) == ["done", "done", "room_busy", "done"]
    moved = [(one.starts_at - slot.starts_at).days for one, slot in zip(all_rows(world, Slot), slots, strict=True)]
    assert moved == [7, 14]
