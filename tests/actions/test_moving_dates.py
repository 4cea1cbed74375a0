"""Moving several dates by some days: all or nothing, everybody booked with them, everybody told once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendars.rule import WeekdayTime
from hub.actions.calling_off import call_off_dates
from hub.actions.moving_dates import move_dates
from hub.actions.slots import unsettle_slot
from hub.errors import InvalidInput, NotAllowed, RuleBroken, SomebodyWasFaster
from hub.models.booking import Booking, BookingState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.room_tick import RoomTick, ticks_between
from hub.models.series import Closure, ExceptionKind, SeriesException
from hub.models.slot import Pool, Slot, SlotState
from hub.models.subscription import Subscription
from hub.policy.actor import Actor, ActorKind
from hub.queries import invariants
from hub.queries.moved_dates import moves_of
from hub.queries.slots import get_own_slot
from tests.actions.test_series import publish, slots_of, weekly
from tests.actions.test_slots import own, rows, subscribe
from tests.courses import join, make_course, refused, sessions_of
from tests.crowd import rush
from tests.places import book, make_offer, make_slot
from tests.rooms import borrow, lend_room, lent_slot

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def shown(world, slots, days, chosen=None, who="sven", session=None, at=None):
    """Return the dates as their owner reads them, those that move, and what the preview says."""
    chosen = slots if chosen is None else chosen
    if session is None:
        with world.database.reading() as reading:
            return shown(world, slots, days, chosen, who, reading, at)
    found = [get_own_slot(session, world.actor(who), slot.public_id) for slot in slots]
    keys = {slot.id for slot in chosen}
    moving = [slot for slot in found if slot.id in keys]
    return found, moving, moves_of(session, found, keys, days=days, at=at or world.at)


def move(world, slots, days=1, *, chosen=None, who="sven", owner="sven", expected=None, at=None):
    digest = expected or shown(world, slots, days, chosen, owner, at=at)[2].digest

    def unit(session):
        found, moving, _ = shown(world, slots, days, chosen, owner, session, at)
        return move_dates(
            session,
            actor=world.actor(who),
            slots=found,
            chosen=moving,
            days=days,
            expected=digest,
            at=at or world.at,
        )

    with world.database.transaction() as session:
        return unit(session)


def obstacles(world, slots, days, chosen=None, who="sven"):
    return [str(one.obstacle or "") for one in shown(world, slots, days, chosen, who)[2].dates]


def three_dates(world):
    """Three dates of one offer; Tarik is booked on two of them, Jolanta on one."""
    offer = make_offer(world)
    slots = [make_slot(world, offer, starts_at=world.at + days * DAY) for days in (3, 4, 5)]
    for slot, person in ((slots[0], "tarik"), (slots[1], "tarik"), (slots[1], "jolanta")):
        book(world, slot, world.cast.people[person])
    return slots


def starts(world):
    return [slot.starts_at for slot in rows(world, Slot)]


def sound(world):
    with world.database.reading() as session:
        return invariants.list_broken(session, at=world.at) == []


def test_a_week_moves_with_everybody_and_each_coach_hears_once(world):
    slots = three_dates(world)
    book(world, slots[0], world.cast.mandy, by="cem")
    before, codes = len(rows(world, Notice)), [(one.id, one.code) for one in rows(world, Booking)]
    assert move(world, slots, 7) == 4
    assert starts(world) == [slot.starts_at + 7 * DAY for slot in slots]
    after = rows(world, Booking)
    assert [(one.id, one.code) for one in after] == codes
    assert {(one.state, one.sequence) for one in after} == {(BookingState.CONFIRMED, 1)}
    by_slot = {slot.id: slot.starts_at for slot in rows(world, Slot)}
    assert all(one.starts_at == by_slot[one.slot_id] for one in after)
    coaches = sorted(world.user(key).id for key in ("clara", "cem"))
    assert [(one.template, one.user_id) for one in rows(world, Notice)[before:]] == [
        ("staff_news", user_id) for user_id in coaches
    ]
    assert [one.action for one in rows(world, LogEntry)].count("slot.moved") == 3
    assert sound(world)


def test_what_is_not_chosen_stays_and_the_feeds_are_raised_once(world):
    slots = three_dates(world)
    feed, stranger = subscribe(world, participant=world.cast.tarik), subscribe(world, participant=world.cast.heinz)
    assert move(world, slots, -1, chosen=slots[:2]) == 3
    assert starts(world) == [slots[0].starts_at - DAY, slots[1].starts_at - DAY, slots[2].starts_at]
    found = {one.id: one.revision for one in rows(world, Subscription)}
    assert (found[feed.id], found[stranger.id]) == (feed.revision + 1, stranger.revision)


def test_a_series_keeps_the_moves_as_exceptions_and_kept_places_their_clocks(world):
    series = publish(world, make_offer(world), weekly(count=3))
    slots = slots_of(world, series)
    due = slots[0].starts_at - 2 * DAY
    with world.database.transaction() as session:
        session.add(Pool(slot_id=slots[0].id, kept=True, places=1, release_at=due))
    move(world, slots, 2, chosen=slots[:2])
    kinds = [(one.occurrence_on, one.kind, one.starts_at) for one in rows(world, SeriesException)]
    assert kinds == [(slot.occurrence_on, ExceptionKind.MOVED, slot.starts_at + 2 * DAY) for slot in slots[:2]]
    assert [pool.release_at for pool in rows(world, Pool) if pool.kept] == [due + 2 * DAY]


def test_a_date_left_open_is_settled_by_its_new_day(world):
    slots = three_dates(world)
    world.do(unsettle_slot, actor=world.actor("sven"), slot=own(world, slots[0]), at=world.at)
    move(world, slots, 1)
    assert {slot.state for slot in rows(world, Slot)} == {SlotState.PLANNED}


def in_room(world, count=3):
    """A daily series of the clinic in its own room."""
    room = world.cast.locations["clinic_house"].rooms[0]
    offer = make_offer(world, owner="clinic", location_id=room.location_id)
    days = tuple(WeekdayTime(day, time(10), time(11)) for day in (2, 3, 4))
    rule = weekly(*days, count=count)
    return slots_of(world, publish(world, offer, rule, who="petra", location_id=room.location_id, room_id=room.id))


def test_dates_take_over_each_others_rooms(world):
    slots = in_room(world)
    assert obstacles(world, slots, 1, who="petra") == ["", "", ""]
    move(world, slots, 1, who="petra", owner="petra")
    assert starts(world) == [slot.starts_at + DAY for slot in slots]
    held = {(one.tick, one.slot_id) for one in rows(world, RoomTick)}
    new = {(tick, one.id) for one in rows(world, Slot) for tick in ticks_between(one.starts_at, one.ends_at)}
    assert held == new
    assert sound(world)


def test_a_room_taken_by_a_date_that_stays_is_named_and_stops_all(world):
    slots = in_room(world)
    assert obstacles(world, slots, 1, slots[:2], who="petra")[:2] == ["", "Der Raum ist dann schon vergeben."]
    with refused(InvalidInput, r"Donnerstag, 17\. September, 10 Uhr: Der Raum ist dann schon vergeben"):
        move(world, slots, 1, chosen=slots[:2], who="petra", owner="petra")
    assert starts(world) == [slot.starts_at for slot in slots]


def test_wall_time_is_kept_across_the_change_of_the_clock(world):
    offer = make_offer(world)
    october = make_slot(world, offer, starts_at=datetime(2026, 10, 22, 8, tzinfo=UTC))
    move(world, [october], 7)
    assert starts(world) == [datetime(2026, 10, 29, 9, tzinfo=UTC)]
    assert rows(world, Slot)[0].ends_at - rows(world, Slot)[0].starts_at == HOUR


@pytest.mark.parametrize(("hour", "time_left_out"), [(1, "02:30"), (0, "02:15")])
def test_an_hour_the_clock_leaves_out_is_refused_in_a_clear_sentence(world, hour, time_left_out):
    night = make_slot(world, make_offer(world), starts_at=datetime(2027, 3, 21, hour, 30, tzinfo=UTC), minutes=45)
    (obstacle,) = obstacles(world, [night], 7)
    assert obstacle.startswith("In der Nacht zum 28.03.2027 springt die Uhr von 2 auf 3 Uhr.")
    assert obstacle.endswith(f" {time_left_out} Uhr gibt es da nicht.")
    with refused(InvalidInput, "springt die Uhr"):
        move(world, [night], 7)
    assert obstacles(world, [night], 8) == [""]


def test_an_hour_the_clock_shows_twice_means_the_first_and_is_said(world):
    night = make_slot(world, make_offer(world), starts_at=datetime(2026, 10, 18, 0, 30, tzinfo=UTC))
    new = shown(world, [night], 7)[2].dates[0].times
    assert (new.doubled, new.starts_at) == (True, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


def test_what_is_over_is_over(world):
    slots = three_dates(world)
    assert obstacles(world, slots, -3) == ["Diese Zeit ist schon vorbei.", "", ""]
    with refused(InvalidInput, "schon vorbei"):
        move(world, slots, -3)
    assert move(world, slots, -3, chosen=slots[1:]) == 2


def test_sessions_of_a_course_move_but_stay_in_order(world):
    course = make_course(world, count=4)
    join(world, course, world.cast.tarik)
    slots = sessions_of(world, course)
    words = "Die Termine des Kurses kämen durcheinander."
    assert obstacles(world, slots[1:2], 7) == [words]  # onto the third
    assert obstacles(world, slots[1:2], -8) == [words]  # before the first
    with refused(InvalidInput, "durcheinander"):
        move(world, slots[1:2], 7)
    assert move(world, slots[1:2], 6) == 1
    assert move(world, slots[1:], 7) == 3
    times = [slot.starts_at for slot in sessions_of(world, course)]
    assert times == sorted(times)


def test_a_session_may_take_the_day_of_one_that_fell_away(world):
    slots = sessions_of(world, make_course(world, count=3))
    gone = [own(world, slots[2])]
    world.do(call_off_dates, actor=world.actor("sven"), slots=gone, how="call_off", at=world.at)
    assert obstacles(world, slots[1:2], 7) == [""]


def test_who_is_elsewhere_is_counted_but_never_by_a_date_that_moves_too(world):
    slots = three_dates(world)
    clinic = make_slot(world, make_offer(world, owner="clinic"), starts_at=slots[1].starts_at + 10 * DAY)
    book(world, clinic, world.cast.jolanta)
    assert [one.clashing for one in shown(world, slots, 10)[2].dates] == [0, 1, 0]
    assert shown(world, slots, 10)[2].effects.clashing == 1
    # Tarik's first date would meet his second, but that one moves as well
    assert [one.clashing for one in shown(world, slots, 1)[2].dates] == [0, 0, 0]
    assert next(one.clashing for one in shown(world, slots, 1, slots[:1])[2].dates) == 1
    move(world, slots, 10)
    assert {one.state for one in rows(world, Booking)} == {BookingState.CONFIRMED}


def test_closed_days_are_said_and_not_forbidden(world):
    club = world.cast.club
    repentance = make_slot(world, make_offer(world), starts_at=datetime(2026, 11, 11, 9, tzinfo=UTC))
    with world.database.transaction() as session:
        day = date(2026, 11, 25)
        session.add(Closure(organisation_id=club.id, name="Halle gesperrt", first_on=day, last_on=day))
    names = [shown(world, [repentance], days)[2].dates[0].closed_for for days in (1, 7, 14, -30)]
    assert names[0] == ""
    assert names[1] == "Buß- und Bettag"
    assert names[2] == "Halle gesperrt"
    assert "ferien" in names[3].lower()
    assert move(world, [repentance], 7) == 0


def test_lent_rooms_move_and_the_coach_is_told(world):
    room = lend_room(world)
    slots = [lent_slot(world, room, days=days) for days in (1, 2)]
    borrow(world, slots[0])
    before = len(rows(world, Notice))
    other = lent_slot(world, lend_room(world, owner="club", place="gym"), days=2)
    borrow(world, other)
    found = shown(world, slots, 1, who="gudrun")[2]
    assert ([one.clashing for one in found.dates], found.loans.people, found.effects.people) == ([1, 0], 1, 0)
    before = len(rows(world, Notice))
    assert move(world, slots, 1, who="gudrun", owner="gudrun") == 1
    assert [one.user_id for one in rows(world, Notice)[before:]] == [world.user("clara").id]
    assert rows(world, Booking)[0].starts_at == slots[0].starts_at + DAY
    assert sound(world)


def test_a_stale_preview_moves_nothing(world):
    slots = three_dates(world)
    stale = shown(world, slots, 7)[2].digest
    book(world, slots[2], world.cast.heinz)
    with pytest.raises(SomebodyWasFaster):
        move(world, slots, 7, expected=stale)
    with pytest.raises(SomebodyWasFaster):  # another number of days than was shown
        move(world, slots, 8, expected=shown(world, slots, 7)[2].digest)
    assert starts(world) == [slot.starts_at for slot in slots]


def test_nothing_chosen_moves_nothing(world):
    with pytest.raises(InvalidInput):
        move(world, three_dates(world), 1, chosen=[])


def test_strangers_move_nothing(world, subtests):
    slots = three_dates(world)
    for who in ["petra", "clara", "nora", "frank", "fred"]:
        with subtests.test(who=who):
            with pytest.raises(NotAllowed):
                move(world, slots, 7, who=who)
            assert starts(world) == [slot.starts_at for slot in slots]


def test_the_link_of_an_offer_may_not_move_and_the_umbrella_may(world):
    slots = three_dates(world)
    club = world.cast.organisations["club"].id
    link = Actor(ActorKind.LINK, "link", offer_id=slots[0].offer_id, organisation_id=club)
    found, moving, moves = shown(world, slots, 7)
    facts = {"slots": found, "chosen": moving, "days": 7, "expected": moves.digest, "at": world.at}
    with pytest.raises(NotAllowed):
        world.do(move_dates, actor=link, **facts)
    move(world, slots, 7, who="kerstin", owner="kerstin")
    assert {one.purpose for one in rows(world, LogEntry) if one.action == "slot.moved"} == {"on_behalf"}


def test_two_who_move_the_same_dates_at_once_move_them_once(world):
    slots = in_room(world)
    digest = shown(world, slots, 1, who="petra")[2].digest
    once = [
        lambda one=one: move(world, one, 1, who="petra", owner="petra", expected=digest) for one in (slots, slots[::-1])
    ]
    results = rush(once)
    assert results.count(0) == 1
    assert sum(isinstance(one, type) and issubclass(one, RuleBroken) for one in results) == 1
    assert starts(world) == [slot.starts_at + DAY for slot in slots]
    assert sound(world)
