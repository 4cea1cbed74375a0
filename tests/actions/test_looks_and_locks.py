"""What somebody changes between the look and the lock of somebody else counts."""

from datetime import timedelta

from hub.actions.pools import release_pool
from hub.actions.slots import move_slot
from hub.errors import SomebodyWasFaster
from hub.models.booking import Booking, BookingState
from hub.models.slot import PoolState
from tests.actions.test_slots import own
from tests.meanwhile import meanwhile
from tests.places import all_rows, book, make_offer, make_slot
from tests.queues import broken, cancel, keep, pools, wait_for

DAY = timedelta(days=1)


def test_a_pool_is_not_released_at_the_time_it_had_before_its_date_was_moved(world):
    slot = make_slot(world, make_offer(world), starts_at=world.at + 3 * DAY)
    pool = keep(world, slot, 2, programme_id=world.cast.resilience.id)
    due = pool.release_at

    def move():
        there = own(world, slot)
        times = {"starts_at": there.starts_at + DAY, "ends_at": there.ends_at + DAY}
        world.do(move_slot, actor=world.actor("sven"), slot=there, **times, at=world.at)

    with meanwhile(world, move):
        released = world.do(release_pool, pool_id=pool.id, at=due)
    assert released is False
    assert {state for _, _, state in pools(world)} == {PoolState.OPEN.value}
    assert world.do(release_pool, pool_id=pool.id, at=due + DAY)


def test_an_offer_that_comes_as_the_person_is_booked_with_somebody_is_not_run_over(world):
    slot = make_slot(world, make_offer(world), places=2)
    full = book(world, slot, world.cast.heinz, party=2)
    wait_for(world, slot, world.cast.tarik)
    with meanwhile(world, lambda: cancel(world, full)):  # Tarik is offered one place, and waits no more
        try:
            booked = book(world, slot, world.cast.tarik, party=2).party
        except SomebodyWasFaster:  # the queue would have to be locked before: nothing happens, the coach looks again
            booked = 0
    assert booked == (2 if world.url.startswith("sqlite") else 0)
    held = (BookingState.CONFIRMED, BookingState.OFFERED)
    taken = [one.party for one in all_rows(world, Booking) if one.state in held]
    assert taken == ([2] if booked else [1])
    assert broken(world) == []
    if not booked:
        assert book(world, slot, world.cast.tarik, party=2).party == 2  # the second look
