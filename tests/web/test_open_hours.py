"""Where one simply goes: how full it is, no booking, no word at the desk, and the partner learns of nobody."""

from datetime import timedelta

import pytest

from hub.models.booking import Booking
from hub.models.notice import Notice
from hub.models.offer import Access, Form
from hub.models.slot import Crowding
from tests.feeds import sign_in_person
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import World


@pytest.fixture
def offer(world: World):
    return make_offer(world, access=Access.OPEN, form=Form.OPEN_HOUR, title="Offenes Café")


@pytest.fixture
def slot(world: World, offer):
    return make_slot(world, offer, places=0, crowding=Crowding.QUIET)


def test_everybody_reads_how_full_it_usually_is(app, world: World, offer, slot, sign_in) -> None:
    visitor = app.test_client()
    hits = visitor.get("/offers").text
    assert "meist wenig los" in hits
    assert "einfach hingehen" in hits
    page = visitor.get(f"/offers/{offer.public_id}").text
    assert "meist wenig los" in page
    assert "Einfach hingehen." in page
    assert "Für jemanden buchen" not in sign_in("clara").get(f"/offers/{offer.public_id}").text
    found = sign_in("clara").get(f"/find?person={world.cast.tarik.public_id}&asked=yes&km=200").text
    assert "meist wenig los" in found


def test_what_the_partner_has_not_said_stands_nowhere(app, world: World, offer, slot) -> None:
    other = make_offer(world, title="Mit Plätzen")
    make_slot(world, other, crowding=Crowding.BUSY)
    make_slot(world, offer, places=0, starts_at=world.at + timedelta(days=9))
    page = app.test_client().get(f"/offers/{other.public_id}").text
    assert "viel los" not in page
    assert app.test_client().get(f"/offers/{offer.public_id}").text.count("wenig los") == 1


def test_a_coach_notes_it_without_place_and_word_and_the_partner_learns_nothing(
    app, world: World, slot, sign_in
) -> None:
    clara, person = sign_in("clara"), world.cast.tarik
    page = clara.get(f"/slots/{slot.public_id}/bookings/new?person={person.public_id}").text
    assert "Vormerken" in page
    assert "Platz buchen" not in page
    answer = clara.post(f"/slots/{slot.public_id}/bookings", data={"person": person.public_id, "key": "k"})
    noted = clara.get(answer.headers["Location"]).text
    assert "Der Termin ist vorgemerkt." in noted
    (booking,) = all_rows(world, Booking)
    tarik = sign_in_person(app, world, "tarik")
    for text in (noted, tarik.get("/me").text, clara.get(f"/people/{person.public_id}/card/print").text):
        assert "Platzwort" not in text
        assert (booking.code or "Platzwort") not in text
    assert "meist wenig los" in tarik.get("/me").text
    desk = sign_in("sven").get(f"/slots/{slot.public_id}").text
    assert "Zu diesem Termin kann jeder einfach kommen." in desk
    assert (booking.code or "Platzwort") not in desk
    assert all_rows(world, Notice) == []


def test_no_place_is_taken_where_one_simply_goes(world: World, offer) -> None:
    few = make_slot(world, offer, places=1, starts_at=world.at + timedelta(days=5))
    for person in (world.cast.tarik, world.cast.jolanta):
        assert book(world, few, person).pool_id is None
