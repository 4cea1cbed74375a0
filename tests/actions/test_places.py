"""Many at once: the last place, one person in two dates, one form sent twice; on both databases, with real threads."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.errors import PersonElsewhere, SlotFull, SomebodyWasFaster, StepNotPossible
from hub.models.booking import LIVE, Booking, BookingState
from hub.models.slot import Pool
from hub.queries.bookings import get_booking
from hub.queries.slots import get_slot
from tests.crowd import rush
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.world import World

CROWD = 40


def counters_equal_live_rows(world: World) -> bool:
    with world.database.reading() as session:
        held = dict(
            session.execute(
                select(Booking.pool_id, func.sum(Booking.party))
                .where(Booking.state.in_(LIVE))
                .group_by(Booking.pool_id)
            ).all()
        )
        return all(pool.taken == held.get(pool.id, 0) for pool in session.scalars(select(Pool)))


@pytest.mark.slow
def test_of_forty_people_on_the_last_place_one_gets_it(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=1)
    people = make_people(world, CROWD)
    results = rush([lambda person=person: book(world, slot, person) for person in people])
    assert [r for r in results if isinstance(r, Booking)].__len__() == 1
    assert set(results) - {r for r in results if isinstance(r, Booking)} == {SlotFull}
    assert len(all_rows(world, Booking)) == 1
    assert counters_equal_live_rows(world)


@pytest.mark.slow
def test_as_many_as_there_are_places_get_one_and_all_codes_differ(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=12)
    results = rush([lambda person=person: book(world, slot, person) for person in make_people(world, CROWD)])
    codes = [result.code for result in results if isinstance(result, Booking)]
    assert len(codes) == len(set(codes)) == 12
    assert counters_equal_live_rows(world)


def test_the_same_person_is_never_in_two_overlapping_dates(world: World) -> None:
    offer = make_offer(world)
    start = world.at + timedelta(days=4)
    slots = [make_slot(world, offer, starts_at=start + timedelta(minutes=5 * n)) for n in range(8)]
    results = rush([lambda slot=slot: book(world, slot, world.cast.tarik) for slot in slots])
    assert sum(isinstance(result, Booking) for result in results) == 1
    assert results.count(PersonElsewhere) == 7
    assert counters_equal_live_rows(world)


def test_one_form_sent_many_times_at_once_is_one_booking(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=10)
    results = rush([lambda: book(world, slot, world.cast.tarik, idempotency_key="form-1")] * 8)
    assert {booking.id for booking in results} == {all_rows(world, Booking)[0].id}
    assert len(all_rows(world, Booking)) == 1
    assert counters_equal_live_rows(world)


def cancel(world: World, booking: Booking) -> None:
    actor = world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, actor, booking.public_id, at=world.at)
        cancel_booking(session, actor=actor, booking=row, by="coach", at=world.at)


def test_a_place_given_back_many_times_at_once_is_free_once(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=5)
    bookings = [book(world, slot, person) for person in make_people(world, 3)]
    results = rush([lambda: cancel(world, bookings[0])] * 8)
    assert results.count(None) == 1
    assert set(results) <= {None, SomebodyWasFaster, StepNotPossible}
    assert all_rows(world, Pool)[0].taken == 2
    assert counters_equal_live_rows(world)


def test_moving_back_and_forth_between_two_dates_never_deadlocks(world: World) -> None:
    offer = make_offer(world)
    slots = [make_slot(world, offer, starts_at=world.at + timedelta(days=day), places=12) for day in (5, 6)]
    actor = world.actor("clara")
    bookings = [book(world, slots[n % 2], person) for n, person in enumerate(make_people(world, 10))]

    def swap(n: int) -> None:
        def unit(session: Any) -> None:
            row = get_booking(session, actor, bookings[n].public_id, at=world.at)
            other = get_slot(session, actor, slots[(n + 1) % 2].public_id)
            reschedule_booking(session, actor=actor, booking=row, slot=other, at=world.at)

        world.database.run(unit)

    assert rush([lambda n=n: swap(n) for n in range(10)]) == [None] * 10
    assert counters_equal_live_rows(world)


def test_the_database_itself_refuses_one_place_too_many(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=1)
    with pytest.raises(IntegrityError), world.database.transaction() as session:
        session.get_one(Pool, slot.pools[0].id).taken = 2


def test_the_database_itself_refuses_two_live_places_of_one_person(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=5)
    first = book(world, slot, world.cast.tarik)
    facts = {"slot_id": slot.id, "participant_id": first.participant_id, "access": "anonymous", "made_by": "coach"}
    times = {"starts_at": first.starts_at, "ends_at": first.ends_at, "created_at": world.at, "changed_at": world.at}
    with pytest.raises(IntegrityError), world.database.transaction() as session:
        session.add(Booking(state=BookingState.CONFIRMED, **facts, **times))
