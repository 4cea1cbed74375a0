"""One place called off by its partner: the others stay, the coach hears, and the place goes where the reason says."""

from datetime import timedelta

import pytest

from hub.actions.bookings import cancel_booking
from hub.actions.one_place import cancel_place
from hub.actions.slots import call_off_slot, restore_slot
from hub.actions.waiting import join_waiting
from hub.errors import NotAllowed, RuleBroken, StepNotPossible
from hub.models.booking import ONE_PLACE, Booking, BookingState, PlaceReason, Waiting, WaitingState
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.slot import Pool, PoolState, Slot
from hub.queries.bookings import get_booking
from hub.queries.invariants import list_broken
from hub.queries.one_place import get_place
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from tests.crowd import rush
from tests.loop import ask, now, rows, say
from tests.places import book, make_offer, make_people, make_slot


def give_back(world, slot, booking, reason=PlaceReason.NO_CAPACITY, *, by="sven", at=None):
    """Let a partner call one place off."""
    actor, when = world.actor(by), at or world.at

    def unit(session):
        own = get_own_slot(session, actor, slot.public_id)
        place = get_place(session, actor, own, booking.public_id, at=when)
        cancel_place(session, actor=actor, slot=own, booking=place, reason=reason, at=when)

    world.database.run(unit)


def join(world, slot, person):
    actor = world.actor("clara")

    def unit(session):
        date = get_slot(session, actor, slot.public_id)
        who = get_participant(session, actor, person.public_id, at=world.at)
        return join_waiting(session, actor=actor, slot=date, participant=who, at=world.at)

    return world.database.run(unit)


def places(world, slot):
    """Return the places of a date and how many are taken, as date and pools have them."""
    pools = rows(world, Pool, Pool.slot_id == slot.id)
    return now(world, slot).places, sum(one.places for one in pools), sum(one.taken for one in pools)


def holds(world):
    with world.database.reading() as session:
        return list_broken(session, at=world.at)


@pytest.mark.parametrize("reason", [PlaceReason.NO_CAPACITY, PlaceReason.ILL_STAFF])
def test_a_place_for_which_there_is_no_room_falls_away_and_nobody_gets_it(world, reason):
    slot = make_slot(world, make_offer(world), places=2)
    first, second, third = make_people(world, 3)
    gone, stays = book(world, slot, first), book(world, slot, second)
    wish = join(world, slot, third)
    give_back(world, slot, gone, reason)
    booking = now(world, gone)
    found = (booking.state, booking.cancelled_by, booking.cancelled_why, booking.sequence)
    assert found == (BookingState.CANCELLED, ONE_PLACE, reason, 1)
    assert now(world, stays).state is BookingState.CONFIRMED
    assert places(world, slot) == (1, 1, 1)
    assert now(world, wish).state is WaitingState.WAITING, "there is no place to offer"
    assert holds(world) == []
    (told,) = rows(world, Notice, Notice.booking_id == gone.id, Notice.user_id.is_not(None))
    assert (told.user_id, told.template) == (world.user("clara").id, "staff_news")
    (entry,) = rows(world, LogEntry, LogEntry.action == "place.called_off")
    assert (entry.object_ref, entry.fields, entry.purpose) == (gone.public_id, [], "")


def test_a_place_that_does_not_suit_goes_to_who_waits(world):
    slot = make_slot(world, make_offer(world), places=1)
    first, second = make_people(world, 2)
    gone = book(world, slot, first)
    wish = join(world, slot, second)
    give_back(world, slot, gone, PlaceReason.NOT_SUITABLE)
    assert now(world, wish).state is WaitingState.OFFERED
    assert rows(world, Waiting, Waiting.id == wish.id)[0].booking_id is not None
    assert places(world, slot) == (1, 1, 1)
    assert holds(world) == []


@pytest.mark.parametrize(("released", "left"), [(False, (2, 1)), (True, (3, 0))])
def test_a_kept_place_falls_away_where_it_came_back_to(world, released, left):
    slot = make_slot(world, make_offer(world), places=2)
    with world.database.transaction() as session:
        session.add(Pool(slot_id=slot.id, kept=True, organisation_id=world.cast.tarik.jobcenter_id, places=2))
        session.get_one(Slot, slot.id).places = 4
    booking = book(world, slot, world.cast.tarik)
    opened, kept = rows(world, Pool, Pool.slot_id == slot.id)
    assert booking.pool_id == kept.id
    if released:
        with world.database.transaction() as session:
            session.get_one(Pool, kept.id).state = PoolState.RELEASED
            session.get_one(Pool, kept.id).places, session.get_one(Pool, opened.id).places = 1, 3
    give_back(world, slot, booking)
    assert (now(world, opened).places, now(world, kept).places) == left
    assert now(world, slot).places == 3
    assert holds(world) == []


def test_the_last_place_is_the_whole_date(world):
    slot = make_slot(world, make_offer(world), places=1)
    booking = book(world, slot, world.cast.tarik)
    with pytest.raises(RuleBroken, match="letzte Platz"):
        give_back(world, slot, booking)
    assert now(world, booking).state is BookingState.CONFIRMED
    assert places(world, slot) == (1, 1, 1)


def test_with_the_name_it_is_the_coachs_turn_again(world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    slot = make_slot(world, offer)
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    booking = book(world, slot, world.cast.tarik)
    assert now(world, booking.enquiry).state is EnquiryState.RUNNING
    give_back(world, slot, booking)
    assert now(world, booking.enquiry).state is EnquiryState.ACCEPTED
    assert holds(world) == []


def test_a_date_called_off_and_restored_afterwards_brings_the_single_place_not_back(world):
    slot = make_slot(world, make_offer(world))
    first, second = make_people(world, 2)
    single, other = book(world, slot, first), book(world, slot, second)
    give_back(world, slot, single)
    sven = world.actor("sven")
    for verb, concerned in ((call_off_slot, 1), (restore_slot, 1)):
        with world.database.transaction() as session:
            own = get_own_slot(session, sven, slot.public_id)
            assert verb(session, actor=sven, slot=own, at=world.at) == concerned
    assert now(world, single).cancelled_by == ONE_PLACE
    assert now(world, other).cancelled_by == "partner"


def test_only_who_acts_for_the_partner_may(world, subtests):
    slot = make_slot(world, make_offer(world), places=3)
    booking = book(world, slot, world.cast.tarik)
    with world.database.reading() as session:
        own = get_own_slot(session, world.actor("sven"), slot.public_id)
        place = get_place(session, world.actor("sven"), own, booking.public_id, at=world.at)
    why = PlaceReason.NOT_SUITABLE
    for key in ("clara", "frank", "lena", "petra", "nora", "anna", "otto", "fred"):
        with subtests.test(key), pytest.raises(NotAllowed):
            world.do(cancel_place, actor=world.actor(key), slot=own, booking=place, reason=why, at=world.at)
    assert now(world, booking).state is BookingState.CONFIRMED


def test_neither_after_the_beginning_nor_for_another_date(world):
    offer = make_offer(world)
    slot, other = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=9))
    booking = book(world, slot, world.cast.tarik)
    with pytest.raises(StepNotPossible, match="begonnen"):
        give_back(world, slot, booking, at=slot.starts_at)
    sven = world.actor("sven")
    with world.database.reading() as session:
        place = get_place(session, sven, get_own_slot(session, sven, slot.public_id), booking.public_id, at=world.at)
        date = get_own_slot(session, sven, other.public_id)
    with pytest.raises(StepNotPossible):
        world.do(cancel_place, actor=sven, slot=date, booking=place, reason=PlaceReason.NOT_SUITABLE, at=world.at)
    assert now(world, booking).state is BookingState.CONFIRMED


def test_partner_umbrella_and_coach_end_one_place_once_and_count_it_once(world):
    slot = make_slot(world, make_offer(world), places=4)
    people = make_people(world, 3)
    ending, *_ = (book(world, slot, person) for person in people)
    clara = world.actor("clara")

    def cancel():
        def unit(session):
            row = get_booking(session, clara, ending.public_id, at=world.at)
            cancel_booking(session, actor=clara, booking=row, by="coach", at=world.at)

        world.database.run(unit)

    hands = [lambda: give_back(world, slot, ending), lambda: give_back(world, slot, ending, by="kerstin"), cancel]
    results = rush(hands * 2)
    assert results.count(None) == 1, results
    fewer = 4 if now(world, ending).cancelled_by == "coach" else 3
    assert places(world, slot) == (fewer, fewer, 2)
    assert len(rows(world, Notice, Notice.booking_id == ending.id)) >= 1
    assert holds(world) == []


def test_who_books_meanwhile_never_gets_the_place_that_falls_away(world):
    slot = make_slot(world, make_offer(world), places=2)
    first, *others = make_people(world, 5)
    ending = book(world, slot, first)
    units = [lambda one=one: book(world, slot, one) for one in others]
    rush([lambda: give_back(world, slot, ending), *units])
    number, pooled, taken = places(world, slot)
    assert number == pooled
    assert taken == len(rows(world, Booking, Booking.state == BookingState.CONFIRMED)) <= number
    assert now(world, ending).state is BookingState.CANCELLED
    assert (number, taken) == (1, 1)
    assert holds(world) == []
