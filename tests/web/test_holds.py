"""From the date to the consent and back with a held place; the partner sees that it is held, and nobody in it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.offer import Access, Offer
from hub.models.slot import Pool, Slot
from hub.seeds.cast import PASSWORD
from tests.loop import PIN, ask, card_with_pin, say, sheet_of
from tests.places import all_rows, book, enter, give_card, give_consent, make_offer, make_slot

HOLD = "Platz halten und Gerät übergeben"


@pytest.fixture
def slot(world):
    return make_slot(world, make_offer(world, access=Access.NAMED, field_groups=["I1"]), places=1)


def confirm_address(slot, person):
    return f"/slots/{slot.public_id}/bookings/new?person={person.public_id}"


def test_a_place_is_held_while_the_consent_is_asked_for_and_then_booked(world, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    page = clara.get(confirm_address(slot, tarik)).text
    assert HOLD in page
    assert all_rows(world, Booking) == []  # looking holds nothing
    answer = clara.post(f"/slots/{slot.public_id}/holds", data={"person": tarik.public_id})
    (held,) = all_rows(world, Booking)
    assert (answer.status_code, held.state) == (303, BookingState.HELD)
    assert "Platz gehalten bis 9" in clara.get(answer.location).text
    confirm = clara.get(confirm_address(slot, tarik)).text
    assert "Platz gehalten bis 9" in confirm
    assert "Dieser Termin ist voll." not in confirm  # the last place is the person's own
    assert f"/slots/{slot.public_id}/holds" not in confirm
    offer = slot_offer(world, slot)
    consent = ask(world, tarik, offer, slot)
    address = f"/people/{tarik.public_id}/consents/{consent.public_id}"
    assert "Platz gehalten bis 9" in clara.get(address, follow_redirects=True).text
    say(world, tarik, consent)
    assert "Jetzt buchen" in clara.get(address).text
    booked = clara.post(f"/slots/{slot.public_id}/bookings", data={"person": tarik.public_id, "key": "k"})
    assert booked.location == f"/bookings/{held.public_id}"
    assert all_rows(world, Pool)[0].taken == 1
    assert "Jetzt buchen" not in clara.get(address).text


def slot_offer(world, slot):
    with world.database.reading() as session:
        return session.get_one(Offer, slot.offer_id)


def test_a_held_place_is_given_back_with_one_tap(world, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    clara.post(f"/slots/{slot.public_id}/holds", data={"person": tarik.public_id})
    (held,) = all_rows(world, Booking)
    address = f"/holds/{held.public_id}/release"
    assert address in clara.get(confirm_address(slot, tarik)).text
    answer = clara.post(address)
    assert answer.location == confirm_address(slot, tarik)
    assert "Der Platz ist wieder frei." in clara.get(answer.location).text
    assert all_rows(world, Pool)[0].taken == 0
    assert clara.post(address).status_code == 303  # a second tap changes nothing


def test_when_somebody_was_faster_the_page_shows_other_dates(world, sign_in, slot):
    offer = slot_offer(world, slot)
    other = make_slot(world, offer, starts_at=world.at + timedelta(days=5))
    give_consent(world, world.cast.heinz, offer, groups=("I0", "I1", "G1", "B1"))
    book(world, slot, world.cast.heinz)
    clara = sign_in("clara")
    answer = clara.post(f"/slots/{slot.public_id}/holds", data={"person": world.cast.tarik.public_id})
    assert answer.status_code == 409
    assert "Der letzte Platz ist gerade vergeben worden." in answer.text
    assert other.public_id in answer.text


def test_where_the_partner_says_yes_first_nothing_is_held(world, sign_in):
    slot, clara = make_slot(world, make_offer(world, access=Access.REQUEST)), sign_in("clara")
    page = clara.get(confirm_address(slot, world.cast.tarik)).text
    assert "Gemeinsam ansehen" in page
    assert HOLD not in page
    answer = clara.post(f"/slots/{slot.public_id}/holds", data={"person": world.cast.tarik.public_id})
    assert answer.status_code == 409


def test_a_hold_is_on_no_page_of_the_person_and_none_of_the_coachs_day(world, app, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    clara.post(f"/slots/{slot.public_id}/holds", data={"person": tarik.public_id})
    (held,) = all_rows(world, Booking)
    me = enter(app, give_card(world, tarik))
    for page in (me.get("/me"), clara.get("/today"), clara.get(f"/people/{tarik.public_id}")):
        assert page.status_code == 200
        assert held.public_id not in page.text
        assert held.code not in page.text
    one = f"/bookings/{held.public_id}"
    assert [clara.get(f"{one}{tail}").status_code for tail in ("", "/cancellation", "/slot")] == [404] * 3
    assert clara.post(f"{one}/cancellation").status_code == 409
    assert me.post(f"/me/bookings/{held.public_id}/cancellation").status_code == 404


def test_the_partner_sees_a_held_place_and_nobody_in_it(world, sign_in, slot):
    clara, sven = sign_in("clara"), sign_in("sven")
    clara.post(f"/slots/{slot.public_id}/holds", data={"person": world.cast.tarik.public_id})
    (held,) = all_rows(world, Booking)
    page = sven.get(f"/slots/{slot.public_id}").text
    assert "Ein Platz ist gehalten." in page
    assert "Noch kommt niemand." in page
    assert held.code not in page
    assert "Tarik" not in page
    assert "0 frei, 1 gehalten" in sven.get("/slots?week=2026-W38").text


def test_for_everybody_else_there_is_nothing_to_hold_or_release(world, sign_in, slot, subtests):
    data = {"person": world.cast.tarik.public_id}
    sign_in("clara").post(f"/slots/{slot.public_id}/holds", data=data)
    (held,) = all_rows(world, Booking)
    for key in ["cem", "frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other = sign_in(key)
            assert other.post(f"/slots/{slot.public_id}/holds", data=data).status_code == 404
            assert other.post(f"/holds/{held.public_id}/release").status_code == 404
            assert all_rows(world, Booking)[0].state is BookingState.HELD


def handed_over(world, clara, slot, person):
    """Take the short way to the locked device; return the address of its page."""
    data = {"person": person.public_id, "seen": slot.starts_at.isoformat()}
    answer = clara.post(f"/slots/{slot.public_id}/sheets", data=data)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_short_way_asks_for_the_least_and_books_when_the_device_is_back(world, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    card_with_pin(world, tarik)
    here = handed_over(world, clara, slot, tarik)
    (held,) = all_rows(world, Booking)
    (asked,) = all_rows(world, Consent)
    assert (held.state, asked.state) == (BookingState.HELD, ConsentState.REQUESTED)
    assert asked.content == {"access_needs": [], "contact": None, "rough": {}}  # none: through the coach
    assert clara.get("/people").location == here  # locked
    page = clara.get(here).text
    assert "checked" not in page
    assert "/booking" not in page  # nothing to book before the answer
    home = here.removesuffix("/handover")
    assert (
        clara.post(f"{home}/handover/answer", data={f"answer_{asked.public_id}": "yes", "pin": PIN}).status_code == 303
    )
    assert f"{home}/booking" in clara.get(here).text
    assert clara.post(f"{home}/booking", data={"password": "falsch"}).status_code == 422
    assert all_rows(world, Booking)[0].state is BookingState.HELD
    assert clara.post(f"{home}/booking", data={"password": PASSWORD}).location == f"/bookings/{held.public_id}"
    (booked,) = all_rows(world, Booking)
    assert (booked.state, booked.code) == (BookingState.CONFIRMED, held.code)
    assert clara.get("/people").status_code == 200


def test_a_no_on_the_short_way_books_nothing(world, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    card_with_pin(world, tarik)
    here = handed_over(world, clara, slot, tarik)
    (asked,) = all_rows(world, Consent)
    home = here.removesuffix("/handover")
    clara.post(f"{home}/handover/answer", data={f"answer_{asked.public_id}": "no", "pin": PIN})
    assert f"{home}/booking" not in clara.get(here).text
    forced = clara.post(f"{home}/booking", data={"password": PASSWORD}, follow_redirects=True)
    assert "Vorher braucht es eine Antwort" in forced.text
    assert [one.state for one in all_rows(world, Booking)] == [BookingState.EXPIRED]


def test_a_date_moved_meanwhile_is_not_booked_at_a_time_nobody_saw(world, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    card_with_pin(world, tarik)
    old = {"person": tarik.public_id, "seen": "2026-09-20T08:00:00+00:00"}
    refused = clara.post(f"/slots/{slot.public_id}/sheets", data=old)
    assert (refused.status_code, all_rows(world, Booking), all_rows(world, Consent)) == (409, [], [])
    assert "inzwischen verlegt" in refused.text
    here = handed_over(world, clara, slot, tarik)
    (asked,) = all_rows(world, Consent)
    home = here.removesuffix("/handover")
    clara.post(f"{home}/handover/answer", data={f"answer_{asked.public_id}": "yes", "pin": PIN})
    with world.database.transaction() as session:
        moved = session.get_one(Slot, slot.id)
        moved.starts_at, moved.ends_at = moved.starts_at + timedelta(hours=1), moved.ends_at + timedelta(hours=1)
    told = clara.post(f"{home}/booking", data={"password": PASSWORD}, follow_redirects=True)
    assert "inzwischen verlegt" in told.text
    assert [one.state for one in all_rows(world, Booking)] == [BookingState.HELD]


def test_a_device_locked_the_long_way_books_nothing_at_its_return(world, sign_in, slot):
    clara, tarik = sign_in("clara"), world.cast.tarik
    consent = ask(world, tarik, slot_offer(world, slot), slot)
    home = f"/people/{tarik.public_id}/sheets/{sheet_of(world, consent).public_id}"
    clara.post(f"{home}/handover")
    assert clara.post(f"{home}/booking", data={"password": PASSWORD}).status_code == 404
    clara.post(f"{home}/handover/end", data={"password": PASSWORD})
    assert clara.post(f"{home}/booking", data={"password": PASSWORD}).status_code == 404


def test_a_full_date_is_refused_and_nothing_is_asked(world, sign_in, slot):
    data = {"person": world.cast.tarik.public_id, "seen": slot.starts_at.isoformat()}
    with world.database.transaction() as session:
        session.get_one(Slot, slot.id).places = 0
        for pool in session.scalars(select(Pool)):
            pool.places = 0
    refused = sign_in("clara").post(f"/slots/{slot.public_id}/sheets", data=data)
    assert (refused.status_code, all_rows(world, Consent)) == (409, [])
    assert "Dieser Termin ist voll." in refused.text
