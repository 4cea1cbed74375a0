"""What a person does with their own hands: finds something, takes a place without a name, wishes for all else."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub import clock
from hub.models.booking import Booking, BookingState
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access, Offer, OfferProgramme
from hub.models.participant import Participant, Participation
from hub.models.shortlist import ShortlistItem, ShortlistState
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_slot


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def form_of(page):
    """Return what the hidden fields of the confirm page carry."""
    fields = {}
    for name in ("key", "seen"):
        fields[name] = page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
    return fields


def take(browser, slot):
    address = f"/me/slots/{slot.public_id}/booking"
    return browser.post(address, data=form_of(browser.get(address).text))


def test_a_place_without_a_name_is_found_taken_and_given_back(world, tarik, sign_in):
    offer = make_offer(world, title="Rückenschule")
    slot = make_slot(world, offer)
    page = tarik.get("/me/offers").text
    assert "Rückenschule" in page
    assert f"/me/slots/{slot.public_id}/booking" in page
    assert all_rows(world, Booking) == []  # looking changes nothing
    assert take(tarik, slot).location == "/me"
    booking = all_rows(world, Booking)[0]
    assert (booking.state, booking.made_by, booking.made_by_id) == (BookingState.CONFIRMED, "participant", None)
    assert booking.code in tarik.get("/me").text
    assert world.user("clara").id in {notice.user_id for notice in all_rows(world, Notice)}
    assert world.cast.club.id in {notice.organisation_id for notice in all_rows(world, Notice)}
    assert all_rows(world, Disclosure) == []
    made = [row for row in all_rows(world, LogEntry) if row.action == "booking.made"]
    assert [row.actor_kind for row in made] == ["person"]
    assert "selbst gebucht" in sign_in("clara").get("/today").text
    tarik.post(f"/me/bookings/{booking.public_id}/cancellation")
    assert all_rows(world, Booking)[0].state is BookingState.CANCELLED
    assert "selbst gebucht" not in sign_in("clara").get("/today").text


def test_a_double_tap_takes_one_place(world, tarik):
    slot = make_slot(world, make_offer(world))
    address = f"/me/slots/{slot.public_id}/booking"
    sent = form_of(tarik.get(address).text)
    assert [tarik.post(address, data=sent).status_code for _ in range(2)] == [303, 303]
    assert len(all_rows(world, Booking)) == 1


def test_where_one_simply_goes_the_date_is_noted_and_the_partner_hears_nothing(world, tarik):
    slot = make_slot(world, make_offer(world, access=Access.OPEN), places=0)
    assert take(tarik, slot).location == "/me"
    assert all_rows(world, Booking)[0].access == "open"
    assert all_rows(world, Notice) == []


@pytest.mark.parametrize("access", [Access.NAMED, Access.REQUEST])
def test_a_place_with_a_name_is_refused_and_nothing_is_written(world, tarik, access):
    slot = make_slot(world, make_offer(world, access=access, field_groups=["I2"]))
    address = f"/me/slots/{slot.public_id}/booking"
    assert tarik.get(address).location.endswith(f"/me/offers/{offer_id(world, slot)}")
    answer = tarik.post(address, data={"key": "k" * 20, "seen": slot.starts_at.isoformat()})
    assert answer.status_code == 409
    assert "Hier fragt Ihr Coach für Sie." in answer.text
    assert (all_rows(world, Booking), all_rows(world, Disclosure), all_rows(world, Notice)) == ([], [], [])


def offer_id(world, slot):
    return next(one.public_id for one in all_rows(world, Offer) if one.id == slot.offer_id)


def test_what_is_full_or_at_the_same_time_says_so(world, tarik):
    full = make_slot(world, make_offer(world), places=1)
    shown = form_of(tarik.get(f"/me/slots/{full.public_id}/booking").text)
    book(world, full, world.cast.heinz)
    answer = tarik.post(f"/me/slots/{full.public_id}/booking", data=shown)
    assert answer.status_code == 409
    assert "Der letzte Platz ist gerade vergeben worden." in answer.text
    assert "Andere Termine ansehen" in answer.text
    book(world, make_slot(world, make_offer(world, title="Chor")), world.cast.tarik)
    other = make_slot(world, make_offer(world, title="Gymnastik"))
    assert "Zu dieser Zeit haben Sie schon einen Termin." in tarik.get(f"/me/slots/{other.public_id}/booking").text
    sent = {"key": "z" * 20, "seen": other.starts_at.isoformat()}
    assert tarik.post(f"/me/slots/{other.public_id}/booking", data=sent).status_code == 409


def test_a_date_that_was_moved_is_not_taken_at_a_time_nobody_saw(world, tarik):
    slot = make_slot(world, make_offer(world))
    address = f"/me/slots/{slot.public_id}/booking"
    sent = form_of(tarik.get(address).text) | {"seen": (slot.starts_at - timedelta(hours=1)).isoformat()}
    answer = tarik.post(address, data=sent)
    assert (answer.status_code, all_rows(world, Booking)) == (409, [])
    assert "inzwischen verlegt" in answer.text


def test_a_wish_for_any_other_offer_lands_on_the_coachs_list(world, tarik, sign_in):
    offer = make_offer(world, access=Access.REQUEST, title="Beratung", field_groups=["I2"])
    make_slot(world, offer)
    page = tarik.get("/me/offers").text
    assert f"/me/offers/{offer.public_id}/wish" in page
    assert tarik.post(f"/me/offers/{offer.public_id}/wish").location == "/me/shortlist"
    tarik.post(f"/me/offers/{offer.public_id}/wish")  # a second tap says nothing new
    (item,) = all_rows(world, ShortlistItem)
    assert (item.state, item.wanted_at is not None) == (ShortlistState.WANTED, True)
    assert "Tarik möchte „Beratung“." in sign_in("clara").get("/today").text
    assert "Das möchten Sie. Ihr Coach kümmert sich." in tarik.get(f"/me/offers/{offer.public_id}").text
    assert all_rows(world, Disclosure) == []


def test_a_wish_for_what_was_picked_already_does_not_stand_there_twice(world, tarik):
    offer = make_offer(world, access=Access.REQUEST)
    with world.database.transaction() as session:
        session.add(ShortlistItem(participant_id=world.cast.tarik.id, offer_id=offer.id, picked_at=world.at))
    tarik.post(f"/me/offers/{offer.public_id}/wish")
    assert [item.state for item in all_rows(world, ShortlistItem)] == [ShortlistState.WANTED]


def test_more_than_five_wishes_wait_for_the_coach(world, tarik):
    offers = [make_offer(world, access=Access.REQUEST, title=f"Nummer {n}") for n in range(6)]
    answers = [tarik.post(f"/me/offers/{offer.public_id}/wish").status_code for offer in offers]
    assert answers == [303] * 5 + [409]
    assert len(all_rows(world, ShortlistItem)) == 5


def test_what_is_not_for_the_person_cannot_be_wished(world, tarik):
    offer = make_offer(world, access=Access.REQUEST, women_only=True)
    answer = tarik.post(f"/me/offers/{offer.public_id}/wish")
    assert (answer.status_code, all_rows(world, ShortlistItem)) == (409, [])
    assert offer.public_id not in tarik.get("/me/offers").text


def test_offers_of_the_own_network_are_found_and_those_of_others_do_not_exist(world, app, tarik):
    own, other = (make_offer(world, public=False, title=title) for title in ("Im Netz", "Anderswo"))
    slots = [make_slot(world, own), make_slot(world, other)]
    with world.database.transaction() as session:
        session.add(OfferProgramme(offer_id=own.id, programme_id=world.cast.programmes["resilience"].id))
    assert "Im Netz" in tarik.get("/me/offers").text
    assert tarik.get(f"/me/offers/{other.public_id}").status_code == 404
    assert tarik.get(f"/me/slots/{slots[1].public_id}/booking").status_code == 404
    mandy = enter(app, give_card(world, world.cast.mandy, by="cem"))
    with world.database.transaction() as session:  # Mandy takes part in none of its networks any more
        ended = update(Participation).where(Participation.participant_id == world.cast.mandy.id)
        session.execute(ended.values(ends_on=clock.local_date(world.at) - timedelta(days=1)))
    assert mandy.get(f"/me/offers/{own.public_id}").status_code == 404
    assert mandy.post(f"/me/slots/{slots[0].public_id}/booking", data={"key": "x"}).status_code == 404
    assert mandy.post(f"/me/offers/{own.public_id}/wish").status_code == 404


def test_these_pages_are_behind_the_card_only(world, sign_in, subtests):
    offer = make_offer(world)
    for key in ["clara", "frank", "petra", "nora", "fred"]:
        with subtests.test(key=key):
            slot, browser = make_slot(world, offer), sign_in(key)
            gets = ("/me/offers", f"/me/offers/{offer.public_id}", f"/me/slots/{slot.public_id}/booking", "/me/known")
            assert [browser.get(address).status_code for address in gets] == [404] * 4
            posts = (f"/me/slots/{slot.public_id}/booking", f"/me/offers/{offer.public_id}/wish")
            assert [browser.post(address).status_code for address in posts] == [404] * 2
            assert (all_rows(world, Booking), all_rows(world, ShortlistItem)) == ([], [])


def test_nothing_of_it_stays_on_the_device(world, tarik):
    slot = make_slot(world, make_offer(world))
    for address in ("/me/offers", f"/me/slots/{slot.public_id}/booking", "/me/known", "/me/participation"):
        answer = tarik.get(address)
        assert answer.headers["Cache-Control"] == "no-store", address
        assert "Partnerhub" not in answer.text.split("<title>")[1].split("</title>")[0]
    tarik.post("/logout")
    assert tarik.get("/me/offers").status_code == 303


def test_who_lives_far_from_everything_is_shown_what_is_farther_away(world, app):
    make_slot(world, make_offer(world, title="Rückenschule"))
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.heinz.id).municipality_code = "14729270"  # Markranstädt
    page = enter(app, give_card(world, world.cast.heinz)).get("/me/offers").text
    assert "Weiter weg gibt es das:" in page
    assert "Rückenschule" in page


@pytest.mark.parametrize("n", [0, 1, 12])
def test_statements_stay_within_twelve(world, tarik, n):
    for number in range(n):
        make_slot(world, make_offer(world, title=f"Nummer {number}"))
    for address in ("/me/offers", "/me/known"):
        tarik.get(address)
        with counted(world) as statements:
            assert tarik.get(address).status_code == 200
        assert len(statements) <= 12, statements
