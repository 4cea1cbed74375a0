"""Series: a rule becomes real dates, rooms are never taken twice, the worker goes on, and exceptions survive."""

import threading
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub import clock
from hub.actions.slots import call_off_slot, extend_series, keep_day, move_slot, publish_series
from hub.errors import InvalidInput, NotAllowed, RuleBroken
from hub.models.location import Location
from hub.models.log import LogEntry
from hub.models.offer import Access, OfferState
from hub.models.room_tick import RoomTick
from hub.models.series import Closure, ExceptionKind, HolidayRule, SeriesException
from hub.models.slot import Pool, Slot, SlotState
from hub.policy.actor import SYSTEM
from hub.queries.room_ticks import delete_past_ticks
from hub.queries.series import Plan, list_series_ids_to_extend
from hub.queries.slots import get_own_slot
from tests.places import make_offer, make_slot

WEDNESDAY = 2
FIRST = date(2026, 9, 16)


def weekly(*times, starts_on=FIRST, **more):
    """A weekly rule, on Wednesdays from 10 to 11 unless told."""
    times = times or (WeekdayTime(WEDNESDAY, time(10), time(11)),)
    return Rule(frequency=Frequency.WEEKLY, starts_on=starts_on, weekdays=times, **more)


def publish(world, offer, rule=None, *, who="sven", **values):
    at = values.pop("at", world.at)
    plan = Plan(**{"rule": rule or weekly(), "places": 6} | values)
    return world.do(publish_series, actor=world.actor(who), offer=offer, plan=plan, at=at)


def slots_of(world, series):
    with world.database.reading() as session:
        query = select(Slot).where(Slot.series_id == series.id).order_by(Slot.starts_at)
        return list(session.scalars(query))


def days_of(world, series):
    return [clock.local_date(slot.starts_at) for slot in slots_of(world, series)]


def own_slot(world, slot, who="sven"):
    with world.database.reading() as session:
        return get_own_slot(session, world.actor(who), slot.public_id)


def extend(world, series, at):
    return world.do(extend_series, actor=SYSTEM, series_id=series.id, at=at)


def counted(world, model):
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_weekly_series_gets_its_dates_for_half_a_year_with_places_in_one_open_pool(world):
    series = publish(world, make_offer(world))
    slots = slots_of(world, series)
    assert days_of(world, series)[:2] == [FIRST, FIRST + timedelta(days=7)]
    assert max(days_of(world, series)) <= clock.local_date(world.at) + timedelta(weeks=26)
    assert series.made_until_on == date(2027, 3, 15)
    with world.database.reading() as session:
        pools = list(session.scalars(select(Pool).where(Pool.slot_id.in_([slot.id for slot in slots]))))
    assert [(pool.places, pool.kept) for pool in pools] == [(6, False)] * len(slots)


def test_the_wall_time_stays_across_both_clock_changes(world):
    slots = slots_of(world, publish(world, make_offer(world), weekly(WeekdayTime(6, time(10), time(11)))))
    assert {clock.local(slot.starts_at).time() for slot in slots} == {time(10)}
    assert {slot.starts_at.hour for slot in slots} == {8, 9}
    assert {(slot.local_weekday, slot.local_minute) for slot in slots} == {(6, 600)}


def test_public_holidays_of_saxony_fall_out(world):
    days = days_of(world, publish(world, make_offer(world)))
    assert date(2026, 11, 18) not in days  # Day of Repentance, a Wednesday
    assert date(2026, 11, 11) in days


def test_an_offer_open_on_holidays_meets_on_them(world):
    series = publish(world, make_offer(world), holidays=HolidayRule.OPEN)
    assert date(2026, 11, 18) in days_of(world, series)


def test_holidays_one_is_asked_about_take_place_only_if_kept(world):
    offer = make_offer(world)
    rule = weekly(WeekdayTime(WEDNESDAY, time(10), time(11)), WeekdayTime(4, time(10), time(11)))
    series = publish(world, offer, rule, holidays=HolidayRule.ASK, kept_days=(date(2026, 11, 18),))
    assert date(2026, 11, 18) in days_of(world, series)
    assert date(2026, 12, 25) not in days_of(world, series)


def test_own_closures_fall_out_and_others_do_not_matter(world):
    club, clinic = world.cast.organisations["club"], world.cast.organisations["clinic"]
    with world.database.transaction() as session:
        for organisation, day in ((club, FIRST), (clinic, FIRST + timedelta(days=7))):
            session.add(Closure(organisation_id=organisation.id, name="Ferien", first_on=day, last_on=day))
    days = days_of(world, publish(world, make_offer(world)))
    assert FIRST not in days
    assert FIRST + timedelta(days=7) in days


def test_corpus_christi_is_asked_about_only_where_some_places_keep_it(world):
    at = datetime(2027, 3, 1, 8, tzinfo=clock.ZONE)
    rule = weekly(WeekdayTime(3, time(10), time(11)), starts_on=date(2027, 5, 20))
    corpus_christi = date(2027, 5, 27)
    assert corpus_christi in days_of(world, publish(world, make_offer(world), rule, at=at))
    with world.database.transaction() as session:
        session.get_one(Location, world.cast.locations["gym"].id).municipality_code = "14625460"
    assert corpus_christi not in days_of(world, publish(world, make_offer(world), rule, at=at))


def test_a_closed_day_can_be_kept_later(world):
    series = publish(world, make_offer(world))
    with world.database.transaction() as session:
        keep_day(
            session, actor=world.actor("sven"), series=merged(session, series), day=date(2026, 11, 18), at=world.at
        )
    assert date(2026, 11, 18) in days_of(world, series)
    assert extend(world, series, world.at + timedelta(days=30)) > 0
    assert days_of(world, series).count(date(2026, 11, 18)) == 1


def merged(session, series):
    from_database = session.get_one(type(series), series.id)
    session.refresh(from_database, ["offer"])
    return from_database


def test_a_list_of_single_dates_is_a_series_too(world):
    dates = (SingleDate(FIRST, time(9), time(12)), SingleDate(date(2026, 10, 1), time(9), time(12)))
    rule = Rule(frequency=Frequency.DATES, starts_on=FIRST, dates=dates)
    series = publish(world, make_offer(world), rule)
    assert days_of(world, series) == [FIRST, date(2026, 10, 1)]
    assert series.rule == rule


def test_today_counts_only_what_has_not_begun(world):
    early = weekly(WeekdayTime(0, time(8), time(9)), starts_on=date(2026, 9, 14))
    late = weekly(WeekdayTime(0, time(9), time(10)), starts_on=date(2026, 9, 14))
    assert days_of(world, publish(world, make_offer(world), early))[0] == date(2026, 9, 21)
    assert days_of(world, publish(world, make_offer(world), late))[0] == date(2026, 9, 14)


def test_the_hour_the_clock_leaves_out_is_refused_with_the_reason(world):
    with pytest.raises(InvalidInput) as refused:
        publish(world, make_offer(world), weekly(WeekdayTime(6, time(2, 30), time(4))))
    assert "28.03.2027" in str(refused.value.fields["start"])
    assert counted(world, Slot) == 0


def test_the_doubled_hour_is_its_first_one(world):
    series = publish(world, make_offer(world), weekly(WeekdayTime(6, time(2, 30), time(4)), until_on=date(2026, 11, 1)))
    doubled = next(slot for slot in slots_of(world, series) if clock.local_date(slot.starts_at) == date(2026, 10, 25))
    assert doubled.starts_at.hour == 0
    assert doubled.ends_at - doubled.starts_at == timedelta(hours=2, minutes=30)


def test_a_rule_without_any_date_is_refused(world):
    with pytest.raises(InvalidInput):
        publish(
            world, make_offer(world), weekly(until_on=FIRST, starts_on=date(2026, 9, 16)), at=world.at + timedelta(3)
        )
    assert counted(world, Slot) == 0


@pytest.mark.parametrize("places", [0, 501])
def test_the_number_of_places_must_make_sense(world, places):
    with pytest.raises(InvalidInput):
        publish(world, make_offer(world), places=places)


def test_a_drop_in_needs_no_number_of_places(world):
    assert slots_of(world, publish(world, make_offer(world, access=Access.OPEN), places=0))


def test_an_ended_offer_takes_no_more_dates(world):
    with pytest.raises(RuleBroken):
        publish(world, make_offer(world, state=OfferState.ENDED))


def test_strangers_cannot_publish_dates(world, subtests):
    for who in ["petra", "clara", "nora", "fred"]:
        with subtests.test(who=who), pytest.raises(NotAllowed):
            publish(world, make_offer(world), who=who)


def test_the_umbrella_publishes_for_its_member_and_the_log_says_so(world):
    publish(world, make_offer(world), who="kerstin")
    publish(world, make_offer(world), who="sven")
    with world.database.reading() as session:
        query = select(LogEntry.purpose).where(LogEntry.action == "series.published").order_by(LogEntry.id)
        assert list(session.scalars(query)) == ["on_behalf", ""]


def test_the_worker_makes_later_dates_and_never_one_twice(world):
    series = publish(world, make_offer(world))
    later = world.at + timedelta(weeks=3)
    with world.database.reading() as session:
        assert list_series_ids_to_extend(session, at=world.at) == []
        assert list_series_ids_to_extend(session, at=later) == [series.id]
    assert extend(world, series, later) == 3
    assert extend(world, series, later) == 0
    days = days_of(world, series)
    assert len(days) == len(set(days))


def test_two_workers_at_once_make_each_date_once(world):
    series = publish(world, make_offer(world))
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(extend(world, series, world.at + timedelta(weeks=5))))
        for _ in "123"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 5]
    assert len(days_of(world, series)) == len(set(days_of(world, series)))


def test_only_the_house_itself_extends(world):
    series = publish(world, make_offer(world))
    with pytest.raises(NotAllowed):
        world.do(extend_series, actor=world.actor("sven"), series_id=series.id, at=world.at)


def test_moved_and_called_off_dates_survive_the_worker(world):
    series = publish(world, make_offer(world), weekly(until_on=date(2027, 6, 30)))
    moved, off = (own_slot(world, slot) for slot in slots_of(world, series)[:2])
    new = moved.starts_at + timedelta(days=1)
    world.do(
        move_slot, actor=world.actor("sven"), slot=moved, starts_at=new, ends_at=new + timedelta(hours=1), at=world.at
    )
    world.do(call_off_slot, actor=world.actor("sven"), slot=off, at=world.at)
    extend(world, series, world.at + timedelta(weeks=4))
    slots = slots_of(world, series)
    assert sum(slot.occurrence_on == moved.occurrence_on for slot in slots) == 1
    assert next(slot for slot in slots if slot.id == moved.id).starts_at == new
    assert [slot.state for slot in slots if slot.occurrence_on == off.occurrence_on] == [SlotState.CALLED_OFF]
    with world.database.reading() as session:
        kinds = [one.kind for one in session.scalars(select(SeriesException).order_by(SeriesException.occurrence_on))]
    assert kinds == [ExceptionKind.MOVED, ExceptionKind.CALLED_OFF]


def room_of(world):
    return world.cast.locations["clinic_house"].rooms[0]


def in_room(world, offer, rule=None, **values):
    room = room_of(world)
    return publish(world, offer, rule, who="petra", location_id=room.location_id, room_id=room.id, **values)


def clinic_offer(world):
    return make_offer(world, owner="clinic", location_id=world.cast.locations["clinic_house"].id)


def test_a_room_is_not_given_twice_and_the_day_is_named(world):
    in_room(world, clinic_offer(world), weekly(WeekdayTime(WEDNESDAY, time(10), time(11)), starts_on=date(2026, 10, 1)))
    before = counted(world, Slot)
    with pytest.raises(RuleBroken) as refused:
        in_room(world, clinic_offer(world), weekly(WeekdayTime(WEDNESDAY, time(10, 55), time(12))))
    assert "07.10.2026 um 10:55 Uhr" in str(refused.value.message)
    assert counted(world, Slot) == before


def test_meetings_may_follow_each_other_in_a_room(world):
    in_room(world, clinic_offer(world))
    in_room(world, clinic_offer(world), weekly(WeekdayTime(WEDNESDAY, time(11), time(12))))


def test_a_room_of_strangers_cannot_be_taken(world):
    room = room_of(world)
    with pytest.raises(InvalidInput) as refused:
        publish(world, make_offer(world), location_id=room.location_id, room_id=room.id)
    assert "place" in refused.value.fields


def test_a_lent_room_can_be_taken(world):
    room = world.cast.locations["town_hall"].rooms[0]
    publish(world, make_offer(world), location_id=room.location_id, room_id=room.id)


def test_only_one_of_many_gets_the_room(world):
    offers = [clinic_offer(world) for _ in range(4)]
    results = []
    barrier = threading.Barrier(len(offers))

    def attempt(offer):
        barrier.wait()
        try:
            world.database.run(
                lambda session: publish_series(session, actor=petra, offer=offer, plan=plan, at=world.at)
            )
            results.append("won")
        except RuleBroken:
            results.append("taken")

    petra, room = world.actor("petra"), room_of(world)
    plan = Plan(rule=weekly(), places=6, location_id=room.location_id, room_id=room.id)
    threads = [threading.Thread(target=attempt, args=(offer,)) for offer in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["taken"] * 3 + ["won"]


def test_the_worker_makes_a_date_without_its_room_rather_than_none(world):
    series = in_room(world, clinic_offer(world))
    last = slots_of(world, series)[-1]
    busy = last.starts_at + timedelta(weeks=1)
    other = make_slot(world, clinic_offer(world), starts_at=busy)
    with world.database.transaction() as session:
        session.add(RoomTick(room_id=room_of(world).id, tick=int(busy.timestamp()) // 300, slot_id=other.id))
    assert extend(world, series, world.at + timedelta(weeks=2)) == 2
    assert [slot.room_id for slot in slots_of(world, series)[-2:]] == [None, room_of(world).id]


def test_a_date_called_off_gives_its_room_back(world):
    series = in_room(world, clinic_offer(world), weekly(until_on=FIRST))
    slot = own_slot(world, slots_of(world, series)[0], "petra")
    world.do(call_off_slot, actor=world.actor("petra"), slot=slot, at=world.at)
    assert counted(world, RoomTick) == 0
    in_room(world, clinic_offer(world), weekly(until_on=FIRST))


def test_past_ticks_are_deleted(world):
    in_room(world, clinic_offer(world), weekly(count=2))
    assert counted(world, RoomTick) == 24
    world.do(delete_past_ticks, at=world.at + timedelta(days=5))
    assert counted(world, RoomTick) == 12
