"""A full date behind the card: other dates, the waiting list, moving an own place; and the same form twice."""

from datetime import timedelta

import pytest

from hub.models.booking import Booking, BookingState, Waiting, WaitingState
from hub.models.notice import Notice
from hub.models.offer import Access
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_people, make_slot
from tests.queues import cancel
from tests.web.test_own_places import form_of, take


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def mine(world):
    return [row for row in all_rows(world, Booking) if row.participant_id == world.cast.tarik.id]


def full_date(world, *, other_days=(), **values):
    """A date whose only place Heinz has, and other dates of the same offer."""
    offer = make_offer(world, **values)
    slot = make_slot(world, offer, places=1)
    full = book(world, slot, world.cast.heinz)
    others = [make_slot(world, offer, starts_at=world.at + timedelta(days=day)) for day in other_days]
    return slot, full, others


def test_a_full_date_says_so_and_names_other_dates_and_the_list(world, tarik):
    slot, _, others = full_date(world, other_days=(4, 10, 17, 24))
    shown = tarik.get(f"/me/slots/{slot.public_id}/booking")
    sent = tarik.post(f"/me/slots/{slot.public_id}/booking", data={"key": "k" * 20, "seen": slot.starts_at.isoformat()})
    assert (shown.status_code, sent.status_code) == (200, 409)
    for page in (shown.text, sent.text):
        assert [f"/me/slots/{one.public_id}/booking" in page for one in others] == [True, True, True, False]
        assert "Auf die Warteliste" in page
        assert "Da gehe ich hin" not in page
        assert "Platz nehmen" not in page
    assert "Dieser Termin ist voll." in shown.text
    assert "Der letzte Platz ist gerade vergeben worden." in sent.text


def test_where_a_name_is_needed_another_offer_leads_to_its_page_and_no_place_is_taken(world, tarik):
    slot, _, _ = full_date(world)
    named = make_offer(world, access=Access.NAMED, title="Mit Namen")
    make_slot(world, named)
    page = tarik.get(f"/me/slots/{slot.public_id}/booking").text
    assert f"/me/offers/{named.public_id}" in page


def test_a_person_waits_and_takes_the_place_that_came_free(world, tarik):
    slot, full, _ = full_date(world, title="Rückenschule")
    answer = tarik.post(f"/me/slots/{slot.public_id}/waiting")
    assert (answer.status_code, answer.location) == (303, "/me")
    tarik.post(f"/me/slots/{slot.public_id}/waiting")  # a second tap
    assert [wish.state for wish in all_rows(world, Waiting)] == [WaitingState.WAITING]
    assert "Rückenschule" in tarik.get("/me").text
    cancel(world, full)
    page = tarik.get("/me").text
    assert "Für Sie gehalten bis" in page
    assert f"/me/slots/{slot.public_id}/booking" in page
    assert "gehalten bis" in tarik.get(f"/me/slots/{slot.public_id}/booking").text
    assert take(tarik, slot).status_code == 303
    assert [row.state for row in mine(world)] == [BookingState.CONFIRMED]
    assert [wish.state for wish in all_rows(world, Waiting)] == [WaitingState.TAKEN]


def test_a_no_gives_the_place_on(world, tarik):
    slot, full, _ = full_date(world)
    tarik.post(f"/me/slots/{slot.public_id}/waiting")
    cancel(world, full)
    (wish,) = all_rows(world, Waiting)
    assert tarik.post(f"/me/waiting/{wish.public_id}/withdrawal").location == "/me"
    assert [row.state for row in mine(world)] == [BookingState.EXPIRED]
    assert tarik.post(f"/me/waiting/{wish.public_id}/withdrawal").status_code == 303  # once more says nothing
    assert take(tarik, slot).status_code == 303  # free again, for anybody


@pytest.mark.parametrize("access", [Access.NAMED, Access.REQUEST])
def test_where_a_name_goes_along_nobody_waits_alone(world, tarik, access):
    slot = make_slot(world, make_offer(world, access=access), places=1)
    answer = tarik.post(f"/me/slots/{slot.public_id}/waiting")
    assert answer.status_code == 409
    assert "Hier fragt Ihr Coach für Sie." in answer.text
    assert all_rows(world, Waiting) == []


def test_a_date_with_a_place_has_no_list(world, tarik):
    slot = make_slot(world, make_offer(world))
    assert tarik.post(f"/me/slots/{slot.public_id}/waiting").status_code == 409
    assert "Warteliste" not in tarik.get(f"/me/slots/{slot.public_id}/booking").text


def test_a_person_moves_an_own_place_and_the_word_stays(world, tarik):
    offer = make_offer(world, cancel_minutes=60)
    old, new, later = (make_slot(world, offer, starts_at=world.at + timedelta(days=day)) for day in (3, 8, 9))
    take(tarik, old)
    (booking,) = mine(world)
    way = f"/me/bookings/{booking.public_id}/slot"
    assert way in tarik.get(f"/me/bookings/{booking.public_id}/cancellation").text
    page = tarik.get(way).text
    assert new.public_id in page
    assert old.public_id not in page
    sent = {"slot": new.public_id, "seen": new.starts_at.isoformat(), "sequence": str(booking.sequence)}
    mails = len(all_rows(world, Notice))
    assert [tarik.post(way, data=sent).status_code for _ in range(2)] == [303, 303]
    (after,) = mine(world)
    assert (after.slot_id, after.code, after.sequence) == (new.id, booking.code, 1)
    told = all_rows(world, Notice)[mails:]
    assert {row.user_id for row in told if row.user_id} == {world.user("clara").id}
    assert {row.organisation_id for row in told if row.organisation_id} == {world.cast.club.id}
    assert tarik.post(way, data=sent | {"slot": later.public_id, "seen": ""}).status_code == 409  # an old page


def test_a_full_day_is_not_among_the_days_to_move_to_and_is_refused(world, tarik):
    slot, _, (free,) = full_date(world, other_days=(4,), cancel_minutes=60)
    take(tarik, free)
    way = f"/me/bookings/{mine(world)[0].public_id}/slot"
    assert "Es gibt keinen anderen Termin." in tarik.get(way).text
    answer = tarik.post(way, data={"slot": slot.public_id})
    assert answer.status_code == 409
    assert "Der letzte Platz ist gerade vergeben worden." in answer.text
    assert mine(world)[0].slot_id == free.id


def test_after_the_deadline_and_for_other_peoples_places_there_is_no_move(world, tarik, app, sign_in):
    offer = make_offer(world, cancel_minutes=10 * 24 * 60)
    slot, other = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=20))
    booking = book(world, slot, world.cast.tarik)
    way = f"/me/bookings/{booking.public_id}/slot"
    assert tarik.get(way).location.endswith("/cancellation")
    assert tarik.post(way, data={"slot": other.public_id}).status_code in (303, 409)
    assert mine(world)[0].slot_id == slot.id
    (stranger,) = make_people(world, 1)
    browser = enter(app, give_card(world, stranger))
    assert [browser.get(way).status_code, browser.post(way, data={"slot": other.public_id}).status_code] == [404, 404]
    assert sign_in("clara").get(way).status_code in (302, 303, 403, 404)


def test_the_back_button_after_giving_a_place_back_asks_anew(world, tarik):
    slot = make_slot(world, make_offer(world))
    address = f"/me/slots/{slot.public_id}/booking"
    sent = form_of(tarik.get(address).text)
    tarik.post(address, data=sent)
    tarik.post(f"/me/bookings/{mine(world)[0].public_id}/cancellation")
    answer = tarik.post(address, data=sent)
    assert answer.status_code == 409
    assert "inzwischen abgesagt" in answer.text
    fresh = form_of(answer.text)
    assert fresh["key"] != sent["key"]
    assert tarik.post(address, data=fresh).status_code == 303
    assert [row.state for row in mine(world)] == [BookingState.CANCELLED, BookingState.CONFIRMED]


@pytest.mark.parametrize("n", [3, 20])
def test_pages_of_a_full_date_stay_within_their_statements(world, tarik, n):
    slot, _, others = full_date(world, other_days=range(4, 4 + n), cancel_minutes=60)
    tarik.post(f"/me/slots/{slot.public_id}/waiting")
    take(tarik, others[0])
    way = f"/me/bookings/{mine(world)[-1].public_id}/slot"
    for page, most in ((f"/me/slots/{slot.public_id}/booking", 20), (way, 14), ("/me", 22)):
        with counted(world) as statements:
            assert tarik.get(page).status_code == 200
        assert len(statements) <= most, (page, len(statements))
