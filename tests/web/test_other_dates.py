"""What a page offers where something is full: courses, rooms, dates to move to; forms sent twice; groups; once more."""

from datetime import timedelta

import pytest

from hub.models.booking import Booking, BookingState
from hub.models.offer import Form
from hub.models.slot import Slot
from tests.courses import join, make_course, make_course_offer, sessions_of
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.queues import cancel
from tests.rooms import borrow, lend_room, lent_slot
from tests.web.test_bookings import key_of


@pytest.fixture
def clara(sign_in):
    return sign_in("clara")


def test_a_full_course_leads_to_the_next_one_of_the_offer_and_to_what_is_alike(world, clara):
    offer, person = make_course_offer(world), world.cast.tarik.public_id
    full, later = make_course(world, offer, places=1), make_course(world, offer, rule_count=4)
    alike = make_course(world, make_course_offer(world, title="Wandern im Herbst"))
    join(world, full, world.cast.heinz)
    shown = clara.get(f"/courses/{full.public_id}/bookings/new?person={person}")
    sent = clara.post(f"/courses/{full.public_id}/bookings", data={"person": person, "key": "k"})
    assert (shown.status_code, sent.status_code) == (200, 409)
    for page in (shown.text, sent.text):
        assert "Diese Termine gehen" in page
        assert f"/courses/{later.public_id}/bookings/new?person={person}" in page
        assert f"/slots/{sessions_of(world, alike)[0].public_id}/bookings/new" in page
        assert f"/slots/{sessions_of(world, full)[0].public_id}/bookings/new" not in page


def test_a_taken_room_leads_to_other_free_times_of_rooms_in_reach(world, clara):
    offer = lend_room(world)
    slot, *others = (lent_slot(world, offer, days=day) for day in (2, 1, 3, 4, 6))
    far = lent_slot(world, lend_room(world, place="gym"), days=2)
    borrow(world, slot, by="cem")
    shown = clara.get(f"/rooms/{slot.public_id}/loans/new")
    sent = clara.post(f"/rooms/{slot.public_id}/loans", data={"key": "k", "travel_minutes": "0", "person": ""})
    assert (shown.status_code, sent.status_code) == (200, 409)
    for page in (shown.text, sent.text):
        assert [f"/rooms/{one.public_id}/loans/new" in page for one in others] == [True, True, True, False]
        assert far.public_id not in page


def test_where_no_date_is_left_to_move_to_something_alike_is_shown(world, clara):
    offer = make_offer(world)
    booking = book(world, make_slot(world, offer), world.cast.tarik)
    full = make_slot(world, offer, starts_at=world.at + timedelta(days=9), places=1)
    book(world, full, world.cast.heinz)
    alike = make_slot(world, make_offer(world, title="Wandern"), starts_at=world.at + timedelta(days=5))
    page = clara.get(f"/bookings/{booking.public_id}/slot").text
    assert full.public_id not in page
    assert f"/slots/{alike.public_id}/bookings/new" in page


def test_a_group_takes_its_places_and_who_comes_alone_is_not_asked(world, clara):
    person = world.cast.tarik.public_id
    group = make_slot(world, make_offer(world), places=9)
    alone = make_slot(world, make_offer(world, form=Form.SINGLE), starts_at=world.at + timedelta(days=4))
    way = f"/slots/{group.public_id}/bookings"
    assert 'name="party"' in clara.get(f"{way}/new?person={person}").text
    assert 'name="party"' not in clara.get(f"/slots/{alone.public_id}/bookings/new?person={person}").text
    refused = clara.post(way, data={"person": person, "key": "k", "party": "7"})
    assert refused.status_code == 422
    assert "Bitte eine Zahl von 1 bis 6." in refused.text
    assert clara.post(way, data={"person": person, "key": "k", "party": "5"}).status_code == 303
    assert [row.party for row in all_rows(world, Booking)] == [5]
    too_many = clara.post(way, data={"person": world.cast.heinz.public_id, "key": "l", "party": "5"})
    assert too_many.status_code == 409
    assert 'value="5"' in too_many.text  # what was written is kept
    posted = clara.post(f"/slots/{alone.public_id}/bookings", data={"person": person, "key": "m", "party": "2"})
    assert posted.status_code == 409
    assert "Hier kommt jeder Mensch allein." in posted.text


def test_the_back_button_of_a_coach_brings_the_page_anew_under_a_new_key(world, clara):
    slot, person = make_slot(world, make_offer(world)), world.cast.tarik.public_id
    way = f"/slots/{slot.public_id}/bookings"
    data = {"person": person, "key": key_of(clara.get(f"{way}/new?person={person}").text)}
    clara.post(way, data=data)
    (booking,) = all_rows(world, Booking)
    clara.post(f"/bookings/{booking.public_id}/cancellation")
    answer = clara.post(way, data=data)
    assert answer.status_code == 409
    assert "inzwischen abgesagt" in answer.text
    assert clara.post(way, data=data | {"key": key_of(answer.text)}).status_code == 303
    assert [row.state for row in all_rows(world, Booking)] == [BookingState.CANCELLED, BookingState.CONFIRMED]


def test_one_move_sent_twice_from_the_page_is_one(world, clara):
    offer = make_offer(world)
    booking = book(world, make_slot(world, offer), world.cast.tarik)
    target = make_slot(world, offer, starts_at=world.at + timedelta(days=9))
    page = clara.get(f"/bookings/{booking.public_id}/slot").text
    assert 'name="sequence" value="0"' in page
    data = {"slot": target.public_id, "seen": target.starts_at.isoformat(), "sequence": "0"}
    assert [clara.post(f"/bookings/{booking.public_id}/slot", data=data).status_code for _ in "12"] == [303, 303]
    (after,) = all_rows(world, Booking)
    assert (after.sequence, after.code) == (1, booking.code)


def test_a_place_given_back_by_the_own_side_is_booked_again_and_a_date_that_fell_away_is_not(world, clara):
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    cancel(world, booking)
    again = f"/slots/{slot.public_id}/bookings/new?person={world.cast.tarik.public_id}"
    page = clara.get(f"/bookings/{booking.public_id}").text
    assert "Wieder buchen" in page
    assert again.replace("&", "&amp;") in page
    with world.database.transaction() as session:
        row = session.get_one(Booking, booking.id)
        row.cancelled_by = "partner"
    assert "Wieder buchen" not in clara.get(f"/bookings/{booking.public_id}").text
    with world.database.transaction() as session:
        session.get_one(Booking, booking.id).cancelled_by = "coach"
        session.get_one(Slot, slot.id).set_times(world.at - timedelta(hours=2), world.at - timedelta(hours=1))
    assert "Wieder buchen" not in clara.get(f"/bookings/{booking.public_id}").text


@pytest.mark.parametrize("n", [2, 12])
def test_a_page_of_a_full_course_asks_no_more_with_many_courses(world, clara, n):
    offer, person = make_course_offer(world), world.cast.tarik.public_id
    full = make_course(world, offer, places=1)
    for _ in range(n):
        make_course(world, offer)
    join(world, full, world.cast.heinz)
    with counted(world) as statements:
        clara.get(f"/courses/{full.public_id}/bookings/new?person={person}")
    assert len(statements) <= 32, len(statements)
