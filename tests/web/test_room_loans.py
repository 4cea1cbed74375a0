"""Pages of lent rooms: found near a home, taken, given back; nobody but coaches sees them, and no catalogue does."""

import re

import pytest
from sqlalchemy import select

from hub.models.booking import Booking
from hub.models.offer import Freshness, OfferState
from hub.models.slot import Slot
from hub.policy.actor import ANONYMOUS
from hub.policy.scopes import offers_for
from hub.queries.bookings import with_place
from hub.queries.offer_filters import OfferFilter
from hub.queries.offers import search
from hub.web.booking_words import paper_place_of
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_slot
from tests.rooms import borrow, lend_room, lent_slot

NOSSEN, COSWIG = "01683", "01640"


def test_rooms_are_found_near_a_persons_home_with_their_free_times(world, sign_in):
    lent_slot(world)
    page = sign_in("clara").get(f"/rooms?person={world.cast.heinz.public_id}&asked=yes")
    assert "Nahe Nossen ist ein Raum frei." in page.text
    for words in ("Sitzungszimmer", "Rathaus Nossen", "Markt\u00a01", "8:30\u00a0Uhr", "bis 9:30\u00a0Uhr"):
        assert words in page.text


def test_what_a_person_needs_is_asked_for_at_first(world, sign_in):
    lent_slot(world)  # the town hall has steps
    clara, heinz = sign_in("clara"), world.cast.heinz.public_id
    assert "Gerade ist hier kein Raum frei." in clara.get(f"/rooms?person={heinz}").text
    assert "ohne Stufen" in clara.get(f"/rooms?person={heinz}&asked=yes").text


def test_distance_decides_and_an_unknown_town_says_so(world, sign_in):
    lent_slot(world)
    clara = sign_in("clara")
    assert "Sitzungszimmer" not in clara.get(f"/rooms?near={COSWIG}&km=5").text
    assert '<p class="why">22\u00a0km</p>' in clara.get(f"/rooms?near={COSWIG}&km=30").text
    assert "Diesen Ort kennen wir nicht." in clara.get("/rooms?near=Atlantis").text


def test_only_times_of_this_and_the_next_week_that_are_free(world, sign_in):
    offer = lend_room(world)
    lent_slot(world, offer, days=1)
    taken = lent_slot(world, offer, days=2)
    borrow(world, taken, by="cem")
    lent_slot(world, offer, days=14)
    page = sign_in("clara").get("/rooms")
    assert page.text.count('class="date"') == 1


@pytest.mark.parametrize(
    "hidden", [{"state": OfferState.PAUSED}, {"freshness": Freshness.HIDDEN}, {"notice_minutes": 4 * 24 * 60}]
)
def test_rooms_that_cannot_be_had_are_not_shown(world, sign_in, hidden):
    lent_slot(world, lend_room(world, **hidden))
    assert "Gerade ist hier kein Raum frei." in sign_in("clara").get("/rooms").text


def take(browser, slot, **entries):
    path = f"/rooms/{slot.public_id}/loans"
    page = browser.get(f"{path}/new", query_string={"person": entries.get("person", "")})
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page.text)
    return browser.post(path, data={"key": key[1] if key else "", **entries}, follow_redirects=True)


def test_a_coach_takes_a_room_for_a_conversation_and_it_stands_in_the_day(world, sign_in):
    slot = lent_slot(world)
    clara = sign_in("clara")
    page = clara.get(f"/rooms/{slot.public_id}/loans/new?person={world.cast.heinz.public_id}")
    assert "Rathaus Nossen sieht Ihren Namen und eine Telefonnummer." in page.text
    assert f'selected value="{world.cast.heinz.public_id}"' in page.text
    assert 'value="40"' in page.text  # the journey from Meißen
    done = take(clara, slot, person=world.cast.heinz.public_id, travel_minutes="40")
    assert "Der Raum gehört Ihnen für diese Zeit." in done.text
    assert "Sitzungszimmer" in done.text
    today = clara.get("/today")
    assert "Heinz" in today.text
    assert "Gespräch" in today.text
    assert "Ihre Räume" in clara.get("/rooms").text


def test_without_a_person_it_is_the_coachs_own_and_can_be_given_back(world, sign_in):
    slot, clara = lent_slot(world), sign_in("clara")
    take(clara, slot)
    booking = all_rows(world, Booking)[0]
    assert booking.participant_id is None
    back = clara.post(f"/rooms/loans/{booking.public_id}/return", follow_redirects=True)
    assert "Der Raum ist wieder frei." in back.text
    assert "Ihre Räume" not in back.text


def test_a_refusal_says_why_and_keeps_what_can_be_mended(world, sign_in):
    slot, clara = lent_slot(world), sign_in("clara")
    other = make_slot(world, make_offer(world), starts_at=slot.starts_at)
    book(world, other, world.cast.heinz)
    heinz = world.cast.heinz.public_id
    page = clara.post(f"/rooms/{slot.public_id}/loans", data={"person": heinz, "travel_minutes": "17"})
    assert page.status_code == 409
    assert "schon einen anderen Termin" in page.text
    assert 'value="17"' in page.text
    assert clara.post(f"/rooms/{slot.public_id}/loans", data={"travel_minutes": "900"}).status_code == 422
    borrow(world, slot, by="cem")
    page = clara.post(f"/rooms/{slot.public_id}/loans", data={"person": ""})
    assert page.status_code == 409
    assert "schon jemand" in page.text
    assert "Andere Zeit suchen" in page.text
    assert "nicht zu haben" in clara.get(f"/rooms/{slot.public_id}/loans/new").text


def test_a_date_that_is_no_room_has_no_such_page_and_a_stranger_of_another_coach_is_none(world, sign_in):
    clara = sign_in("clara")
    date = make_slot(world, make_offer(world))
    assert clara.get(f"/rooms/{date.public_id}/loans/new").status_code == 404
    assert clara.post(f"/rooms/{date.public_id}/loans", data={}).status_code == 404
    slot = lent_slot(world)
    mandy = {"person": world.cast.mandy.public_id}
    assert clara.post(f"/rooms/{slot.public_id}/loans", data=mandy).status_code == 404
    assert clara.get("/rooms", query_string=mandy).status_code == 404


def test_only_coaches_see_rooms_to_borrow(world, sign_in, subtests):
    for key in ["frank", "lena", "petra", "gudrun", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            slot, browser = lent_slot(world), sign_in(key)
            assert browser.get("/rooms").status_code == 404
            assert browser.get(f"/rooms/{slot.public_id}/loans/new").status_code == 404


def test_a_room_is_in_no_catalogue_and_on_no_public_page(world, app, sign_in):
    offer = lend_room(world)
    lent_slot(world, offer)
    stranger, clara = app.test_client(), sign_in("clara")
    assert stranger.get(f"/offers/{offer.public_id}").status_code == 404
    assert "Sitzungszimmer" not in stranger.get("/offers").text
    assert "Raum für Gespräche" not in stranger.get("/offers").text
    assert sign_in("petra").get(f"/offers/{offer.public_id}").status_code == 404
    assert offer.title not in clara.get(f"/find?person={world.cast.heinz.public_id}&asked=yes&km=200").text
    with world.database.reading() as session:
        for actor in (ANONYMOUS, world.actor("clara"), world.actor("gudrun")):
            assert search(session, actor, OfferFilter(), at=world.at).hits == []
        seen = {key: bool(session.scalars(offers_for(world.actor(key))).all()) for key in ("clara", "cem", "gudrun")}
    assert seen == {"clara": True, "cem": True, "gudrun": True}


def test_the_list_asks_as_often_with_fifty_times_as_with_one(world, sign_in):
    offer, clara = lend_room(world), sign_in("clara")
    lent_slot(world, offer)
    with counted(world) as few:
        clara.get("/rooms")
    for number in range(50):
        lent_slot(world, offer, days=2 + number // 10, hours=number % 10)
    with counted(world) as many:
        clara.get("/rooms")
    assert len(many) == len(few) <= 8


def test_a_room_called_off_without_a_person_is_said_until_it_was_seen(world, sign_in):
    slot, clara = lent_slot(world), sign_in("clara")
    booking = borrow(world, slot)
    call_off = sign_in("gudrun").post(
        f"/slots/{slot.public_id}/calling-off", data={"version": str(version_of(world, slot))}
    )
    assert call_off.status_code == 303
    assert "Raum abgesagt" in clara.get("/today").text
    assert clara.post(f"/bookings/{booking.public_id}/told").status_code == 303
    assert "Raum abgesagt" not in clara.get("/today").text


def version_of(world, slot):
    with world.database.reading() as session:
        return session.scalar(select(Slot.version).where(Slot.id == slot.id))


def test_the_lender_sees_whom_to_call_and_never_whom_the_coach_meets(world, sign_in):
    slot, gudrun = lent_slot(world), sign_in("gudrun")
    free = gudrun.get(f"/slots/{slot.public_id}")
    assert "Der Raum ist noch frei." in free.text
    borrow(world, slot, person=world.cast.heinz)
    taken = gudrun.get(f"/slots/{slot.public_id}")
    assert "Der Raum ist vergeben." in taken.text
    assert "Clara Winkler" in taken.text
    assert "03521 555 0100" in taken.text
    for hidden in ("Heinz", "Urban", "Eingliederung", "Dachs"):
        assert hidden not in taken.text
    week = gudrun.get(f"/slots?week={slot.starts_at.date().isocalendar().year}-W38").text
    assert "vergeben" in week
    assert "Heinz" not in week


def test_a_conversation_reads_as_such_and_with_its_room_for_the_person(world, app, sign_in):
    borrow(world, lent_slot(world), person=world.cast.heinz)
    page = sign_in("clara").get(f"/people/{world.cast.heinz.public_id}").text
    assert "8:30\u00a0Uhr, Gespräch" in page
    own = enter(app, give_card(world, world.cast.heinz)).get("/me").text
    assert "Rathaus Nossen, Markt\u00a01, Nossen, Sitzungszimmer" in own
    assert "Hausbesuch" not in own
    with world.database.reading() as session:
        row = session.scalars(select(Booking).options(*with_place())).one()
    assert paper_place_of(row) == "Markt\u00a01, Nossen, Sitzungszimmer"
