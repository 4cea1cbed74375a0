"""Lending a room: what makes no sense for a room is left out, its windows are cut, and it stays a room."""

import pytest
from sqlalchemy import select

from hub import clock
from hub.models.offer import Access, Form, Offer
from hub.models.slot import Slot
from tests.places import all_rows, make_offer
from tests.rooms import lend_room, lent_slot


def place_of(world):
    location = world.cast.locations["town_hall"]
    return f"{location.public_id}/{location.rooms[0].public_id}"


def entries(world, **more):
    known = {"title": "Sitzungszimmer", "aim": "daily_life", "form": "room", "place": place_of(world)}
    return known | {"stage": "prevention", "public": "yes", "window_days": "90"} | more


def series(**more):
    known = {"weekdays": "1", "start": "09:00", "end": "12:00", "repeat": "1", "starts_on": "2026-09-15"}
    return known | {"ending": "count", "count": "2", "holidays": "closed", "school": "open", "pieces": "60"} | more


def test_the_form_of_a_room_asks_nothing_about_people_and_keeps_nothing_of_it(world, sign_in):
    gudrun = sign_in("gudrun")
    form = gudrun.get("/own-offers/new?form=room").text
    assert 'name="access"' not in form
    assert 'name="places"' not in form
    people = {"access": "named", "places": "9", "women_only": "y", "field_groups": "I2", "field_reason": "x"}
    assert gudrun.post("/own-offers", data=entries(world, **people)).status_code == 303
    offer = all_rows(world, Offer)[0]
    assert (offer.form, offer.access, offer.places, offer.women_only) == (Form.ROOM, Access.ANONYMOUS, 1, False)
    assert offer.field_groups == []


def test_a_room_needs_a_place(world, sign_in):
    answer = sign_in("gudrun").post("/own-offers", data=entries(world, place=""))
    assert answer.status_code == 422
    assert "Welcher Raum wird verliehen?" in answer.text


@pytest.mark.parametrize(("present", "wanted"), [("group", "room"), ("room", "group")])
def test_an_offer_for_people_never_becomes_a_room_nor_a_room_an_offer(world, sign_in, present, wanted):
    town_hall = world.cast.locations["town_hall"]
    kept = {"location_id": town_hall.id, "room_id": town_hall.rooms[0].id}
    offer = lend_room(world) if present == "room" else make_offer(world, owner="town", **kept)
    changed = entries(world, form=wanted, access="anonymous", places="1", version="1")
    answer = sign_in("gudrun").post(f"/own-offers/{offer.public_id}", data=changed)
    assert answer.status_code == 422
    assert "ein neues Angebot" in answer.text
    assert all_rows(world, Offer)[0].form is offer.form


def test_a_window_is_cut_into_pieces_each_with_one_place(world, sign_in):
    offer, gudrun = lend_room(world), sign_in("gudrun")
    preview = gudrun.get(
        f"/own-offers/{offer.public_id}/series/preview", query_string=series(place=place_of(world))
    ).text
    assert "Jeden Dienstag, 9 bis 12\u00a0Uhr" in preview
    assert "In Stücken von 60 Minuten." in preview
    made = gudrun.post(f"/own-offers/{offer.public_id}/series", data=series(place=place_of(world), places="7"))
    assert made.status_code == 303
    slots = all_rows(world, Slot)
    assert [f"{clock.local(slot.starts_at):%d. %H}" for slot in slots] == [
        f"{day}. {hour}" for day in (15, 22) for hour in ("09", "10", "11")
    ]
    assert {slot.places for slot in slots} == {1}


def test_an_offer_for_people_is_not_cut(world, sign_in):
    offer = make_offer(world, owner="town", location_id=None)
    form = sign_in("gudrun").get(f"/own-offers/{offer.public_id}/series/new").text
    assert 'name="pieces"' not in form
    made = sign_in("gudrun").post(f"/own-offers/{offer.public_id}/series", data=series(place="", places="7"))
    assert made.status_code == 303
    assert len(all_rows(world, Slot)) == 2


def test_a_lent_date_gets_no_other_number_of_places(world, sign_in):
    slot = lent_slot(world)
    sign_in("gudrun").post(f"/slots/{slot.public_id}/places", data={"number": "5", "version": "1"})
    with world.database.reading() as session:
        assert session.scalar(select(Slot.places).where(Slot.id == slot.id)) == 1
