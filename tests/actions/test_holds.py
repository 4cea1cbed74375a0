"""Holding a place while the consent is asked for: nobody sees a person in it, and no place is lost or given twice."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from hub.actions import consent_answers
from hub.actions import deadlines as clockwork
from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.actions.holds import HOLDING, hold_slot, release_hold
from hub.actions.slots import call_off_slot, move_slot
from hub.errors import (
    ConsentMissing,
    NotAllowed,
    NotFound,
    PersonElsewhere,
    SlotFull,
    StepNotPossible,
)
from hub.models.booking import Booking, BookingState
from hub.models.consent import ConsentForm
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.slot import Pool
from hub.models.subscription import FeedKind, Level, Subscription
from hub.policy.actor import SYSTEM
from hub.queries import feed_entries, feed_slots, slots, today
from hub.queries.attendees import list_attendees
from hub.queries.bookings import get_booking, list_coming
from hub.queries.busy_dates import find_overlap
from hub.queries.invariants import SLACK, list_broken
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from tests.crowd import rush
from tests.loop import ask, person_actor, withdraw
from tests.places import all_rows, book, give_consent, make_offer, make_people, make_slot

GROUPS = ("I0", "I1", "G1", "B1")


@pytest.fixture
def offer(world):
    return make_offer(world, access=Access.NAMED, field_groups=["I1"])


def hold(world, slot, person, *, by="clara", at=None):
    """Let a coach hold a place, as a page does."""
    actor, when = world.actor(by), at or world.at

    def unit(session):
        found = get_slot(session, actor, slot.public_id)
        who = get_participant(session, actor, person.public_id, at=when)
        return hold_slot(session, actor=actor, slot=found, participant=who, at=when)

    return world.database.run(unit)


def release(world, held, *, by="clara"):
    actor = world.actor(by)

    def unit(session):
        return release_hold(
            session, actor=actor, booking=get_booking(session, actor, held.public_id, at=world.at), at=world.at
        )

    return world.database.run(unit)


def expire(world, held, at):
    return world.database.run(lambda s: clockwork.expire_hold(s, actor=SYSTEM, booking_id=held.id, at=at))


def taken(world):
    return [pool.taken for pool in all_rows(world, Pool)]


def broken(world, at=None):
    with world.database.reading() as session:
        return list_broken(session, at=at or world.at)


def test_a_hold_takes_a_place_for_half_an_hour_and_tells_nobody(world, offer):
    held = hold(world, make_slot(world, offer), world.cast.tarik)
    assert (held.state, held.enquiry_id, held.expires_at) == (BookingState.HELD, None, world.at + HOLDING)
    assert held.code
    assert taken(world) == [1]
    assert all_rows(world, Notice) == []
    assert [entry.action for entry in all_rows(world, LogEntry)] == ["hold.made"]


def test_booking_makes_the_held_place_the_booking_and_takes_no_second_one(world, offer):
    slot = make_slot(world, offer, places=1)
    held = hold(world, slot, world.cast.tarik)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    booking = book(world, slot, world.cast.tarik, idempotency_key="form", at=world.at + timedelta(minutes=9))
    assert (booking.id, booking.code, booking.version) == (held.id, held.code, held.version + 1)
    assert (booking.state, booking.expires_at) == (BookingState.CONFIRMED, None)
    assert booking.enquiry_id is not None
    assert taken(world) == [1]
    assert book(world, slot, world.cast.tarik, idempotency_key="form").id == held.id
    assert broken(world) == []


def test_without_a_consent_the_hold_stays_a_hold(world, offer):
    slot = make_slot(world, offer)
    held = hold(world, slot, world.cast.tarik)
    with pytest.raises(ConsentMissing):
        book(world, slot, world.cast.tarik)
    assert all_rows(world, Booking)[0].version == held.version


def test_somebody_who_comes_along_needs_a_place_more(world, offer):
    slot, tight = make_slot(world, offer, places=3), make_slot(world, offer, starts_at=world.at + timedelta(days=9))
    hold(world, slot, world.cast.tarik)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    book(world, slot, world.cast.tarik, party=2)
    hold(world, tight, world.cast.tarik)
    with pytest.raises(SlotFull):
        book(world, tight, world.cast.tarik, party=4)
    assert taken(world) == [2, 1]
    assert broken(world) == []


def test_holding_again_begins_the_half_hour_anew(world, offer):
    slot, later = make_slot(world, offer), world.at + timedelta(minutes=20)
    first, again = hold(world, slot, world.cast.tarik), hold(world, slot, world.cast.tarik, at=later)
    assert (first.id, again.expires_at) == (again.id, later + HOLDING)
    assert taken(world) == [1]


def test_a_hold_ends_before_the_date_begins(world, offer):
    soon = world.at + timedelta(minutes=10)
    assert hold(world, make_slot(world, offer, starts_at=soon), world.cast.tarik).expires_at == soon


def test_a_hold_leaves_the_person_free_for_other_dates(world, offer):
    slot = make_slot(world, offer)
    hold(world, slot, world.cast.tarik)
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)  # at the very same time
    with world.database.reading() as session:
        assert find_overlap(session, world.cast.tarik.id, slot.starts_at, slot.ends_at).slot_id != slot.id
    with pytest.raises(PersonElsewhere):
        hold(world, slot, world.cast.tarik)


def test_a_full_date_cannot_be_held_and_a_held_one_is_full(world, offer):
    slot = make_slot(world, offer, places=1)
    hold(world, slot, world.cast.tarik)
    with pytest.raises(SlotFull):
        hold(world, slot, world.cast.heinz)


@pytest.mark.parametrize("access", [Access.OPEN, Access.ANONYMOUS, Access.REQUEST])
def test_only_places_with_a_name_are_held(world, access):
    with pytest.raises(StepNotPossible):
        hold(world, make_slot(world, make_offer(world, access=access)), world.cast.tarik)
    assert all_rows(world, Booking) == []


def test_nobody_holds_for_somebody_elses_people(world, offer):
    slot = make_slot(world, offer)
    held = hold(world, slot, world.cast.tarik)
    for key in ("cem", "fred", "sven", "frank", "lena"):
        with pytest.raises(NotFound):
            hold(world, slot, world.cast.tarik, by=key)
        with pytest.raises(NotFound):
            release(world, held, by=key)
        with pytest.raises(NotAllowed):
            world.do(release_hold, actor=world.actor(key), booking=read(world, held), at=world.at)


def read(world, booking):
    with world.database.reading() as session:
        return get_booking(session, world.actor("clara"), booking.public_id, at=world.at)


def test_a_hold_is_given_back_once(world, offer):
    held = hold(world, make_slot(world, offer), world.cast.tarik)
    assert [release(world, held), release(world, held)] == [True, False]
    assert all_rows(world, Booking)[0].state is BookingState.EXPIRED
    assert taken(world) == [0]


def test_a_hold_runs_out_once_and_not_before_its_time(world, offer):
    held = hold(world, make_slot(world, offer), world.cast.tarik)
    early = held.expires_at - timedelta(seconds=1)
    assert [expire(world, held, at) for at in (early, held.expires_at, held.expires_at)] == [False, True, False]
    assert taken(world) == [0]
    assert [entry.action for entry in all_rows(world, LogEntry)] == ["hold.made", "hold.expired"]


def test_a_hold_that_the_worker_forgot_is_found(world, offer):
    held = hold(world, make_slot(world, offer), world.cast.tarik)
    late = held.expires_at + SLACK
    assert broken(world, late - timedelta(seconds=1)) == []
    assert broken(world, late) == ["no hold outlives its time: broken by 1"]


def test_a_hold_is_no_date_on_any_page_list_or_calendar(world, offer):
    slot, tarik = make_slot(world, offer), world.cast.tarik
    give_consent(world, tarik, offer, groups=GROUPS)
    held = hold(world, slot, tarik)
    clara, sven, until = world.actor("clara"), world.actor("sven"), world.at + timedelta(days=9)

    def seen():
        with world.database.reading() as session:
            own = get_own_slot(session, sven, slot.public_id)
            feed = Subscription(kind=FeedKind.ORGANISATION, organisation_id=offer.organisation_id, level=Level.DISCREET)
            (row,) = feed_slots.list_slots(session, sven, feed, at=world.at)
            return (
                list_coming(session, tarik.id, since=world.at),
                today.list_dates(session, clara, since=world.at, until=until, at=world.at),
                list_attendees(session, sven, own, notice_version="1", at=world.at),
                list(feed_entries.list_dates(session, person_actor(tarik), at=world.at)),
                slots.consequences(session, own).people,
                (row.taken, row.also_changed_at),
            )

    assert seen() == ([], [], [], [], 0, (0, None))
    with world.database.reading() as session:
        own = get_own_slot(session, sven, slot.public_id)
        assert (own.on_hold, own.taken) == (1, 1)
    expire(world, held, held.expires_at)
    assert seen() == ([], [], [], [], 0, (0, None))


def test_a_no_and_a_withdrawal_give_the_held_place_back(world, offer):
    slot, tarik = make_slot(world, offer), world.cast.tarik
    hold(world, slot, tarik)
    asked = ask(world, tarik, offer, slot)
    actor = person_actor(tarik)
    world.do(
        consent_answers.express_consent,
        actor=actor,
        consent=asked,
        yes=False,
        form=ConsentForm.OWN_DEVICE,
        at=world.at,
    )
    assert taken(world) == [0]
    consent = give_consent(world, tarik, offer, groups=GROUPS)
    hold(world, slot, tarik)
    withdraw(world, tarik, consent)
    assert taken(world) == [0]


def test_when_the_date_falls_away_a_hold_ends_without_a_word(world, offer):
    slot = make_slot(world, offer)
    hold(world, slot, world.cast.tarik)
    sven = world.actor("sven")
    with world.database.transaction() as session:
        own = get_own_slot(session, sven, slot.public_id)
        assert call_off_slot(session, actor=sven, slot=own, at=world.at) == 0
    assert all_rows(world, Booking)[0].state is BookingState.EXPIRED
    assert (taken(world), all_rows(world, Notice), broken(world)) == ([0], [], [])


def test_a_hold_moves_with_its_date(world, offer):
    slot, sven = make_slot(world, offer), world.actor("sven")
    hold(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        own = get_own_slot(session, sven, slot.public_id)
        hour = timedelta(hours=1)
        verb = {"starts_at": own.starts_at + hour, "ends_at": own.ends_at + hour}
        assert move_slot(session, actor=sven, slot=own, at=world.at, **verb) == 0
    assert all_rows(world, Booking)[0].starts_at == slot.starts_at + timedelta(hours=1)
    assert broken(world) == []


def test_who_moves_to_a_held_date_needs_no_second_place(world, offer):
    old, new = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=8), places=1)
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    booking, _ = book(world, old, world.cast.tarik), hold(world, new, world.cast.tarik)
    clara = world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, clara, booking.public_id, at=world.at)
        reschedule_booking(session, actor=clara, booking=row, slot=get_slot(session, clara, new.public_id), at=world.at)
    assert taken(world) == [0, 1]
    assert broken(world) == []


def test_a_hold_is_neither_cancelled_nor_moved(world, offer):
    slot, clara = make_slot(world, offer), world.actor("clara")
    other = make_slot(world, offer, starts_at=world.at + timedelta(days=8))
    held = hold(world, slot, world.cast.tarik)
    with pytest.raises(StepNotPossible):
        world.do(cancel_booking, actor=clara, booking=read(world, held), by="coach", at=world.at)
    with world.database.reading() as session:
        target = get_slot(session, clara, other.public_id)
    with pytest.raises(StepNotPossible):
        world.do(reschedule_booking, actor=clara, booking=read(world, held), slot=target, at=world.at)
    assert taken(world) == [1, 0]


def test_the_database_itself_wants_an_enquiry_for_a_booking_with_a_name(world, offer):
    held = hold(world, make_slot(world, offer), world.cast.tarik)
    with pytest.raises(IntegrityError), world.database.transaction() as session:
        session.get_one(Booking, held.id).state = BookingState.CONFIRMED


@pytest.mark.parametrize("_round", range(4))
def test_a_hold_that_runs_out_as_it_is_booked_leaves_one_booking_of_the_last_place(world, offer, _round):
    slot = make_slot(world, offer, places=1)
    for person in (world.cast.tarik, world.cast.heinz):
        give_consent(world, person, offer, groups=GROUPS)
    held = hold(world, slot, world.cast.tarik)
    then = held.expires_at
    results = rush(
        [
            lambda: expire(world, held, then),
            lambda: book(world, slot, world.cast.tarik, at=then),
            lambda: book(world, slot, world.cast.heinz, at=then),
            lambda: expire(world, held, then),
            lambda: release(world, held),
        ]
    )
    assert set(results) - {True, False, SlotFull} == {one for one in results if isinstance(one, Booking)}
    assert sum(isinstance(one, Booking) for one in results) == 1
    assert [one.state for one in all_rows(world, Booking)].count(BookingState.CONFIRMED) == 1
    kept = isinstance(results[1], Booking) and results[1].id == held.id
    assert [results[0], results[3], results[4]].count(True) == (0 if kept else 1)
    assert taken(world) == [1]
    assert broken(world, then) == []


def test_of_many_the_one_who_holds_the_last_place_gets_it(world, offer):
    slot, people = make_slot(world, offer, places=1), [world.cast.tarik, *make_people(world, 5)]
    for person in people:
        give_consent(world, person, offer, groups=GROUPS)
    hold(world, slot, world.cast.tarik)
    results = rush([lambda person=person: book(world, slot, person) for person in [people[0], *people]])
    assert {type(one) for one in results[2:]} == {type}
    assert set(results[2:]) == {SlotFull}
    assert sorted(isinstance(one, Booking) for one in results[:2]) == [False, True]
    assert [row.participant_id for row in all_rows(world, Booking)] == [world.cast.tarik.id]
    assert broken(world) == []
