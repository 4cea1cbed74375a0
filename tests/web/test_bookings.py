"""From the date to the booked page: preview, double click, full, consent, undo, move; and who may none of it."""

import re
from datetime import timedelta

import pytest

from hub.models.booking import Booking, BookingState
from hub.models.log import LogEntry
from hub.models.offer import Access
from hub.models.slot import Pool
from tests.places import all_rows, book, counted, give_consent, make_offer, make_people, make_slot


def key_of(page: str) -> str:
    found = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_place_is_booked_in_two_steps_and_a_reload_changes_nothing(world, sign_in):
    slot, clara = make_slot(world, make_offer(world)), sign_in("clara")
    person = world.cast.tarik.public_id
    page = clara.get(f"/slots/{slot.public_id}/bookings/new?person={person}").text
    assert "Niemand erfährt den Namen" in page
    assert all_rows(world, Booking) == []  # looking changes nothing
    data = {"person": person, "key": key_of(page)}
    answers = [clara.post(f"/slots/{slot.public_id}/bookings", data=data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    (booking,) = all_rows(world, Booking)
    assert {answer.location for answer in answers} == {f"/bookings/{booking.public_id}"}
    booked = clara.get(answers[0].location).text
    assert "Der Platz ist gebucht." in booked
    assert booking.code in booked


def test_somebody_may_come_along(world, sign_in):
    slot = make_slot(world, make_offer(world, companion_welcome=True))
    data = {"person": world.cast.tarik.public_id, "key": "k", "party": "2"}
    sign_in("clara").post(f"/slots/{slot.public_id}/bookings", data=data)
    assert [booking.party for booking in all_rows(world, Booking)] == [2]


def test_a_full_date_comes_back_with_other_dates_and_the_entries_kept(world, sign_in):
    offer = make_offer(world, companion_welcome=True)
    slot = make_slot(world, offer, places=1)
    others = [make_slot(world, offer, starts_at=world.at + timedelta(days=day)) for day in (4, 10, 17, 24)]
    book(world, slot, world.cast.heinz)
    data = {"person": world.cast.tarik.public_id, "key": "kept", "party": "2"}
    answer = sign_in("clara").post(f"/slots/{slot.public_id}/bookings", data=data)
    assert answer.status_code == 409
    assert "Der letzte Platz ist gerade vergeben worden." in answer.text
    assert [other.public_id in answer.text for other in others] == [True, True, True, False]


def test_a_date_in_the_way_is_named_and_so_are_other_dates(world, sign_in):
    offer = make_offer(world)
    slot = make_slot(world, offer)
    later = make_slot(world, offer, starts_at=world.at + timedelta(days=4))
    there = book(world, make_slot(world, make_offer(world, title="Wandern")), world.cast.tarik)
    page = sign_in("clara").get(f"/slots/{slot.public_id}/bookings/new?person={world.cast.tarik.public_id}").text
    assert "Zu dieser Zeit gibt es schon einen anderen Termin." in page
    assert f'href="/bookings/{there.public_id}"' in page
    assert f"/slots/{later.public_id}/bookings/new" in page


def test_when_the_offer_has_nothing_more_similar_ones_are_shown(world, sign_in):
    slot = make_slot(world, make_offer(world), places=1)
    similar = make_slot(world, make_offer(world, title="Wandern an der Elbe"))
    book(world, slot, world.cast.heinz)
    page = sign_in("clara").get(f"/slots/{slot.public_id}/bookings/new?person={world.cast.tarik.public_id}").text
    assert similar.public_id in page
    assert "Wandern an der Elbe" in page


def test_a_place_with_a_name_leads_to_the_consent_first(world, sign_in):
    offer = make_offer(world, access=Access.NAMED)
    slot, clara, person = make_slot(world, offer), sign_in("clara"), world.cast.tarik
    address = f"/slots/{slot.public_id}/bookings/new?person={person.public_id}"
    page = clara.get(address).text
    assert f"/slots/{slot.public_id}/holds" in page
    assert "Platz buchen" not in page
    refused = clara.post(f"/slots/{slot.public_id}/bookings", data={"person": person.public_id, "key": "k"})
    assert refused.status_code == 409
    give_consent(world, person, offer, groups=("I0", "I1", "G1", "B1"))
    assert "Platz buchen" in clara.get(address).text
    assert clara.post(f"/slots/{slot.public_id}/bookings", data={"person": person.public_id, "key": "k"}).location


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"women_only": True}, "nur für Frauen"),
        ({"notice_minutes": 9999}, "Telefon"),
        ({"window_days": 1}, "Tage vorher"),
    ],
)
def test_an_obstacle_is_said_before_the_button(world, sign_in, values, reason):
    slot = make_slot(world, make_offer(world, **values))
    page = sign_in("clara").get(f"/slots/{slot.public_id}/bookings/new?person={world.cast.tarik.public_id}").text
    assert reason in page
    assert "Platz buchen" not in page


def test_booking_is_undone_at_once(world, sign_in):
    slot, clara = make_slot(world, make_offer(world)), sign_in("clara")
    booking = book(world, slot, world.cast.tarik)
    assert "Rückgängig machen" in clara.get(f"/bookings/{booking.public_id}").text
    answer = clara.post(f"/bookings/{booking.public_id}/cancellation")
    assert answer.location == f"/people/{world.cast.tarik.public_id}"
    assert "<p>Der Platz ist zurückgegeben.</p>" in clara.get(answer.location).text
    assert all_rows(world, Booking)[0].state is BookingState.CANCELLED
    assert all_rows(world, Pool)[0].taken == 0
    again = f"/bookings/{booking.public_id}/cancellation"  # a second tap, and the way back
    assert {clara.post(again).location, clara.get(again).location} == {f"/bookings/{booking.public_id}"}
    assert clara.get(f"/bookings/{booking.public_id}").status_code == 200


def test_the_page_before_cancelling_says_what_happens(world, sign_in):
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    page = sign_in("clara").get(f"/bookings/{booking.public_id}/cancellation").text
    assert "SV Elbaue Coswig erfährt, dass der Platz frei ist." in page


def test_a_place_is_moved_to_another_date(world, sign_in):
    offer, clara = make_offer(world), sign_in("clara")
    booking = book(world, make_slot(world, offer), world.cast.tarik)
    target = make_slot(world, offer, starts_at=world.at + timedelta(days=10))
    full = make_slot(world, offer, starts_at=world.at + timedelta(days=11), places=1)
    book(world, full, world.cast.heinz)
    assert target.public_id in clara.get(f"/bookings/{booking.public_id}/slot").text
    assert clara.post(f"/bookings/{booking.public_id}/slot", data={"slot": full.public_id}).status_code == 409
    assert clara.post(f"/bookings/{booking.public_id}/slot", data={"slot": target.public_id}).status_code == 303
    assert all_rows(world, Booking)[0].slot_id == target.id


def test_for_everybody_else_the_booking_does_not_exist(world, sign_in, subtests):
    slot = make_slot(world, make_offer(world))
    booking, person = book(world, slot, world.cast.tarik), world.cast.tarik.public_id
    one = f"/bookings/{booking.public_id}"
    gets = [one, f"{one}/cancellation", f"{one}/slot", f"/slots/{slot.public_id}/bookings/new?person={person}"]
    posts = [f"{one}/cancellation", f"{one}/slot", f"{one}/told", f"/slots/{slot.public_id}/bookings"]
    data = {"person": person, "key": "k"}
    for key in ["cem", "frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other = sign_in(key)
            assert {address: other.get(address).status_code for address in gets} == dict.fromkeys(gets, 404)
            found = {address: other.post(address, data=data).status_code for address in posts}
            assert found == dict.fromkeys(posts, 404)
    assert len(all_rows(world, Booking)) == 1


def test_opening_is_logged_once_a_quarter_of_an_hour(world, sign_in):
    booking, clara = book(world, make_slot(world, make_offer(world)), world.cast.tarik), sign_in("clara")
    for _ in range(2):
        clara.get(f"/bookings/{booking.public_id}")
    assert [entry.action for entry in all_rows(world, LogEntry)].count("person.read") == 1


@pytest.mark.parametrize("n", [1, 50])
def test_the_number_of_statements_does_not_grow_with_the_dates(world, sign_in, n):
    offer, clara = make_offer(world), sign_in("clara")
    slots = [make_slot(world, offer, starts_at=world.at + timedelta(days=3, hours=2 * i)) for i in range(n)]
    address = f"/slots/{slots[0].public_id}/bookings/new?person={world.cast.tarik.public_id}"
    clara.get(address)
    with counted(world) as statements:
        assert clara.get(address).status_code == 200
    assert len(statements) <= 12, statements


@pytest.mark.parametrize("n", [1, 20])
def test_the_pages_of_a_full_date_stay_within_their_statements(world, sign_in, n):
    offer, clara = make_offer(world), sign_in("clara")
    slot = make_slot(world, offer, places=n)
    for person in make_people(world, n):
        book(world, slot, person)
    address = f"/slots/{slot.public_id}/bookings/new?person={world.cast.tarik.public_id}"
    clara.get(address)
    with counted(world) as statements:
        assert "Dieser Termin ist voll." in clara.get(address).text
    assert len(statements) <= 18, statements
