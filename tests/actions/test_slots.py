"""Moving a date and calling it off: with everybody who is booked, and never on stale ground."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from hub.actions.slots import call_off_slot, move_slot
from hub.errors import InvalidInput, NotAllowed, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.log import LogEntry, LogSubject
from hub.models.notice import Notice
from hub.models.slot import Pool, Slot, SlotState
from hub.models.subscription import FeedKind, Subscription
from hub.queries.slots import consequences, get_own_slot
from tests.places import book, make_offer, make_slot

HOUR = timedelta(hours=1)


def own(world, slot, who="sven"):
    with world.database.reading() as session:
        return get_own_slot(session, world.actor(who), slot.public_id)


def move(world, slot, *, by=timedelta(days=1), who="sven", **more):
    slot = own(world, slot)
    times = {"starts_at": slot.starts_at + by, "ends_at": slot.ends_at + by}
    return world.do(move_slot, actor=world.actor(who), slot=slot, at=world.at, **(times | more))


def call_off(world, slot, who="sven", **more):
    return world.do(call_off_slot, actor=world.actor(who), slot=own(world, slot), at=world.at, **more)


def rows(world, model):
    with world.database.reading() as session:
        return list(session.scalars(select(model).order_by(*inspect(model).primary_key)))


def booked_slot(world, *people, **values):
    slot = make_slot(world, make_offer(world), **values)
    for person in people:
        book(world, slot, person)
    return slot


def subscribe(world, *, participant=None, user=None, organisation=None):
    kind = FeedKind.PARTICIPANT if participant else (FeedKind.ORGANISATION if organisation else FeedKind.COACH)
    with world.database.transaction() as session:
        subscription = Subscription(
            kind=kind,
            participant_id=participant and participant.id,
            user_id=user and user.id,
            organisation_id=organisation and organisation.id,
            token_digest=f"{kind}{participant and participant.id}",
            name="Telefon",
            created_at=world.at,
            fetched_on=world.at.date(),
        )
        session.add(subscription)
    return subscription


def test_moving_takes_the_bookings_along_and_raises_the_sequence_of_both(world):
    slot = booked_slot(world, world.cast.tarik, world.cast.jolanta)
    assert move(world, slot) == 2
    moved = own(world, slot)
    assert (moved.starts_at, moved.ends_at) == (slot.starts_at + timedelta(days=1), slot.ends_at + timedelta(days=1))
    assert (moved.sequence, moved.version, moved.local_weekday) == (1, 2, 4)
    assert {(one.starts_at, one.ends_at, one.sequence) for one in rows(world, Booking)} == {
        (moved.starts_at, moved.ends_at, 1)
    }


def test_calling_off_ends_the_bookings_and_gives_the_places_back(world):
    slot = booked_slot(world, world.cast.tarik, world.cast.jolanta)
    assert call_off(world, slot) == 2
    assert own(world, slot).state is SlotState.CALLED_OFF
    assert {(one.state, one.cancelled_by) for one in rows(world, Booking)} == {(BookingState.CANCELLED, "partner")}
    assert [pool.taken for pool in rows(world, Pool)] == [0]


@pytest.mark.parametrize(("verb", "event"), [(move, "slot.moved"), (call_off, "slot.called_off")])
def test_the_coaches_are_told_and_the_log_names_all_concerned(world, verb, event):
    slot = booked_slot(world, world.cast.tarik, world.cast.jolanta)
    before = len(rows(world, Notice))
    verb(world, slot)
    told = rows(world, Notice)[before:]
    assert [(one.user_id, one.slot_id) for one in told] == [(world.user("clara").id, slot.id)]
    entry = next(one for one in rows(world, LogEntry) if one.action == event)
    assert sum(one.log_id == entry.id for one in rows(world, LogSubject)) == 2


@pytest.mark.parametrize("verb", [move, call_off])
def test_all_feeds_that_show_the_date_are_raised_and_no_others(world, verb):
    slot = booked_slot(world, world.cast.tarik)
    shown = [
        subscribe(world, participant=world.cast.tarik),
        subscribe(world, user=world.user("clara")),
        subscribe(world, user=world.user("sven"), organisation=world.cast.organisations["club"]),
    ]
    stranger = subscribe(world, participant=world.cast.heinz)
    before = {one.id: one.revision for one in rows(world, Subscription)}
    verb(world, slot)
    raised = {one.id for one in rows(world, Subscription) if one.revision > before[one.id]}
    assert raised == {one.id for one in shown}
    assert stranger.id not in raised


def test_consequences_count_people_whom_no_calendar_tells_and_who_is_elsewhere(world):
    slot = booked_slot(world, world.cast.tarik, world.cast.jolanta)
    later = slot.starts_at + timedelta(days=1)
    other = make_slot(world, make_offer(world), starts_at=later)
    book(world, other, world.cast.jolanta)
    subscribe(world, participant=world.cast.tarik)
    with world.database.reading() as session:
        found = consequences(session, slot, starts_at=later, ends_at=later + HOUR)
        without = consequences(session, slot)
    codes = [one.code for one in rows(world, Booking) if one.slot_id == slot.id]
    assert (found.people, found.reached, found.unreached, found.clashing) == (2, 1, (codes[1],), 1)
    assert without.clashing == 0


def test_a_clash_of_a_person_does_not_stop_the_move(world):
    slot = booked_slot(world, world.cast.jolanta)
    other = make_slot(world, make_offer(world), starts_at=slot.starts_at + timedelta(days=1))
    book(world, other, world.cast.jolanta)
    assert move(world, slot) == 1


@pytest.mark.parametrize("verb", [move, call_off])
def test_a_stale_form_changes_nothing(world, verb):
    slot = booked_slot(world, world.cast.tarik)
    move(world, slot, by=HOUR)
    with pytest.raises(SomebodyWasFaster):
        verb(world, slot, version=1)
    assert own(world, slot).starts_at == slot.starts_at + HOUR
    assert rows(world, Booking)[0].state is BookingState.CONFIRMED


def test_two_who_read_the_same_state_cannot_both_change_it(world):
    slot = make_slot(world, make_offer(world))
    first, second = own(world, slot), own(world, slot)
    actor, new = world.actor("sven"), slot.starts_at + HOUR
    world.do(move_slot, actor=actor, slot=first, starts_at=new, ends_at=new + HOUR, at=world.at)
    with pytest.raises(SomebodyWasFaster):
        world.do(move_slot, actor=actor, slot=second, starts_at=new + HOUR, ends_at=new + 2 * HOUR, at=world.at)
    with pytest.raises(SomebodyWasFaster):
        world.do(call_off_slot, actor=actor, slot=second, at=world.at)


@pytest.mark.parametrize("verb", [move, call_off])
def test_what_is_called_off_or_has_begun_stays_as_it_is(world, verb):
    off = make_slot(world, make_offer(world))
    call_off(world, off)
    past = make_slot(world, make_offer(world), starts_at=world.at - timedelta(minutes=10))
    for slot in (off, past):
        with pytest.raises(StepNotPossible):
            verb(world, slot)


def test_a_date_does_not_move_into_the_past_or_end_before_it_begins(world):
    slot = make_slot(world, make_offer(world))
    with pytest.raises(InvalidInput):
        move(world, slot, by=timedelta(days=-30))
    with pytest.raises(InvalidInput):
        move(world, slot, ends_at=slot.starts_at)


def test_moving_to_a_taken_room_leaves_all_as_it_was(world):
    room = world.cast.locations["town_hall"].rooms[0]
    slot = booked_slot(world, world.cast.tarik)
    other = make_slot(world, make_offer(world), starts_at=slot.starts_at + timedelta(days=1))
    move(world, other, by=timedelta(0), room=room)
    with pytest.raises(RuleBroken):
        move(world, slot, room=room)
    assert own(world, slot).starts_at == slot.starts_at
    assert rows(world, Booking)[0].sequence == 0
    move(world, slot, by=timedelta(days=1, hours=1), room=room)
    assert own(world, slot).room_id == room.id
    assert own(world, slot).location_id == room.location_id


def test_a_move_within_its_own_time_keeps_the_room(world):
    room = world.cast.locations["town_hall"].rooms[0]
    slot = make_slot(world, make_offer(world))
    move(world, slot, by=timedelta(0), room=room)
    move(world, slot, by=timedelta(minutes=30))
    assert own(world, slot).room_id == room.id


def test_a_room_of_strangers_is_refused(world):
    with pytest.raises(RuleBroken):
        move(world, make_slot(world, make_offer(world)), room=world.cast.locations["clinic_house"].rooms[0])


@pytest.mark.parametrize("verb", [move, call_off])
@pytest.mark.parametrize("who", ["petra", "clara", "gudrun", "fred"])
def test_strangers_may_not_change_a_date(world, verb, who):
    slot = make_slot(world, make_offer(world))
    with pytest.raises(NotAllowed):
        verb(world, slot, who=who)
    assert [one.version for one in rows(world, Slot)] == [1]


@pytest.mark.parametrize("verb", [move, call_off])
def test_the_umbrella_acts_for_its_member_and_the_log_says_so(world, verb):
    verb(world, make_slot(world, make_offer(world)), who="kerstin")
    assert [one.purpose for one in rows(world, LogEntry) if one.action.startswith("slot.")] == ["on_behalf"]
