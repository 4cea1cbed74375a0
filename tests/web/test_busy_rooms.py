"""Pages that take a room: what its calendar says is said there, and taking it all the same is one box to tick."""

import re

import pytest

from hub.actions.slots import call_off_slot
from hub.models.series import Series
from hub.models.slot import Slot, SlotState
from tests import foreign_calendars as foreign
from tests.actions.test_busy_rooms import busy_at, own, town_offer, town_series, town_slot, unread
from tests.foreign_calendars import in_days
from tests.places import all_rows, counted
from tests.rooms import borrow, lend_room, lent_slot
from tests.series import weekly
from tests.web.test_calling_off import preview, seen_in, ticked
from tests.web.test_room_loans import take
from tests.web.test_slots import words

BOX = 'name="despite_busy"'
BUSY = "Der Kalender des Hauses meldet den Raum"


@pytest.fixture
def gudrun(sign_in):
    return sign_in("gudrun")


def entries_of(world, **more):
    room = foreign.room_of(world)
    place = f"{world.cast.town_hall.public_id}/{room.public_id}"
    data = {"weekdays": "2", "start": "10:00", "end": "11:00", "repeat": "1", "starts_on": "2026-09-14"}
    return data | {"ending": "open", "holidays": "closed", "school": "open", "places": "6", "place": place} | more


def test_a_series_in_a_busy_room_is_published_after_the_box_was_ticked(world, gudrun):
    busy_at(world, in_days(world, 9))
    offer, data = town_offer(world), entries_of(world)
    page = gudrun.get(f"/own-offers/{offer.public_id}/series/preview", query_string=data)
    assert (BOX in page.text, f"{BUSY} einmal als belegt." in words(page)) == (True, True)
    refused = gudrun.post(f"/own-offers/{offer.public_id}/series", data=data)
    assert (refused.status_code, BOX in refused.text, all_rows(world, Series)) == (409, True, [])
    done = gudrun.post(f"/own-offers/{offer.public_id}/series", data=data | {"despite_busy": "y"})
    assert (done.status_code, all_rows(world, Series)[0].despite_busy) == (303, True)


def test_a_free_room_and_a_lent_one_ask_nothing(world, gudrun):
    busy_at(world, in_days(world, 2))
    free, lent = town_offer(world), lend_room(world)
    for offer, weekday in ((free, "3"), (lent, "2")):
        path = f"/own-offers/{offer.public_id}/series"
        data = entries_of(world, weekdays=weekday)
        assert BOX not in gudrun.get(f"{path}/preview", query_string=data).text
        assert gudrun.post(path, data=data).status_code == 303


def test_an_unknown_room_is_asked_about_in_one_sentence(world, gudrun):
    unread(world)
    path = f"/own-offers/{town_offer(world).public_id}/series/preview"
    page = gudrun.get(path, query_string=entries_of(world))
    assert BOX in page.text
    assert BUSY not in page.text


def move_of(slot, day, **more):
    return {"day": f"{day:%Y-%m-%d}", "start": "10:00", "end": "11:00", "room": "", "version": "1"} | more


def test_one_date_moves_into_a_busy_room_after_the_box_was_ticked(world, gudrun):
    slot, day = town_slot(world), in_days(world, 4)
    busy_at(world, day)
    path = f"/slots/{slot.public_id}/move"
    assert f"{BUSY} einmal als belegt." in words(gudrun.get(path, query_string=move_of(slot, day)))
    refused = gudrun.post(path, data=move_of(slot, day))
    assert (refused.status_code, BOX in refused.text) == (409, True)
    assert "Es ist noch nichts geschehen" in refused.text
    assert gudrun.post(path, data=move_of(slot, day, despite_busy="y")).status_code == 303
    assert own(world, slot).starts_at == day
    assert BOX not in gudrun.get(path, query_string=move_of(slot, in_days(world, 5), version="2")).text


def test_a_lent_room_somebody_has_has_no_box(world, gudrun):
    slot, day = lent_slot(world, days=3), in_days(world, 4)
    borrow(world, slot)
    busy_at(world, day)
    page = gudrun.get(f"/slots/{slot.public_id}/move", query_string=move_of(slot, day))
    assert (page.status_code, BOX in page.text) == (409, False)
    assert "ein Coach hat ihn" in page.text


def test_several_dates_move_into_a_busy_room_after_the_box_was_ticked(world, gudrun):
    slots = [town_slot(world, days) for days in (3, 4)]
    busy_at(world, in_days(world, 11))
    data = {"first_on": "2026-09-17", "last_on": "2026-09-18", "what": f"all:{world.cast.town.public_id}"}
    data |= {"how": "move", "days": "7", "direction": "later"}
    first = preview(gudrun, data)
    asked = gudrun.post("/calling-off", data=data | {"seen": seen_in(first), "slot": ticked(first)})
    assert (BOX in asked.text, asked.text.count("Raum belegt laut Kalender.")) == (True, 1)
    data |= {"seen": seen_in(asked), "slot": ticked(asked)}
    refused = gudrun.post("/calling-off/moving", data=data)
    assert (refused.status_code, BOX in refused.text) == (409, True)
    assert own(world, slots[0]).starts_at == slots[0].starts_at
    assert gudrun.post("/calling-off/moving", data=data | {"despite_busy": "y"}).status_code == 303
    assert [slot.starts_at for slot in all_rows(world, Slot)] == [in_days(world, 10), in_days(world, 11)]


def test_a_changed_series_shows_the_box_and_the_busy_date(world, gudrun):
    series = town_series(world, weekly(count=3))
    busy_at(world, in_days(world, 9, 10))
    data = entries_of(world, scope="all", since="2026-09-14", start="12:00", end="13:00", starts_on="2026-09-16")
    data |= {"ending": "count", "count": "3"}
    page = gudrun.get(f"/series/{series.public_id}/difference", query_string=data)
    assert (BOX in page.text, "Raum belegt laut Kalender." in page.text) == (True, True)
    expected = re.search(r'name="expected"[^>]*value="(\w+)"', page.text)
    data |= {"expected": expected[1]}
    refused = gudrun.post(f"/series/{series.public_id}/changes", data=data)
    assert (refused.status_code, BOX in refused.text) == (409, True)
    assert gudrun.post(f"/series/{series.public_id}/changes", data=data | {"despite_busy": "y"}).status_code == 303


def test_a_date_called_off_is_restored_into_a_busy_room_by_a_second_button(world, gudrun):
    slot = town_slot(world)
    world.do(call_off_slot, actor=world.actor("gudrun"), slot=own(world, slot), at=world.at)
    busy_at(world, slot.starts_at)
    path, data = f"/slots/{slot.public_id}/restoration", {"version": str(own(world, slot).version)}
    refused = gudrun.post(path, data=data)
    assert (refused.status_code, "Findet trotzdem in diesem Raum statt" in refused.text) == (409, True)
    assert f"{BUSY} als belegt" in refused.text
    assert gudrun.post(path, data=data | {"despite_busy": "y"}).status_code == 303
    assert own(world, slot).state is SlotState.PLANNED


def test_a_coach_is_not_shown_a_lent_room_that_is_busy_or_unknown_and_cannot_take_it(world, sign_in):
    offer = lend_room(world)
    slot, other = lent_slot(world, offer), lent_slot(world, offer, days=2)
    busy_at(world, slot.starts_at)
    clara = sign_in("clara")
    page = clara.get("/rooms")
    assert (slot.public_id in page.text, other.public_id in page.text) == (False, True)
    new = clara.get(f"/rooms/{slot.public_id}/loans/new")
    assert "Der Kalender des Hauses meldet den Raum als belegt. Fragen Sie am Telefon" in new.text
    refused = take(clara, slot, travel_minutes="0")
    assert (refused.status_code, "als belegt" in refused.text) == (409, True)
    unread(world)
    assert other.public_id not in clara.get("/rooms").text


def test_the_list_of_rooms_asks_as_often_with_many_times_of_a_read_calendar(world, sign_in):
    busy_at(world, in_days(world, 20))
    offer, clara = lend_room(world), sign_in("clara")
    lent_slot(world, offer)
    clara.get("/rooms")
    with counted(world) as one:
        clara.get("/rooms")
    for hours in range(1, 10):
        lent_slot(world, offer, days=1, hours=hours)
    with counted(world) as many:
        clara.get("/rooms")
    assert len(one) == len(many)


@pytest.mark.parametrize("key", ["clara", "nora"])
def test_the_box_gives_nobody_a_right(world, sign_in, key):
    slot = town_slot(world)
    data = move_of(slot, in_days(world, 4), despite_busy="y")
    assert sign_in(key).post(f"/slots/{slot.public_id}/move", data=data).status_code in (403, 404)
    assert own(world, slot).starts_at == in_days(world, 3)
