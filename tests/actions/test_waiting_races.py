"""Many at once on kept places and waiting lists, with real threads on both databases: none is lost, none doubled."""

from datetime import timedelta

from hub.actions import deadlines as clockwork
from hub.models.booking import Booking, Waiting
from hub.policy.actor import SYSTEM
from tests.crowd import rush
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.queues import broken, cancel, keep, leave, pools, release, states, wait_for

MANY = 8


def in_all(world):
    """Return places taken and places there are, over all pools."""
    return tuple(sum(numbers) for numbers in list(zip(*pools(world), strict=True))[:2])


def expire(world, offer, at):
    return world.database.run(lambda s: clockwork.expire_hold(s, actor=SYSTEM, booking_id=offer.id, at=at))


def test_release_while_many_book(world):
    slot = make_slot(world, make_offer(world), places=2)
    pool = keep(world, slot, 4, organisation_id=world.cast.jc_leipzig.id)
    people = make_people(world, MANY)
    rush([lambda: release(world, pool), *(lambda one=one: book(world, slot, one) for one in people)])
    taken = len(all_rows(world, Booking))
    assert 2 <= taken <= 6
    assert in_all(world) == (taken, 6)
    assert broken(world) == []


def test_many_clocks_release_once(world):
    slot = make_slot(world, make_offer(world), places=1)
    pool = keep(world, slot, 3)
    assert sorted(rush([lambda: release(world, pool)] * MANY)) == [False] * (MANY - 1) + [True]
    assert pools(world) == [(0, 4, "open"), (0, 0, "released")]


def test_release_while_a_kept_place_is_given_back(world):
    slot = make_slot(world, make_offer(world), places=0)
    pool = keep(world, slot, 3, organisation_id=world.cast.jc_meissen.id)
    bookings = [book(world, slot, person) for person in make_people(world, 3)]
    rush([lambda: release(world, pool), *(lambda one=one: cancel(world, one) for one in bookings)])
    assert in_all(world) == (0, 3)
    assert broken(world) == []


def test_release_with_more_waiting_than_places_and_others_booking(world):
    slot = make_slot(world, make_offer(world), places=0)
    pool = keep(world, slot, 2, organisation_id=world.cast.jc_leipzig.id)
    people = make_people(world, 6)
    for person in people[:3]:
        wait_for(world, slot, person)
    answers = rush([lambda: release(world, pool), *(lambda one=one: book(world, slot, one) for one in people[3:])])
    assert not any(isinstance(one, Booking) for one in answers)  # no place was free for a moment
    assert states(world, Waiting) == ["offered", "offered", "waiting"]
    assert broken(world) == []


def test_acceptance_against_expiry(world):
    slot = make_slot(world, make_offer(world), places=1)
    held = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, held)
    offer = all_rows(world, Booking)[1]
    until = offer.expires_at
    rush([lambda: expire(world, offer, until)] * 3 + [lambda: book(world, slot, world.cast.tarik, at=until)] * 3)
    assert states(world, Waiting) in (["taken", "waiting"], ["lapsed", "offered"])
    assert pools(world) == [(1, 1, "open")]
    assert broken(world, until) == []


def test_many_give_back_and_one_waits(world):
    slot = make_slot(world, make_offer(world), places=4)
    bookings = [book(world, slot, person) for person in make_people(world, 4)]
    wait_for(world, slot, world.cast.tarik)
    rush([lambda one=one: cancel(world, one) for one in bookings])
    assert states(world, Waiting) == ["offered"]
    assert states(world, Booking).count("offered") == 1
    assert pools(world) == [(1, 4, "open")]
    assert broken(world) == []


def test_one_gives_back_while_many_join(world):
    """Whoever joins too late finds the place free or taken: never is one free while somebody waits for it."""
    slot = make_slot(world, make_offer(world), places=1)
    held = book(world, slot, world.cast.heinz)
    people = make_people(world, MANY)
    rush([*(lambda one=one: wait_for(world, slot, one) for one in people), lambda: cancel(world, held)])
    ((taken, _, _),) = pools(world)
    assert (taken, states(world, Waiting).count("offered")) == ((1, 1) if all_rows(world, Waiting) else (0, 0))
    assert broken(world) == []


def test_many_say_no_at_once_and_the_list_moves_on_once(world):
    slot = make_slot(world, make_offer(world), places=1)
    held = book(world, slot, world.cast.heinz)
    wish = wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, held)
    assert sorted(rush([lambda: leave(world, wish)] * MANY)) == [False] * (MANY - 1) + [True]
    assert states(world, Waiting) == ["withdrawn", "offered"]
    assert broken(world) == []


def test_two_dates_whose_people_wait_for_each_others_place_never_deadlock(world):
    """Each gives back what the other waits for: the persons are locked by id before the dates."""
    offer = make_offer(world)
    dates = [make_slot(world, offer, starts_at=world.at + timedelta(days=day), places=3) for day in (5, 6)]
    people = make_people(world, 6)
    bookings = [book(world, dates[number % 2], person) for number, person in enumerate(people)]
    for number, person in enumerate(people):
        wait_for(world, dates[(number + 1) % 2], person)
    assert rush([lambda one=one: cancel(world, one) for one in bookings]) == [None] * 6
    assert states(world, Waiting) == ["offered"] * 6
    assert broken(world) == []


def test_one_person_is_not_offered_two_dates_at_once(world):
    start = world.at + timedelta(days=4)
    dates = [make_slot(world, make_offer(world), starts_at=start, places=1) for _ in range(2)]
    bookings = [book(world, slot, person) for slot, person in zip(dates, make_people(world, 2), strict=True)]
    for slot in dates:
        wait_for(world, slot, world.cast.tarik)
    rush([lambda one=one: cancel(world, one) for one in bookings])
    assert sorted(states(world, Waiting)) == ["offered", "waiting"]
    assert broken(world) == []
