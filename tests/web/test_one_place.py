"""One place called off by its partner, as everybody reads it; and a place given back that is taken again."""

from datetime import timedelta

import pytest

from hub.models.booking import ONE_PLACE, Booking, BookingState
from hub.models.offer import Access, Form, Offer
from hub.models.slot import Pool
from hub.models.user import Membership, Role
from tests.loop import now, rows
from tests.places import book, counted, enter, give_card, make_offer, make_people, make_slot
from tests.queues import cancel, keep

WHY = {"reason": "no_capacity"}


@pytest.fixture
def place(world):
    """Give a date, a place in it, and the address under which its partner calls it off."""
    slot = make_slot(world, make_offer(world), places=3)
    booking = book(world, slot, world.cast.tarik)
    return slot, booking, f"/slots/{slot.public_id}/attendees/{booking.public_id}/calling-off"


def test_the_partner_reads_what_it_does_and_needs_a_reason(world, sign_in, place):
    slot, booking, address = place
    sven = sign_in("sven")
    assert address in sven.get(f"/slots/{slot.public_id}").text
    page = sven.get(address).text
    assert booking.code in page
    assert "Tarik" not in page
    for data in ({}, {"reason": "krank"}):
        assert sven.post(address, data=data).status_code == 422
    assert now(world, booking).state is BookingState.CONFIRMED
    for _ in range(2):  # a double tap is one
        assert sven.post(address, data=WHY).location == f"/slots/{slot.public_id}"
    assert now(world, booking).cancelled_by == ONE_PLACE
    assert now(world, slot).places == 2
    assert sven.get(address).status_code == 404
    assert booking.code not in sven.get(f"/slots/{slot.public_id}").text


def test_coach_and_person_read_that_the_place_is_gone_and_the_date_is_not(world, app, sign_in, place):
    _, booking, address = place
    tarik = world.cast.tarik
    assert sign_in("sven").post(address, data=WHY).status_code == 303
    clara = sign_in("clara")
    with counted(world) as statements:
        page = clara.get("/today").text
    assert len(statements) <= 12
    assert "Der Partner hat den Platz abgesagt. Wir haben doch keinen Platz." in page
    assert "findet doch statt" not in page
    page = clara.get(f"/bookings/{booking.public_id}").text
    assert "Der Partner hat diesen Platz abgesagt." in page
    assert "Der Partner sagt: Wir haben doch keinen Platz." in page
    assert "Wieder buchen" not in page
    own = enter(app, give_card(world, tarik)).get("/me").text
    assert "Platz abgesagt." in own
    assert "Fällt aus." not in own
    assert clara.post(f"/bookings/{booking.public_id}/told", data={}).status_code == 303
    assert "Der Partner hat den Platz abgesagt" not in clara.get("/today").text


def test_the_last_place_is_refused_with_the_way_to_the_whole_date(world, sign_in):
    slot = make_slot(world, make_offer(world), places=1)
    booking = book(world, slot, world.cast.tarik)
    answer = sign_in("sven").post(f"/slots/{slot.public_id}/attendees/{booking.public_id}/calling-off", data=WHY)
    assert answer.status_code == 409
    assert "Das ist der letzte Platz." in answer.text
    assert f"/slots/{slot.public_id}/calling-off" in answer.text


def test_a_place_the_person_gave_back_meanwhile_is_said_to_be_gone_and_takes_none_away(world, sign_in, place):
    slot, booking, address = place
    sven = sign_in("sven")
    assert sven.get(address).status_code == 200
    cancel(world, booking)
    answer = sven.post(address, data=WHY, follow_redirects=True)
    assert answer.request.path == f"/slots/{slot.public_id}"
    assert "Jemand war schneller." in answer.text
    assert "Der Platz ist abgesagt." not in answer.text
    assert (now(world, booking).cancelled_by, now(world, slot).places) == ("coach", 3)


def test_nobody_else_and_no_other_place(world, sign_in, place, subtests):
    slot, booking, address = place
    other = make_slot(world, make_offer(world), starts_at=world.at + timedelta(days=5))
    room = make_slot(world, make_offer(world, form=Form.ROOM), starts_at=world.at + timedelta(days=6))
    for key in ("nora", "petra", "clara", "fred", "frank", "lena", "anna", "otto"):
        with subtests.test(key):
            browser = sign_in(key)
            assert (browser.get(address).status_code, browser.post(address, data=WHY).status_code) == (404, 404)
    sven = sign_in("sven")
    for date in (other, room):
        wrong = f"/slots/{date.public_id}/attendees/{booking.public_id}/calling-off"
        assert (sven.get(wrong).status_code, sven.post(wrong, data=WHY).status_code) == (404, 404)
    assert now(world, booking).state is BookingState.CONFIRMED
    assert sign_in("kerstin").get(address).status_code == 200, "the umbrella acts for its club, by code"
    assert slot.places == 3


def test_what_the_person_gave_back_can_be_taken_again_alone_while_it_is_free(world, app):
    slot = make_slot(world, make_offer(world, title="Gymnastik"), places=1)
    booking = book(world, slot, world.cast.tarik)
    tarik = enter(app, give_card(world, world.cast.tarik))
    again = f"/me/slots/{slot.public_id}/booking"
    assert again not in tarik.get("/me").text
    assert tarik.post(f"/me/bookings/{booking.public_id}/cancellation").status_code == 303
    with counted(world) as statements:
        page = tarik.get("/me").text
    assert len(statements) <= 12
    assert "Wieder buchen" in page
    assert again in page
    (other,) = make_people(world, 1)
    taken = book(world, slot, other)
    assert again not in tarik.get("/me").text, "somebody else has it"
    with world.database.transaction() as session:
        session.get_one(Booking, taken.id).state = BookingState.EXPIRED
        session.get_one(Pool, taken.pool_id).taken = 0
    assert tarik.post(again, data={"seen": slot.starts_at.isoformat()}).status_code == 303
    assert again not in tarik.get("/me").text
    assert len(rows(world, Booking, Booking.state == BookingState.CONFIRMED)) == 1


def test_a_place_kept_for_the_house_where_the_coach_works_is_one_the_person_could_have_again(world, app):
    house = world.cast.organisations["club"]
    with world.database.transaction() as session:
        seat = {"organisation_id": house.id, "role": Role.COACH, "created_at": world.at}
        session.add(Membership(user_id=world.user("clara").id, **seat))
    slot = make_slot(world, make_offer(world), places=0)
    keep(world, slot, 1, organisation_id=house.id)
    booking = book(world, slot, world.cast.tarik)
    tarik = enter(app, give_card(world, world.cast.tarik))
    assert tarik.post(f"/me/bookings/{booking.public_id}/cancellation").status_code == 303
    with counted(world) as statements:
        assert f"/me/slots/{slot.public_id}/booking" in tarik.get("/me").text
    assert len(statements) <= 12


def test_with_a_name_it_is_the_coach_who_books_again(world, app):
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    tarik = enter(app, give_card(world, world.cast.tarik))
    tarik.post(f"/me/bookings/{booking.public_id}/cancellation")
    assert "Wieder buchen" in tarik.get("/me").text
    with world.database.transaction() as session:
        session.get_one(Offer, slot.offer_id).access = Access.NAMED
    assert "Wieder buchen" not in tarik.get("/me").text


def test_where_one_simply_goes_it_is_noted_again(world, app):
    slot = make_slot(world, make_offer(world, access=Access.OPEN), places=0)
    booking = book(world, slot, world.cast.tarik)
    tarik = enter(app, give_card(world, world.cast.tarik))
    tarik.post(f"/me/bookings/{booking.public_id}/cancellation")
    page = tarik.get("/me").text
    assert "Wieder vormerken" in page
    assert "Platz frei" not in page
