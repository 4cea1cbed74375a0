"""Changing a running series: everybody keeps the place, the past stays, nothing goes without somebody saying so."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions.bookings import cancel_booking
from hub.actions.series import extend_series
from hub.actions.series_changes import Removed, end_series
from hub.errors import InvalidInput, NotAllowed, RuleBroken, SomebodyWasFaster
from hub.models.booking import Booking, BookingState, Waiting, WaitingState
from hub.models.contingent import Contingent
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Offer, OfferState
from hub.models.room_tick import RoomTick
from hub.models.series import Series
from hub.models.slot import Pool, Slot, SlotState
from hub.models.subscription import FeedKind
from hub.queries.bookings import get_booking
from hub.queries.invariants import list_broken
from hub.queries.series import get_own_series
from hub.queries.series_difference import difference
from tests.feeds import events, fetch, subscribe, subscribe_person
from tests.places import all_rows, book
from tests.queues import wait_for
from tests.series import FIRST, FRIDAY, MONDAY, THURSDAY, WEDNESDAY, change, compare, publish, slots_of, weekly


def local(slot):
    return f"{clock.local(slot.starts_at):%a %d.%m. %H:%M}"


def broken(world):
    with world.database.reading() as session:
        return list_broken(session, at=world.at)


def end(world, series, since, *, removed=None, who="sven", expected=None):
    def unit(session):
        own = get_own_series(session, world.actor("sven"), series.public_id)
        digest = expected or difference(session, own, None, since=since, at=world.at).digest
        values = {"since": since, "removed": removed, "expected": digest, "at": world.at}
        end_series(session, actor=world.actor(who), series=own, **values)

    return world.database.run(unit)


def test_all_coming_dates_move_as_the_same_rows_with_their_bookings(world):
    series = publish(world)
    before = slots_of(world, series)
    booking = book(world, before[1], world.cast.tarik)
    assert change(world, series, weekly(THURSDAY, at=(14, 15))).id == series.id
    after = {slot.id: slot for slot in slots_of(world, series)}
    assert local(after[before[1].id]) == "Thu 24.09. 14:00"
    assert {slot.id for slot in before} < set(after)  # the Thursday after the holiday is new
    (moved,) = all_rows(world, Booking)
    assert (moved.id, moved.slot_id, moved.sequence) == (booking.id, before[1].id, booking.sequence + 1)
    assert moved.starts_at == after[before[1].id].starts_at
    assert after[before[1].id].sequence == before[1].sequence + 1
    assert broken(world) == []


def test_from_one_date_on_the_old_series_ends_the_day_before_and_a_new_one_goes_on(world):
    series = publish(world)
    before = slots_of(world, series)
    book(world, before[4], world.cast.tarik)
    new = change(world, series, weekly(at=(8, 9), starts_on=date(2026, 9, 30)), since=date(2026, 9, 30))
    assert new.id != series.id
    rows = {one.id: one for one in all_rows(world, Series)}
    assert rows[series.id].until_on == date(2026, 9, 29)
    assert rows[series.id].ended_at is None
    assert [local(slot) for slot in slots_of(world, series)] == ["Wed 16.09. 10:00", "Wed 23.09. 10:00"]
    assert [slot.id for slot in slots_of(world, new)] == [slot.id for slot in before[2:]]
    assert {f"{clock.local(slot.starts_at):%H:%M}" for slot in slots_of(world, new)} == {"08:00"}
    assert broken(world) == []


def test_an_old_series_without_dates_ahead_is_ended(world):
    series = publish(world)
    later = world.at + timedelta(days=4)
    new = change(world, series, weekly(at=(8, 9), starts_on=date(2026, 9, 23)), since=date(2026, 9, 23), at=later)
    assert {one.id: one.ended_at is None for one in all_rows(world, Series)} == {series.id: False, new.id: True}


def test_the_worker_goes_on_where_the_change_left_off(world):
    series = change(world, publish(world), weekly(FRIDAY))
    made = {slot.occurrence_on for slot in slots_of(world, series)}
    world.do(extend_series, series_id=series.id, at=world.at + timedelta(weeks=4))
    more = [slot.occurrence_on for slot in slots_of(world, series) if slot.occurrence_on not in made]
    assert [day.weekday() for day in more] == [FRIDAY] * 3  # Good Friday is a holiday
    assert len({slot.occurrence_on for slot in slots_of(world, series)}) == len(slots_of(world, series))


def test_each_coach_is_told_once_and_the_log_says_about_whom(world):
    series = publish(world)
    for slot in slots_of(world, series)[:4]:
        book(world, slot, world.cast.tarik)
        book(world, slot, world.cast.heinz)
    known = {one.id for one in all_rows(world, Notice)}
    change(world, series, weekly(at=(14, 15), until_on=date(2026, 9, 30)), removed=Removed.CALL_OFF)
    told = [one for one in all_rows(world, Notice) if one.id not in known]
    assert [(one.template, one.user_id) for one in told] == [("staff_news", world.user("clara").id)]
    actions = [one.action for one in all_rows(world, LogEntry)]
    assert (actions.count("series.changed"), actions.count("slot.called_off")) == (1, 1)


def test_nobody_is_told_of_more_places(world):
    series = publish(world)
    book(world, slots_of(world, series)[0], world.cast.tarik)
    known = len(all_rows(world, Notice))
    change(world, series, places=5)
    assert len(all_rows(world, Notice)) == known
    assert {slot.places for slot in slots_of(world, series)} == {5}


def test_feeds_show_the_same_entries_at_the_new_time(app, world):
    series = publish(world)
    slots = slots_of(world, series)
    book(world, slots[1], world.cast.tarik)
    own = subscribe_person(world, "tarik")
    desk = subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=world.cast.club.id)[1]
    before = {token: events(fetch(app, token)) for token in (own, desk)}
    change(world, series, weekly(THURSDAY, until_on=date(2026, 10, 8)))
    mine, ours = (events(fetch(app, token)) for token in (own, desk))
    assert [one["UID"] for one in mine] == [one["UID"] for one in before[own]]
    assert int(mine[0]["SEQUENCE"]) == int(before[own][0]["SEQUENCE"]) + 1
    assert mine[0]["DTSTART"] != before[own][0]["DTSTART"]
    uids = [one["UID"] for one in before[desk]]
    assert len(uids) == 25
    # Four dates move, and those nobody ever booked vanish instead of standing there crossed out.
    assert {one["UID"] for one in ours} < set(uids)
    assert len(ours) == 4
    assert not any("CANCELLED" in str(one.get("STATUS", "")) for one in ours)


@pytest.mark.parametrize(
    ("removed", "state", "booking"),
    [
        (Removed.KEEP, SlotState.PLANNED, BookingState.CONFIRMED),
        (Removed.UNSETTLE, SlotState.UNSETTLED, BookingState.CONFIRMED),
        (Removed.CALL_OFF, SlotState.CALLED_OFF, BookingState.CANCELLED),
    ],
)
def test_dates_with_people_become_what_was_chosen(world, removed, state, booking):
    series = publish(world)
    slots = slots_of(world, series)
    book(world, slots[2], world.cast.tarik)
    with pytest.raises(InvalidInput) as refused:
        change(world, series, weekly(until_on=date(2026, 9, 23)))
    assert "removed" in refused.value.fields
    change(world, series, weekly(until_on=date(2026, 9, 23)), removed=removed)
    left = all_rows(world, Slot)
    assert [slot.id for slot in left] == [slot.id for slot in slots[:3]]
    assert (left[2].state, left[2].series_id, all_rows(world, Booking)[0].state) == (state, None, booking)
    assert broken(world) == []


def test_a_date_somebody_once_had_booked_is_called_off_and_the_others_vanish(world):
    series = publish(world)
    slots = slots_of(world, series)
    booking = book(world, slots[3], world.cast.tarik)
    clara = world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, clara, booking.public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=row, by="coach", at=world.at)
    change(world, series, weekly(count=1))
    assert [(slot.id, slot.state) for slot in all_rows(world, Slot)] == [
        (slots[0].id, SlotState.PLANNED),
        (slots[3].id, SlotState.CALLED_OFF),
    ]
    assert len(all_rows(world, Pool)) == 2


def test_rooms_follow_and_are_free_again_behind(world):
    hall = world.cast.locations["town_hall"]
    place = {"location_id": hall.id, "room_id": hall.rooms[0].id}
    series = publish(world, weekly(count=3), **place)
    half_past = (WeekdayTime(WEDNESDAY, time(10, 30), time(11, 30)),)
    change(world, series, Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=half_past, count=2))
    assert len(all_rows(world, RoomTick)) == 24
    publish(world, weekly(at=(9, 10), count=3), **place)
    with pytest.raises(RuleBroken) as refused:
        change(world, series, weekly(at=(9, 11), count=2))
    assert "16.09.2026 um 09:00 Uhr" in str(refused.value.message)


def test_places_change_in_the_open_pool_only(world):
    kept = Contingent(places=2, programme_id=world.cast.resilience.id, hours=24)
    series = publish(world, places=6, contingents=(kept,))
    change(world, series, places=4)
    assert [(pool.kept, pool.places) for pool in all_rows(world, Pool)[:2]] == [(False, 2), (True, 2)]
    change(world, series, places=1, contingents=())
    assert {slot.places for slot in slots_of(world, series)} == {2}
    change(world, series, weekly(at=(15, 16)), places=5, contingents=())
    pools = all_rows(world, Pool)
    assert [(pool.kept, pool.places) for pool in pools[:2]] == [(False, 3), (True, 2)]
    first = slots_of(world, series)[0]
    assert pools[1].release_at == first.starts_at - timedelta(hours=24)
    assert broken(world) == []


def test_new_dates_keep_places_as_the_changed_series_says(world):
    kept = Contingent(places=2, programme_id=world.cast.resilience.id, hours=24)
    series = publish(world, weekly(count=1))
    change(world, series, weekly(count=2), contingents=(kept,))
    pools = {slot.id: [] for slot in slots_of(world, series)}
    for pool in all_rows(world, Pool):
        pools[pool.slot_id].append((pool.kept, pool.places))
    assert list(pools.values()) == [[(False, 3)], [(False, 1), (True, 2)]]


def test_who_waits_is_offered_a_place_that_comes_with_the_change(world):
    series = publish(world, places=1)
    slot = slots_of(world, series)[0]
    book(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.heinz)
    change(world, series, places=2)
    assert [one.state for one in all_rows(world, Waiting)] == [WaitingState.OFFERED]
    assert broken(world) == []


def test_the_series_may_end_and_what_was_before_stays(world):
    series = publish(world)
    book(world, slots_of(world, series)[3], world.cast.tarik)
    with pytest.raises(InvalidInput):
        end(world, series, date(2026, 9, 30))
    end(world, series, date(2026, 9, 30), removed=Removed.KEEP)
    (row,) = all_rows(world, Series)
    assert (row.until_on, row.ended_at) == (date(2026, 9, 29), None)
    assert [(local(slot), slot.series_id is None) for slot in all_rows(world, Slot)] == [
        ("Wed 16.09. 10:00", False),
        ("Wed 23.09. 10:00", False),
        ("Wed 07.10. 10:00", True),
    ]
    end(world, series, date(2026, 9, 14))
    assert all_rows(world, Series)[0].ended_at == world.at
    with pytest.raises(RuleBroken):
        end(world, series, date(2026, 9, 14), expected="x")


def test_every_second_week_from_the_middle_of_a_series_stays_in_step(world):
    series = publish(world, weekly(MONDAY, interval=2, starts_on=date(2026, 9, 21)))
    assert {row.kind for row in compare(world, series, since=date(2026, 10, 5)).rows} == {"unchanged"}


def test_the_past_cannot_be_changed(world):
    series = publish(world)
    with pytest.raises(InvalidInput) as refused:
        change(world, series, since=date(2026, 9, 13))
    assert "since" in refused.value.fields


@pytest.mark.parametrize(
    ("plan", "fields"),
    [
        ({"places": 0}, {"places"}),
        ({"location_id": 2, "room_id": 1}, {"place"}),
        ({"rule": weekly(6, at=(2, 4))}, set()),
        ({"rule": weekly(starts_on=date(2027, 9, 1))}, set()),
    ],
)
def test_a_plan_that_cannot_be_is_refused(world, plan, fields):
    series = publish(world)
    plan = dict(plan)
    rule = plan.pop("rule", None)
    if rule is not None and rule.weekdays[0].weekday == 6:
        rule = Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=(WeekdayTime(6, time(2, 30), time(4)),))
        fields = {"start"}
    with pytest.raises(InvalidInput) as refused:
        change(world, series, rule, **plan)
    assert set(refused.value.fields) == fields
    assert all_rows(world, Series)[0].version == 1


def test_an_ended_offer_changes_no_more(world):
    series = publish(world)
    with world.database.transaction() as session:
        session.get_one(Offer, series.offer_id).state = OfferState.ENDED
    with pytest.raises(RuleBroken):
        change(world, series, places=5)


def test_strangers_change_nothing(world, subtests):
    series = publish(world)
    for who in ["petra", "clara", "nora", "lena", "frank", "anna", "otto", "fred"]:
        with subtests.test(who=who):
            for verb in (change, end):
                with pytest.raises(NotAllowed):
                    verb(world, series, **({"since": FIRST} if verb is end else {"places": 5}), who=who)
            assert all_rows(world, LogEntry)[-1].action == "series.published"


def test_the_umbrella_changes_and_the_log_says_for_whom(world):
    series = publish(world)
    change(world, series, places=5, who="kerstin")
    assert [one.purpose for one in all_rows(world, LogEntry) if one.action == "series.changed"] == ["on_behalf"]


def test_a_difference_that_is_no_longer_true_is_not_saved(world):
    series = publish(world)
    seen = compare(world, series, weekly(THURSDAY)).digest
    book(world, slots_of(world, series)[0], world.cast.tarik)
    with pytest.raises(SomebodyWasFaster):
        change(world, series, weekly(THURSDAY), expected=seen)
    assert {f"{clock.local(slot.starts_at):%a}" for slot in slots_of(world, series)} == {"Wed"}
    with world.database.reading() as session:
        assert session.scalar(select(Series.version)) == 1
