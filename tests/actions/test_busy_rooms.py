"""A room that its calendar does not call free: nobody borrows it, and a partner takes it only after being asked."""

from datetime import date, timedelta

import pytest

from hub.actions.calendar_sources import Goal
from hub.actions.moving_dates import move_dates
from hub.actions.series import extend_series
from hub.actions.series_changes import change_series
from hub.actions.slots import call_off_slot, keep_day, move_slot, restore_slot
from hub.errors import InvalidInput, RoomBusy, RuleBroken
from hub.models.room_tick import RoomTick
from hub.models.series import Closure, Series
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM
from hub.queries.busy_rooms import list_known
from hub.queries.busy_times import Known
from hub.queries.moved_dates import moves_of
from hub.queries.series import get_own_series, plan_of
from hub.queries.series_difference import difference
from hub.queries.slots import get_own_slot
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.places import all_rows, counted, make_offer, make_slot
from tests.rooms import HOUR, borrow, lend_room, lent_slot
from tests.series import planned, publish, slots_of, weekly

WEEK = timedelta(weeks=1)
FIRST_BUSY = date(2026, 9, 23)  # the second date of a series that begins on 16 September


def busy_at(world, *starts, minutes=60):
    """Give the town's meeting room a calendar that is busy then."""
    goal = Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world))
    events = [event(f"e{number}", start, minutes=minutes) for number, start in enumerate(starts)]
    source = foreign.add(world, "gudrun", goal, calendar(*events))
    foreign.read(world)
    return source


def unread(world):
    """Give it a calendar that nobody could read yet."""
    goal = Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world))
    foreign.add(world, "gudrun", goal, url="https://kalender.example/a.ics")


def town_offer(world, **values):
    room = foreign.room_of(world)
    facts = {"owner": "town", "location_id": room.location_id, "room_id": room.id, "window_days": 300}
    return make_offer(world, **facts | values)


def town_series(world, rule=None, **more):
    return publish(world, rule, offer=more.pop("offer", None) or town_offer(world), who="gudrun", **more)


def town_slot(world, days=3):
    return make_slot(world, town_offer(world), starts_at=in_days(world, days), room_id=foreign.room_of(world).id)


def rooms_of(world, series):
    return [slot.room_id for slot in slots_of(world, series)]


def own(world, slot):
    with world.database.reading() as session:
        return get_own_slot(session, world.actor("gudrun"), slot.public_id)


def move(world, slot, days, **more):
    slot, later = own(world, slot), timedelta(days=days)
    times = {"starts_at": slot.starts_at + later, "ends_at": slot.ends_at + later}
    return world.do(move_slot, actor=world.actor("gudrun"), slot=slot, **times, at=world.at, **more)


@pytest.mark.parametrize("calendar_says", [lambda world: busy_at(world, in_days(world, 9)), unread])
def test_a_series_takes_a_room_not_known_to_be_free_only_when_said(world, calendar_says):
    calendar_says(world)
    with pytest.raises(RoomBusy):
        town_series(world)
    assert (all_rows(world, Series), all_rows(world, RoomTick)) == ([], [])
    series = town_series(world, despite_busy=True)
    assert set(rooms_of(world, series)) == {foreign.room_of(world).id}


def test_the_refusal_names_the_first_busy_date(world):
    busy_at(world, in_days(world, 16), in_days(world, 9))
    with pytest.raises(RoomBusy) as refused:
        town_series(world)
    assert "23" in str(refused.value.message)
    assert "Der Kalender des Hauses meldet den Raum als belegt" in str(refused.value.message)


def test_a_room_already_given_away_comes_before_its_calendar(world):
    town_series(world, weekly(count=2))
    busy_at(world, in_days(world, 9))
    with pytest.raises(RuleBroken, match="vergeben"):
        town_series(world, weekly(count=2))


def test_the_worker_leaves_out_a_busy_room_unless_the_partner_takes_it_anyway(world):
    careful, bold = town_series(world), town_series(world, weekly(at=(14, 15)), despite_busy=True)
    beyond = slots_of(world, careful)[-1].starts_at + WEEK
    busy_at(world, beyond, minutes=24 * 60)
    for series in (careful, bold):
        world.do(extend_series, actor=SYSTEM, series_id=series.id, at=world.at + 2 * WEEK)
    assert rooms_of(world, careful)[-2:] == [None, foreign.room_of(world).id]
    assert None not in rooms_of(world, bold)


def test_a_calendar_that_cannot_be_read_takes_no_room_from_a_series_that_has_it(world):
    series = town_series(world)
    unread(world)
    world.do(extend_series, actor=SYSTEM, series_id=series.id, at=world.at + 2 * WEEK)
    assert None not in rooms_of(world, series)


def test_a_closed_day_that_takes_place_all_the_same_goes_without_a_busy_room(world):
    with world.database.transaction() as session:
        days = {"first_on": FIRST_BUSY, "last_on": FIRST_BUSY}
        session.add(Closure(organisation_id=world.cast.town.id, name="Umbau", **days))
    series = town_series(world, weekly(count=3))
    busy_at(world, in_days(world, 9))
    with world.database.transaction() as session:
        mine = get_own_series(session, world.actor("gudrun"), series.public_id)
        keep_day(session, actor=world.actor("gudrun"), series=mine, day=FIRST_BUSY, at=world.at)
    assert rooms_of(world, series).count(None) == 1


def test_a_date_moves_into_a_busy_time_only_when_said(world):
    slot = town_slot(world)
    busy_at(world, in_days(world, 4))
    with pytest.raises(RoomBusy):
        move(world, slot, 1)
    assert own(world, slot).starts_at == slot.starts_at
    move(world, slot, 1, despite_busy=True)
    assert own(world, slot).starts_at == in_days(world, 4)


def test_a_lent_room_somebody_has_never_moves_into_a_busy_time(world):
    slot = lent_slot(world, days=3)
    busy_at(world, slot.starts_at + timedelta(days=1))
    move(world, slot, 2)
    borrow(world, slot)
    with pytest.raises(RoomBusy):
        move(world, slot, -1, despite_busy=True)


def test_a_date_called_off_is_restored_into_a_busy_room_only_when_said(world):
    slot = town_slot(world)
    world.do(call_off_slot, actor=world.actor("gudrun"), slot=own(world, slot), at=world.at)
    busy_at(world, slot.starts_at)
    facts = {"actor": world.actor("gudrun"), "at": world.at}
    with pytest.raises(RoomBusy):
        world.do(restore_slot, slot=own(world, slot), **facts)
    assert all_rows(world, RoomTick) == []
    world.do(restore_slot, slot=own(world, slot), despite_busy=True, **facts)
    assert len(all_rows(world, RoomTick)) == 12


def several(world, slots, days, **more):
    """Move these dates as Gudrun does, after looking."""

    def unit(session):
        found = [get_own_slot(session, world.actor("gudrun"), slot.public_id) for slot in slots]
        seen = moves_of(session, found, {slot.id for slot in found}, days=days, at=world.at)
        facts = {"actor": world.actor("gudrun"), "slots": found, "chosen": found, "days": days}
        move_dates(session, **facts, expected=seen.digest, at=world.at, **more)
        return seen

    return world.database.run(unit)


def test_several_dates_move_into_busy_times_only_when_said(world):
    slots = [town_slot(world, days) for days in (3, 4)]
    busy_at(world, in_days(world, 11))
    with pytest.raises(RoomBusy):
        several(world, slots, 7)
    seen = several(world, slots, 7, despite_busy=True)
    assert [one.room_known for one in seen.dates] == [Known.FREE, Known.BUSY]
    assert own(world, slots[1]).starts_at == in_days(world, 11)


def test_a_lent_room_somebody_has_stands_in_the_way_of_moving_several(world):
    slot = lent_slot(world, days=3)
    borrow(world, slot)
    busy_at(world, slot.starts_at + WEEK)
    with pytest.raises(InvalidInput) as refused:
        several(world, [slot], 7, despite_busy=True)
    assert "ein Coach hat ihn" in str(refused.value.message)


def changed(world, series, rule, **more):
    def unit(session):
        mine = get_own_series(session, world.actor("gudrun"), series.public_id)
        plan, since = planned(mine, rule), world.at.date()
        found = difference(session, mine, plan, since=since, at=world.at)
        facts = {"actor": world.actor("gudrun"), "series": mine, "plan": plan, "since": since, "removed": None}
        change_series(session, **facts, expected=found.digest, at=world.at, **more)
        return found

    return world.database.run(unit)


def test_a_changed_series_asks_again_and_remembers_the_answer(world):
    series = town_series(world, weekly(count=4), despite_busy=True)
    busy_at(world, in_days(world, 9, 10))
    with pytest.raises(RoomBusy):
        changed(world, series, weekly(count=4, at=(12, 13)))
    found = changed(world, series, weekly(count=4, at=(12, 13)), despite_busy=True)
    assert [row.room_known for row in found.rows] == [Known.FREE, Known.BUSY, Known.FREE, Known.FREE]
    changed(world, series, weekly(count=4, at=(14, 15)))  # nothing busy, nothing to say
    assert plan_of(all_rows(world, Series)[0]).despite_busy


def test_a_changed_series_never_takes_a_lent_room_that_a_coach_has_into_a_busy_time(world):
    offer = lend_room(world, window_days=300)
    series = town_series(world, weekly(count=4), offer=offer)
    borrow(world, slots_of(world, series)[1])
    busy_at(world, in_days(world, 9, 10))
    with pytest.raises(RuleBroken, match="ein Coach hat ihn"):
        changed(world, series, weekly(count=4, at=(12, 13)), despite_busy=True)


@pytest.mark.parametrize(
    ("calendar_says", "words"),
    [(lambda world: busy_at(world, world.at + timedelta(days=1)), "Raum als belegt"), (unread, "wissen wir")],
)
def test_nobody_borrows_a_room_not_known_to_be_free(world, calendar_says, words):
    slot = lent_slot(world)
    calendar_says(world)
    with pytest.raises(RoomBusy, match=words):
        borrow(world, slot)


def test_a_lent_room_is_published_without_asking_and_free_again_when_its_calendar_says_so(world):
    source = busy_at(world, in_days(world, 2))
    series = town_series(world, weekly(count=1), offer=lend_room(world))
    slot = slots_of(world, series)[0]
    with pytest.raises(RoomBusy):
        borrow(world, slot)
    foreign.renew(world, "gudrun", source, calendar(event("z", in_days(world, 20))))
    borrow(world, slot)


def test_a_lent_date_that_got_no_room_is_not_to_be_had(world):
    series = town_series(world, weekly(count=1), offer=lend_room(world))
    slot = slots_of(world, series)[0]
    with world.database.transaction() as session:
        session.get_one(Slot, slot.id).room_id = None
    with pytest.raises(RoomBusy, match="nicht frei"):
        borrow(world, slot)


def test_many_times_are_asked_in_two_statements_and_no_room_in_none(world):
    busy_at(world, in_days(world, 3))
    room, start = foreign.room_of(world), in_days(world, 3)
    with world.database.reading() as session:
        with counted(world) as statements:
            assert list_known(session, [(None, start, start + HOUR)], at=world.at) == [Known.FREE]
        assert statements == []
        times = [(room.id, start + n * HOUR, start + (n + 1) * HOUR) for n in range(50)]
        with counted(world) as statements:
            found = list_known(session, [(None, start, start + HOUR), *times], at=world.at)
        assert len(statements) == 2
    assert found == [Known.FREE, Known.BUSY] + [Known.FREE] * 49


def test_touching_a_busy_time_is_free(world):
    slot = town_slot(world)
    busy_at(world, in_days(world, 4, 9))
    move(world, slot, 1)
    assert own(world, slot).starts_at == in_days(world, 4)
