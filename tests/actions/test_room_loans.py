"""Borrowing a room: one of many gets it, nobody is in two places, the lender knows whom to call and nothing else."""

from datetime import timedelta
from functools import partial

import pytest

from hub.actions.appointments import make_appointment
from hub.actions.bookings import book_slot, cancel_booking
from hub.actions.room_loans import borrow_room, return_room
from hub.actions.slots import call_off_slot, move_slot
from hub.errors import InvalidInput, NotAllowed, NotFound, PersonElsewhere, RuleBroken, SlotFull, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.log import LogEntry, LogSubject
from hub.models.notice import Notice
from hub.models.offer import OfferState
from hub.models.participant import Participant
from hub.models.slot import Pool
from hub.models.subscription import FeedKind, Subscription
from hub.queries import invariants
from hub.queries.bookings import get_booking
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from tests.crowd import rush
from tests.places import all_rows, book, make_offer, make_slot
from tests.rooms import HOUR, borrow, lend_room, lent_slot
from tests.world import World


def give_back(world: World, booking: Booking, by: str = "clara") -> None:
    actor = world.actor(by)
    with world.database.transaction() as session:
        own = get_booking(session, actor, booking.public_id, at=world.at)
        return_room(session, actor=actor, booking=own, at=world.at)


def pools(world: World) -> list[int]:
    return [pool.taken for pool in all_rows(world, Pool)]


def test_a_borrowed_room_stands_in_the_coachs_own_time_and_the_lender_is_told(world: World) -> None:
    slot = lent_slot(world)
    made = borrow(world, slot)
    assert (made.access, made.coach_id, made.participant_id, made.code) == ("own", world.user("clara").id, None, None)
    assert (made.starts_at, made.ends_at, made.state) == (slot.starts_at, slot.ends_at, BookingState.CONFIRMED)
    assert pools(world) == [1]
    told = all_rows(world, Notice)
    assert [(one.template, one.organisation_id) for one in told] == [("partner_news", world.cast.town.id)]
    with world.database.reading() as session:
        assert invariants.list_broken(session, at=world.at) == []


def test_a_coach_gives_a_room_back_also_when_the_person_has_another_coach_by_now(world: World) -> None:
    made = borrow(world, lent_slot(world), person=world.cast.heinz)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.heinz.id).coach_id = None
    give_back(world, made)
    assert (all_rows(world, Booking)[0].state, pools(world)) == (BookingState.CANCELLED, [0])


def test_nobody_borrows_a_room_at_a_time_they_never_saw(world: World) -> None:
    slot = lent_slot(world)
    with pytest.raises(RuleBroken):
        borrow(world, slot, seen_at=slot.starts_at - HOUR)
    assert all_rows(world, Booking) == []
    borrow(world, slot, seen_at=slot.starts_at)


def test_a_conversation_in_it_is_a_date_of_the_person_too(world: World) -> None:
    slot = lent_slot(world)
    borrow(world, slot, person=world.cast.heinz)
    other = make_slot(world, make_offer(world), starts_at=slot.starts_at)
    with pytest.raises(PersonElsewhere):
        book(world, other, world.cast.heinz)
    entry = next(one for one in all_rows(world, LogEntry) if one.action == "room.borrowed")
    assert sum(one.log_id == entry.id for one in all_rows(world, LogSubject)) == 1


def test_a_person_who_is_elsewhere_stops_it_and_the_room_stays_free(world: World) -> None:
    slot = lent_slot(world)
    book(world, make_slot(world, make_offer(world), starts_at=slot.starts_at), world.cast.heinz)
    with pytest.raises(PersonElsewhere):
        borrow(world, slot, person=world.cast.heinz)
    assert pools(world) == [0, 1]


def test_the_coach_is_not_in_two_places_the_journey_included(world: World) -> None:
    slot = lent_slot(world)
    visit = {"starts_at": slot.ends_at + timedelta(minutes=30), "ends_at": slot.ends_at + 2 * HOUR}
    actor = world.actor("clara")
    with world.database.transaction() as session:
        tarik = session.get_one(Participant, world.cast.tarik.id)
        make_appointment(session, actor=actor, participant=tarik, travel_minutes=20, at=world.at, **visit)
    with pytest.raises(PersonElsewhere, match="unterwegs"):
        borrow(world, slot, travel_minutes=35)
    assert borrow(world, slot, travel_minutes=30).id


def test_one_form_sent_twice_is_one_loan_and_another_date_under_its_key_is_refused(world: World) -> None:
    offer = lend_room(world)
    slot, later = lent_slot(world, offer), lent_slot(world, offer, hours=3)
    pair = [borrow(world, slot, idempotency_key="k").id for _ in range(2)]
    assert pair[0] == pair[1]
    with pytest.raises(RuleBroken):
        borrow(world, later, idempotency_key="k")


def test_of_many_coaches_at_once_exactly_one_gets_the_room(world: World) -> None:
    slot = lent_slot(world)
    units = [partial(borrow, world, slot, by=("clara", "cem")[number % 2]) for number in range(10)]
    made = rush(units)
    assert sum(isinstance(one, Booking) for one in made) == 1
    assert pools(world) == [1]
    assert len(all_rows(world, Booking)) == 1


def test_one_coach_who_takes_two_rooms_at_once_gets_one(world: World) -> None:
    first, second = lent_slot(world), lent_slot(world, lend_room(world, owner="club", place="gym"))
    made = rush([partial(borrow, world, slot) for slot in (first, second) * 3])
    assert sum(isinstance(one, Booking) for one in made) == 1
    assert sum(pools(world)) == 1


def test_borrowing_and_calling_off_at_once_never_leave_a_loan_in_a_date_that_is_off(world: World) -> None:
    slots = [lent_slot(world, hours=number * 2) for number in range(3)]
    actor = world.actor("gudrun")

    def call_off(slot) -> None:
        def unit(session) -> None:
            call_off_slot(session, actor=actor, slot=get_own_slot(session, actor, slot.public_id), at=world.at)

        world.database.run(unit)

    rush([unit for slot in slots for unit in (partial(borrow, world, slot), partial(call_off, slot))])
    assert [one for one in all_rows(world, Booking) if one.state is BookingState.CONFIRMED] == []
    assert pools(world) == [0, 0, 0]


def test_a_room_given_back_is_there_for_others(world: World) -> None:
    slot = lent_slot(world)
    made = borrow(world, slot, person=world.cast.heinz)
    give_back(world, made)
    assert pools(world) == [0]
    assert borrow(world, slot, by="cem").coach_id == world.user("cem").id
    with pytest.raises(StepNotPossible):
        give_back(world, made)


def test_only_an_own_loan_is_given_back(world: World) -> None:
    slot = lent_slot(world)
    made = borrow(world, slot)
    with pytest.raises(NotFound):
        give_back(world, made, by="cem")
    place = book(world, make_slot(world, make_offer(world), starts_at=slot.starts_at + 3 * HOUR), world.cast.tarik)
    with pytest.raises(StepNotPossible):
        give_back(world, place)


def test_a_person_who_cannot_come_gives_the_room_back_and_the_coach_is_told(world: World) -> None:
    slot = lent_slot(world, days=3)
    made = borrow(world, slot, person=world.cast.heinz)
    with world.database.transaction() as session:
        booking = get_booking(session, world.actor("clara"), made.public_id, at=world.at)
        cancel_booking(session, actor=world.actor("clara"), booking=booking, by="person", at=world.at)
    assert pools(world) == [0]
    assert (world.user("clara").id, "staff_news") in {(one.user_id, one.template) for one in all_rows(world, Notice)}


@pytest.mark.parametrize("person", ["", "heinz"])
@pytest.mark.parametrize("how", ["move", "call_off"])
def test_the_coach_is_told_when_the_lender_moves_or_calls_off(world: World, how: str, person: str) -> None:
    slot = lent_slot(world)
    made = borrow(world, slot, person=world.cast.people[person] if person else None)
    before, actor = len(all_rows(world, Notice)), world.actor("gudrun")
    with world.database.transaction() as session:
        feed = Subscription(
            kind=FeedKind.COACH, user_id=world.user("clara").id, token_digest="t", name="x", created_at=world.at
        )
        session.add(feed)
    with world.database.transaction() as session:
        own = get_own_slot(session, actor, slot.public_id)
        if how == "move":
            times = {"starts_at": slot.starts_at + HOUR, "ends_at": slot.ends_at + HOUR}
            move_slot(session, actor=actor, slot=own, at=world.at, **times)
        else:
            call_off_slot(session, actor=actor, slot=own, at=world.at)
    told = all_rows(world, Notice)[before:]
    assert [(one.user_id, one.slot_id) for one in told] == [(world.user("clara").id, slot.id)]
    assert [one.revision for one in all_rows(world, Subscription)] == [feed.revision + 1]
    row = next(one for one in all_rows(world, Booking) if one.id == made.id)
    moved = (slot.starts_at + HOUR, BookingState.CONFIRMED)
    assert (row.starts_at, row.state) == (moved if how == "move" else (slot.starts_at, BookingState.CANCELLED))


def test_what_is_no_room_is_not_borrowed_and_a_room_is_no_place_for_a_person(world: World) -> None:
    with pytest.raises(RuleBroken):
        borrow(world, make_slot(world, make_offer(world)))
    slot, clara = lent_slot(world), world.actor("clara")
    with world.database.reading() as session:
        heinz = get_participant(session, clara, world.cast.heinz.public_id, at=world.at)
        row = get_slot(session, clara, slot.public_id)
    with pytest.raises(RuleBroken, match="Räume"):
        world.do(book_slot, actor=clara, slot=row, participant=heinz, at=world.at)


def test_a_room_that_is_paused_too_far_ahead_or_past_is_refused(world: World) -> None:
    paused = lent_slot(world, lend_room(world, state=OfferState.PAUSED))
    with pytest.raises(NotFound):
        borrow(world, paused)
    far = lent_slot(world, lend_room(world, window_days=5), days=9)
    with pytest.raises(RuleBroken, match="Tage vorher"):
        borrow(world, far)
    with pytest.raises(InvalidInput):
        borrow(world, lent_slot(world), travel_minutes=241)


def test_only_coaches_borrow(world: World, subtests: pytest.Subtests) -> None:
    slot = lent_slot(world)
    with world.database.reading() as session:
        row = get_slot(session, world.actor("clara"), slot.public_id)
    for key in ["frank", "lena", "petra", "gudrun", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            world.do(borrow_room, actor=world.actor(key), slot=row, at=world.at)


def test_a_coach_meets_only_people_they_look_after(world: World) -> None:
    slot = lent_slot(world)
    with pytest.raises(NotFound):
        borrow(world, slot, person=world.cast.mandy)
    clara, mandy = world.actor("clara"), world.cast.mandy
    with world.database.reading() as session:
        row = get_slot(session, clara, slot.public_id)
    with pytest.raises(NotAllowed):
        world.do(borrow_room, actor=clara, slot=row, participant=mandy, at=world.at)


def test_second_coach_hears_that_somebody_has_it(world: World) -> None:
    slot = lent_slot(world)
    borrow(world, slot)
    with pytest.raises(SlotFull, match="schon jemand"):
        borrow(world, slot, by="cem")
