"""Calling off several dates, leaving them open, and taking it back: all or nothing, everybody told once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions.calling_off import call_off_dates
from hub.actions.slots import call_off_slot, change_places, move_slot, restore_slot, unsettle_slot
from hub.errors import InvalidInput, NotAllowed, RuleBroken, SlotFull, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access, Offer, OfferState
from hub.models.room_tick import RoomTick
from hub.models.series import ExceptionKind, Series, SeriesException
from hub.models.slot import Pool, Slot, SlotState
from hub.models.subscription import Subscription
from hub.policy.actor import Actor, ActorKind
from hub.queries import invariants
from hub.queries.slots import consequences_of, get_own_slot
from tests.actions.test_series import publish, slots_of, weekly
from tests.actions.test_slots import own, rows, subscribe
from tests.crowd import rush
from tests.places import book, counted, make_offer, make_people, make_slot

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def do(world, verb, slot, who="sven", **more):
    return world.do(verb, actor=world.actor(who), slot=own(world, slot), **{"at": world.at} | more)


def many(world, slots, how="call_off", who="sven"):
    found = [own(world, slot) for slot in slots]
    return world.do(call_off_dates, actor=world.actor(who), slots=found, how=how, at=world.at)


def three_dates(world):
    """Three dates of one offer; Tarik is booked on two of them, Jolanta on one."""
    offer = make_offer(world)
    slots = [make_slot(world, offer, starts_at=world.at + days * DAY) for days in (3, 4, 5)]
    for slot, person in ((slots[0], "tarik"), (slots[1], "tarik"), (slots[1], "jolanta")):
        book(world, slot, world.cast.people[person])
    return slots


def test_however_many_dates_fall_away_the_next_free_one_is_kept_once(world):
    slots = three_dates(world)
    with counted(world) as statements:
        many(world, slots)
    kept = [one for one in statements if one.startswith("UPDATE offers SET next_free_at")]
    assert len(kept) == 1
    with world.database.reading() as session:
        assert session.scalars(select(Offer.next_free_at)).one() is None
        assert list(session.scalars(select(Pool.taken))) == [0, 0, 0]


def notices_of(world, before):
    return [(one.template, one.user_id) for one in rows(world, Notice)[before:]]


def actions(world):
    return [one.action for one in rows(world, LogEntry) if one.action.startswith("slot.")]


def test_a_week_is_called_off_in_one_go_and_each_coach_hears_once(world):
    slots = three_dates(world)
    for slot in slots[:2]:
        book(world, slot, world.cast.mandy, by="cem")
    before = len(rows(world, Notice))
    assert many(world, slots) == 5
    assert {one.state for one in rows(world, Slot)} == {SlotState.CALLED_OFF}
    assert {(one.state, one.cancelled_by) for one in rows(world, Booking)} == {(BookingState.CANCELLED, "partner")}
    assert {pool.taken for pool in rows(world, Pool)} == {0}
    coaches = sorted(world.user(key).id for key in ("clara", "cem"))
    assert notices_of(world, before) == [("staff_news", user_id) for user_id in coaches]
    assert actions(world) == ["slot.called_off"] * 3
    with world.database.reading() as session:
        assert invariants.list_broken(session, at=world.at) == []


def test_one_date_that_cannot_be_called_off_stops_all(world):
    slots = three_dates(world)
    begun = make_slot(world, make_offer(world), starts_at=world.at - HOUR, minutes=120)
    with pytest.raises(StepNotPossible):
        many(world, [*slots, begun])
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}
    assert {one.state for one in rows(world, Booking)} == {BookingState.CONFIRMED}


def test_consequences_of_several_dates_count_a_person_once_and_take_two_statements(world):
    slots = three_dates(world)
    subscribe(world, participant=world.cast.tarik)
    codes = {(one.slot_id, one.participant_id): one.code for one in rows(world, Booking)}
    with world.database.reading() as session:
        found = consequences_of(session, [session.get_one(Slot, slot.id) for slot in slots])
    assert (found.people, found.reached, found.not_reached) == (2, 1, 1)
    jolanta = codes[slots[1].id, world.cast.jolanta.id]
    assert [(line.people, line.unreached) for line in found.lines] == [(1, ()), (2, (jolanta,)), (0, ())]


def test_an_unsettled_date_keeps_its_people_and_takes_no_new_ones(world):
    slots = three_dates(world)
    before = len(rows(world, Notice))
    assert many(world, slots, "unsettle") == 3
    assert {one.state for one in rows(world, Slot)} == {SlotState.UNSETTLED}
    assert {(one.state, one.sequence) for one in rows(world, Booking)} == {(BookingState.CONFIRMED, 1)}
    assert notices_of(world, before) == [("staff_news", world.user("clara").id)]
    with pytest.raises(RuleBroken, match="noch etwas zu klären"):
        book(world, slots[2], world.cast.heinz)
    with world.database.reading() as session:
        assert invariants.list_broken(session, at=world.at) == []


def test_what_is_left_open_already_is_left_alone_and_may_still_be_called_off(world):
    slots = three_dates(world)
    many(world, slots[:1], "unsettle")
    assert many(world, slots, "unsettle") == 2
    with pytest.raises(StepNotPossible):
        do(world, unsettle_slot, slots[0])
    assert do(world, call_off_slot, slots[0]) == 1
    assert own(world, slots[0]).state is SlotState.CALLED_OFF


def test_an_unsettled_date_takes_place_as_if_nothing_had_been(world):
    slot = three_dates(world)[1]
    do(world, unsettle_slot, slot)
    before = len(rows(world, Notice))
    assert do(world, restore_slot, slot) == 2
    assert own(world, slot).state is SlotState.PLANNED
    assert {one.state for one in rows(world, Booking)} == {BookingState.CONFIRMED}
    assert notices_of(world, before) == [("staff_news", world.user("clara").id)]
    book(world, slot, world.cast.heinz)


def test_an_unsettled_date_is_settled_by_moving_it_and_never_gets_lost_when_it_is_past(world):
    moved, past = three_dates(world)[:2]
    for slot in (moved, past):
        do(world, unsettle_slot, slot)
    new = moved.starts_at + 7 * DAY
    do(world, move_slot, moved, starts_at=new, ends_at=new + HOUR)
    assert (own(world, moved).state, own(world, moved).starts_at) == (SlotState.PLANNED, new)
    assert do(world, call_off_slot, past, at=world.at + 20 * DAY) == 2


def test_a_date_called_off_can_come_back_and_the_coaches_hear_of_it(world):
    slot = three_dates(world)[1]
    do(world, call_off_slot, slot)
    with world.database.transaction() as session:
        for booking in session.scalars(select(Booking).where(Booking.slot_id == slot.id)):
            booking.told_at = world.at
    before = len(rows(world, Notice))
    assert do(world, restore_slot, slot) == 2
    back = own(world, slot)
    assert (back.state, back.free, back.sequence) == (SlotState.PLANNED, 3, 2)
    assert notices_of(world, before) == [("staff_news", world.user("clara").id)]
    assert {one.told_at for one in rows(world, Booking) if one.slot_id == slot.id} == {None}
    book(world, slot, world.cast.tarik)


def test_a_date_that_has_begun_or_of_an_ended_offer_does_not_come_back(world):
    slot = three_dates(world)[0]
    do(world, call_off_slot, slot)
    with pytest.raises(StepNotPossible):
        do(world, restore_slot, slot, at=world.at + 4 * DAY)
    with world.database.transaction() as session:
        session.get_one(Offer, slot.offer_id).state = OfferState.ENDED
    with pytest.raises(RuleBroken):
        do(world, restore_slot, slot)


def in_room(world):
    room = world.cast.locations["clinic_house"].rooms[0]
    offer = make_offer(world, owner="clinic", location_id=room.location_id)
    return publish(world, offer, weekly(count=3), who="petra", location_id=room.location_id, room_id=room.id)


def test_coming_back_takes_the_room_again_or_says_that_it_is_taken(world):
    first, second = slots_of(world, in_room(world))[:2]
    for slot in (first, second):
        found = own(world, slot, "petra")
        world.do(call_off_slot, actor=world.actor("petra"), slot=found, at=world.at)
    other = make_slot(world, make_offer(world), starts_at=second.starts_at)
    with world.database.transaction() as session:
        tick = int(second.starts_at.timestamp()) // 300
        session.add(RoomTick(room_id=second.room_id, tick=tick, slot_id=other.id))
    petra = world.actor("petra")
    world.do(restore_slot, actor=petra, slot=own(world, first, "petra"), at=world.at)
    assert [one.slot_id for one in rows(world, RoomTick)].count(first.id) == 12
    with pytest.raises(RuleBroken, match="schon vergeben"):
        world.do(restore_slot, actor=petra, slot=own(world, second, "petra"), at=world.at)
    assert own(world, second, "petra").state is SlotState.CALLED_OFF


def test_the_exception_goes_when_a_date_of_a_series_comes_back(world):
    plain, moved = slots_of(world, publish(world, make_offer(world), weekly(count=4)))[:2]
    new = moved.starts_at + HOUR
    do(world, move_slot, moved, starts_at=new, ends_at=new + HOUR)
    for slot in (plain, moved):
        do(world, call_off_slot, slot)
        do(world, restore_slot, slot)
    left = [(one.occurrence_on, one.kind) for one in rows(world, SeriesException)]
    assert left == [(moved.occurrence_on, ExceptionKind.MOVED)]


@pytest.mark.parametrize("how", ["call_off", "unsettle"])
@pytest.mark.parametrize("who", ["petra", "clara", "nora", "frank", "fred"])
def test_strangers_call_nothing_off(world, who, how):
    slots = three_dates(world)
    with pytest.raises(NotAllowed):
        many(world, slots, how, who=who)
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}


def test_a_set_with_one_date_of_a_stranger_is_refused_as_a_whole(world):
    slots = three_dates(world)
    strange = make_slot(world, make_offer(world, owner="clinic"))
    found = [own(world, slots[0]), own(world, strange, "petra")]
    with pytest.raises(NotAllowed):
        world.do(call_off_dates, actor=world.actor("sven"), slots=found, how="call_off", at=world.at)


def test_the_mail_link_of_an_offer_may_call_its_dates_off_and_nothing_else(world):
    slot = three_dates(world)[0]
    club = world.cast.organisations["club"].id
    link = Actor(ActorKind.LINK, "link", offer_id=slot.offer_id, organisation_id=club)
    assert world.do(call_off_slot, actor=link, slot=own(world, slot), at=world.at) == 1
    with pytest.raises(NotAllowed):
        world.do(restore_slot, actor=link, slot=own(world, slot), at=world.at)
    other = make_slot(world, make_offer(world))
    with pytest.raises(NotAllowed):
        world.do(call_off_slot, actor=link, slot=own(world, other), at=world.at)


def test_the_umbrella_acts_for_its_member_and_the_log_says_so(world):
    slot = three_dates(world)[0]
    for verb in (unsettle_slot, restore_slot, call_off_slot, restore_slot):
        do(world, verb, slot, who="kerstin")
    do(world, change_places, slot, who="kerstin", number=5)
    entries = [one for one in rows(world, LogEntry) if one.action.startswith("slot.")]
    assert {one.purpose for one in entries} == {"on_behalf"}
    assert len(entries) == 5


def test_all_feeds_that_show_the_dates_are_raised_once(world):
    slots = three_dates(world)
    shown = subscribe(world, participant=world.cast.tarik)
    stranger = subscribe(world, participant=world.cast.heinz)
    many(world, slots)
    found = {one.id: one.revision for one in rows(world, Subscription)}
    assert found[shown.id] == shown.revision + 1
    assert found[stranger.id] == stranger.revision


def test_another_number_of_places_never_falls_below_what_is_taken(world):
    slot = three_dates(world)[1]
    with pytest.raises(InvalidInput):
        do(world, change_places, slot, number=1)
    do(world, change_places, slot, number=2)
    assert (own(world, slot).places, own(world, slot).free) == (2, 0)
    with pytest.raises(SlotFull):
        book(world, slot, world.cast.heinz)
    do(world, change_places, slot, number=4)
    book(world, slot, world.cast.heinz)
    assert actions(world) == ["slot.places_changed"] * 2


@pytest.mark.parametrize("number", [0, 501])
def test_the_number_of_places_must_make_sense(world, number):
    with pytest.raises(InvalidInput):
        do(world, change_places, three_dates(world)[0], number=number)


def test_a_drop_in_may_have_no_number_and_kept_places_stay_kept(world):
    dropin = make_slot(world, make_offer(world, access=Access.OPEN), places=0)
    do(world, change_places, dropin, number=5)
    do(world, change_places, dropin, number=0)
    slot = make_slot(world, make_offer(world), places=4)
    with world.database.transaction() as session:
        session.query(Pool).filter_by(slot_id=slot.id).one().places = 1
        session.add(Pool(slot_id=slot.id, kept=True, places=3, release_at=world.at + DAY))
    with pytest.raises(InvalidInput):
        do(world, change_places, slot, number=2)
    do(world, change_places, slot, number=3)
    assert sorted(one.places for one in rows(world, Pool) if one.slot_id == slot.id) == [0, 3]


def test_changed_places_are_an_exception_of_the_series(world):
    slot = slots_of(world, publish(world, make_offer(world), weekly(count=2)))[0]
    do(world, change_places, slot, number=9)
    assert [(one.kind, one.places) for one in rows(world, SeriesException)] == [(ExceptionKind.CHANGED, 9)]
    assert [one.places for one in rows(world, Series)] == [6]


@pytest.mark.parametrize("who", ["petra", "clara", "fred"])
def test_strangers_change_no_places_and_bring_nothing_back(world, who):
    slot = three_dates(world)[0]
    for verb, more in ((change_places, {"number": 9}), (restore_slot, {})):
        with pytest.raises(NotAllowed):
            do(world, verb, slot, who=who, **more)


def test_two_who_call_off_while_coaches_book_leave_nobody_behind(world):
    offer = make_offer(world)
    slots = [make_slot(world, offer, starts_at=world.at + days * DAY, places=9) for days in (3, 4, 5)]
    sven, people = world.actor("sven"), make_people(world, 4)

    def call_off(order):
        def unit(session):
            found = [get_own_slot(session, sven, slot.public_id) for slot in order]
            return call_off_dates(session, actor=sven, slots=found, how="call_off", at=world.at)

        return lambda: world.database.run(unit)

    bookings = [lambda n=n: book(world, slots[n % 3], people[n]) for n in range(4)]
    results = rush([call_off(slots), call_off(slots[::-1]), *bookings])
    assert sum(isinstance(one, int) for one in results[:2]) == 1
    assert {one.state for one in rows(world, Slot)} == {SlotState.CALLED_OFF}
    assert BookingState.CONFIRMED not in {one.state for one in rows(world, Booking)}
    with world.database.reading() as session:
        assert invariants.list_broken(session, at=world.at) == []
