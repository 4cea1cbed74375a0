"""Closed days: series leave them out, opening them again makes what is missing, and only the right people decide."""

from datetime import date, timedelta

import pytest

from hub.actions.closures import add_closure, add_school_holiday, delete_closure, delete_school_holiday
from hub.actions.slots import call_off_slot, restore_slot
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.models.log import LogEntry
from hub.models.room_tick import RoomTick
from hub.models.series import Closure, HolidayRule, Series
from hub.models.slot import Slot
from hub.queries.closures import get_closure, list_closures
from tests.actions.test_series import FIRST, days_of, extend, publish, slots_of, weekly
from tests.actions.test_slots import own, rows
from tests.places import make_offer, make_slot

WEEK = timedelta(weeks=1)


def add(world, who="sven", owner="club", **values):
    facts = {"name": "Betriebsferien", "first_on": FIRST, "last_on": FIRST + timedelta(days=6)} | values
    organisation = world.cast.organisations[owner]
    return world.do(add_closure, actor=world.actor(who), organisation=organisation, **{"at": world.at} | facts)


def delete(world, closure, who="sven"):
    actor = world.actor(who)
    with world.database.transaction() as session:
        found = get_closure(session, actor, closure.public_id)
        return delete_closure(session, actor=actor, closure=found, at=world.at)


def test_a_new_series_leaves_closed_days_out_and_gets_them_when_they_open(world):
    closure = add(world)
    series = publish(world, make_offer(world), weekly(count=4))
    assert days_of(world, series) == [FIRST + n * WEEK for n in (1, 2, 3)]
    assert delete(world, closure) == 1
    assert days_of(world, series) == [FIRST + n * WEEK for n in (0, 1, 2, 3)]
    assert rows(world, Closure) == []


def test_opening_again_brings_no_date_back_that_was_called_off(world):
    series = publish(world, make_offer(world), weekly(count=2))
    slot = slots_of(world, series)[0]
    closure = add(world)
    world.do(call_off_slot, actor=world.actor("sven"), slot=own(world, slot), at=world.at)
    assert delete(world, closure) == 0
    assert len(slots_of(world, series)) == 2


def test_a_date_whose_room_is_taken_by_now_comes_back_without_it(world):
    room = world.cast.locations["clinic_house"].rooms[0]
    closure = add(world, who="petra", owner="clinic")
    offer = make_offer(world, owner="clinic", location_id=room.location_id)
    series = publish(world, offer, weekly(count=2), who="petra", location_id=room.location_id, room_id=room.id)
    start = slots_of(world, series)[0].starts_at - WEEK
    other = make_slot(world, make_offer(world), starts_at=start)
    with world.database.transaction() as session:
        session.add(RoomTick(room_id=room.id, tick=int(start.timestamp()) // 300, slot_id=other.id))
    assert delete(world, closure, "petra") == 1
    assert [slot.room_id for slot in slots_of(world, series)] == [None, room.id]


def test_later_dates_on_closed_days_are_never_made_by_the_worker(world):
    series = publish(world, make_offer(world), weekly())
    last = max(days_of(world, series))
    add(world, first_on=last + timedelta(days=1), last_on=last + timedelta(days=7))
    extend(world, series, world.at + 2 * WEEK)
    assert last + WEEK not in days_of(world, series)
    assert last + 2 * WEEK in days_of(world, series)


def test_a_closure_forgets_earlier_answers_and_keeps_the_days_that_were_left_standing(world):
    repentance = date(2026, 11, 18)
    series = publish(world, make_offer(world), weekly(), holidays=HolidayRule.ASK, kept_days=(repentance,))
    standing = next(slot for slot in slots_of(world, series) if slot.occurrence_on == repentance + WEEK)
    add(world, first_on=repentance, last_on=repentance + WEEK, keeping=[standing])
    (now,) = rows(world, Series)
    assert now.kept_days == [(repentance + WEEK).isoformat()]


def test_a_date_that_is_restored_on_a_closed_day_is_kept(world):
    series = publish(world, make_offer(world), weekly(count=2))
    slot, sven = slots_of(world, series)[0], world.actor("sven")
    world.do(call_off_slot, actor=sven, slot=own(world, slot), at=world.at)
    add(world)
    world.do(restore_slot, actor=sven, slot=own(world, slot), at=world.at)
    assert rows(world, Series)[0].kept_days == [FIRST.isoformat()]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"last_on": FIRST - timedelta(days=1)}, "last_on"),
        ({"first_on": date(2026, 9, 1), "last_on": date(2026, 9, 2)}, "last_on"),
        ({"last_on": FIRST + timedelta(days=400)}, "last_on"),
    ],
)
def test_what_is_wrong_is_named(world, values, field):
    with pytest.raises(InvalidInput) as refused:
        add(world, **values)
    assert field in refused.value.fields
    assert rows(world, Closure) == []


def test_only_who_acts_for_an_organisation_closes_it(world, subtests):
    for who in ["petra", "clara", "nora", "gudrun", "fred"]:
        with subtests.test(who=who):
            with pytest.raises(NotAllowed):
                add(world, who)
            closure = add(world)
            with pytest.raises(NotFound):
                delete(world, closure, who)
            with pytest.raises(NotAllowed):
                world.do(delete_closure, actor=world.actor(who), closure=closure, at=world.at)


def test_the_umbrella_closes_for_its_member_and_the_log_says_so(world):
    delete(world, add(world, who="kerstin"), who="kerstin")
    entries = [one for one in rows(world, LogEntry) if one.action.startswith("closure.")]
    assert [(one.action, one.purpose) for one in entries] == [
        ("closure.added", "on_behalf"),
        ("closure.deleted", "on_behalf"),
    ]


def test_one_sees_the_closures_of_own_organisations_that_are_not_over(world):
    add(world)
    add(world, who="petra", owner="clinic")
    with world.database.transaction() as session:
        club = world.cast.organisations["club"].id
        day = world.at.date() - timedelta(days=3)
        session.add(Closure(organisation_id=club, name="vorbei", first_on=day, last_on=day))
    with world.database.reading() as session:
        found = list_closures(session, world.actor("kerstin"), since=world.at.date())
        assert [(one.name, organisation.name) for one, organisation in found] == [
            ("Betriebsferien", "SV Elbaue Coswig")
        ]


def school_holiday(world, who="nora"):
    days = {"first_on": FIRST, "last_on": FIRST}
    return world.do(add_school_holiday, actor=world.actor(who), name="Heimatfest", at=world.at, **days)


def test_a_coordinator_adds_a_day_of_school_holidays_for_all_and_takes_it_off_again(world):
    day = school_holiday(world)
    without = publish(world, make_offer(world), weekly(count=2), school_closed=True)
    assert days_of(world, without) == [FIRST + WEEK]
    assert FIRST in days_of(world, publish(world, make_offer(world), weekly(count=2)))
    world.do(delete_school_holiday, actor=world.actor("nora"), closure=day, at=world.at)
    assert rows(world, Closure) == []


def test_nobody_else_touches_the_school_holidays(world, subtests):
    for who in ["sven", "kerstin", "clara", "otto", "fred"]:
        with subtests.test(who=who):
            with pytest.raises(NotAllowed):
                school_holiday(world, who)
            day = school_holiday(world)
            with pytest.raises(NotAllowed):
                world.do(delete_school_holiday, actor=world.actor(who), closure=day, at=world.at)


def test_a_coordinator_cannot_reach_a_closure_of_a_partner_through_the_school_holidays(world):
    closure = add(world)
    with pytest.raises(NotFound):
        world.do(delete_school_holiday, actor=world.actor("nora"), closure=closure, at=world.at)
    assert len(rows(world, Closure)) == 1
    assert rows(world, Slot) == []
