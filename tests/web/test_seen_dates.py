"""Nobody is booked at a time they never saw: forms say what they showed, and a moved date is shown anew."""

import re
from datetime import timedelta

from hub.actions.slots import move_slot
from hub.models.booking import Booking
from hub.queries.slots import get_own_slot
from tests.courses import make_course, sessions_of
from tests.places import all_rows, book, make_offer, make_slot


def field(page, name):
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert found, name
    return found[1]


def move(world, slot, hours):
    sven, by = world.actor("sven"), timedelta(hours=hours)
    with world.database.transaction() as session:
        own = get_own_slot(session, sven, slot.public_id)
        new = {"starts_at": own.starts_at + by, "ends_at": own.ends_at + by}
        move_slot(session, actor=sven, slot=own, at=world.at, **new)


def test_a_date_moved_since_the_page_was_shown_comes_back_with_its_new_time_and_the_entries(world, sign_in):
    slot, clara, tarik = make_slot(world, make_offer(world, companion_welcome=True)), sign_in("clara"), world.cast.tarik
    page = clara.get(f"/slots/{slot.public_id}/bookings/new?person={tarik.public_id}").text
    data = {"person": tarik.public_id, "party": "2", **{name: field(page, name) for name in ("key", "seen")}}
    move(world, slot, 2)
    answer = clara.post(f"/slots/{slot.public_id}/bookings", data=data)
    assert answer.status_code == 409
    assert "inzwischen verlegt" in answer.text
    assert "10:30" in answer.text
    assert (field(answer.text, "key"), field(answer.text, "party")) == (data["key"], "2")
    assert all_rows(world, Booking) == []
    again = data | {"seen": field(answer.text, "seen")}
    for _ in range(2):
        assert clara.post(f"/slots/{slot.public_id}/bookings", data=again).status_code == 303
    (booking,) = all_rows(world, Booking)
    assert (booking.starts_at, booking.party) == (slot.starts_at + timedelta(hours=2), 2)
    move(world, slot, 1)
    assert clara.post(f"/slots/{slot.public_id}/bookings", data=again).status_code == 303  # it is booked already


def test_moving_a_place_to_a_date_that_moved_itself_shows_the_dates_anew(world, sign_in):
    offer, clara = make_offer(world), sign_in("clara")
    slot, other = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=4))
    booking = book(world, slot, world.cast.tarik)
    address = f"/bookings/{booking.public_id}/slot"
    data = {"slot": other.public_id, "seen": field(clara.get(address).text, "seen")}
    move(world, other, 3)
    assert clara.post(address, data=data).status_code == 409
    assert all_rows(world, Booking)[0].slot_id == slot.id
    data["seen"] = field(clara.get(address).text, "seen")
    assert clara.post(address, data=data).status_code == 303


def test_a_course_whose_dates_changed_is_shown_again_before_it_is_booked(world, sign_in):
    course, clara, tarik = make_course(world), sign_in("clara"), world.cast.tarik
    page = clara.get(f"/courses/{course.public_id}/bookings/new?person={tarik.public_id}").text
    data = {"person": tarik.public_id, "key": "k", "seen": field(page, "seen")}
    move(world, sessions_of(world, course)[3], 4)
    answer = clara.post(f"/courses/{course.public_id}/bookings", data=data)
    assert answer.status_code == 409
    assert "haben sich inzwischen geändert" in answer.text
    assert all_rows(world, Booking) == []


def test_nonsense_in_the_field_is_no_time_that_was_shown(world, sign_in):
    slot, clara = make_slot(world, make_offer(world)), sign_in("clara")
    for nonsense in ("", "gestern", "2026-09-17T08:30:00"):
        data = {"person": world.cast.tarik.public_id, "key": "k", "seen": nonsense}
        assert clara.post(f"/slots/{slot.public_id}/bookings", data=data).status_code == 303
