"""A house for everybody: what is public stands there with time and room, what is not is only a taken room."""

import re
from datetime import timedelta

import pytest
import time_machine

from hub.models.location import Location, Room
from hub.models.offer import Access, Form, Freshness, OfferState
from hub.models.slot import Pool, SlotState
from tests.places import book, counted, make_offer, make_slot
from tests.rooms import lend_room, lent_slot

HOUR = timedelta(hours=1)


@pytest.fixture
def house(world):
    """The town hall of Nossen as a house that many partners use; it is half past eight."""
    with world.database.transaction() as session:
        location = session.get_one(Location, world.cast.locations["town_hall"].id)
        location.house = True
    return world.cast.locations["town_hall"]


def offer_at(world, house, *, room=True, **values):
    return make_offer(world, location_id=house.id, room_id=house.rooms[0].id if room else None, **values)


def date_of(world, offer, *, hours=1, **values):
    return make_slot(world, offer, starts_at=world.at + hours * HOUR, room_id=offer.room_id, **values)


def path(house, more=""):
    return f"/houses/{house.public_id}{more}"


def rows(page):
    """The rows of the programme as words, in order."""
    main = page.text.partition('id="programme"')[2].partition("</section>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.split("<li[^>]*>", main)[1:]]


def test_a_visit_at_home_only_sets_out_from_a_house(world, app, house):
    date_of(world, offer_at(world, house, title="Hausbesuch", form=Form.HOME_VISIT))
    page = app.test_client().get(path(house))
    assert rows(page) == []
    assert "Hausbesuch" not in page.text


def test_the_programme_of_today_by_time_with_room_and_how_full(world, app, house):
    open_hour = offer_at(world, house, title="Offenes Frühstück", access=Access.OPEN)
    date_of(world, open_hour, hours=3, places=0)
    full = date_of(world, offer_at(world, house, title="Tanzen", room=False), hours=1, places=1)
    book(world, full, world.cast.tarik)
    few = date_of(world, offer_at(world, house, title="Kochen", room=False), hours=2, places=4)
    for person in (world.cast.tarik, world.cast.jolanta, world.cast.heinz):
        book(world, few, person)
    page = app.test_client().get(path(house))
    assert "Heute gibt es hier 3 Angebote." in page.text
    assert rows(page) == [
        "9:30 Tanzen SV Elbaue Coswig voll",
        "10:30 Kochen SV Elbaue Coswig wenige Plätze frei",
        "11:30 Offenes Frühstück Sitzungszimmer · SV Elbaue Coswig einfach hingehen",
    ]
    assert "3 von 4" not in page.text
    assert "Tarik" not in page.text


def test_what_one_may_walk_into_right_now_comes_first(world, app, house):
    date_of(world, offer_at(world, house, title="Offenes Frühstück", access=Access.OPEN), hours=-0.5, places=0)
    page = app.test_client().get(path(house)).text
    assert "Jetzt gerade" in page
    assert "Einfach hingehen, bis 9:00 Uhr." in page


@pytest.mark.parametrize(
    "hidden", [{"public": False}, {"state": OfferState.PAUSED}, {"freshness": Freshness.HIDDEN}, {"state": "draft"}]
)
def test_what_is_not_public_is_only_a_taken_room(world, app, house, hidden):
    values = {**hidden, "state": OfferState(hidden.get("state", "published"))}
    date_of(world, offer_at(world, house, title="Verborgenes", **values))
    stranger = app.test_client()
    for more in ("", "/display", "/week"):
        page = stranger.get(path(house, more)).text
        assert "Verborgenes" not in page
        assert "Elbaue" not in page
    assert "Reserviert" in stranger.get(path(house)).text
    assert "Heute ist hier nichts geplant." in stranger.get(path(house)).text


def test_a_lent_room_is_reserved_whether_a_coach_has_it_or_not(world, app, house):
    lent_slot(world, lend_room(world), days=0, hours=2)
    page = app.test_client().get(path(house)).text
    assert "Reserviert" in page
    assert "Gespräch" not in page
    assert page.count("Sitzungszimmer") == 2  # in the row, and among the rooms


def test_a_date_called_off_stays_visible_and_its_room_is_free(world, app, house):
    date_of(world, offer_at(world, house, title="Chor"), state=SlotState.CALLED_OFF)
    date_of(world, offer_at(world, house, title="Verborgenes", public=False), hours=2, state=SlotState.CALLED_OFF)
    page = app.test_client().get(path(house)).text
    assert "Chor" in page
    assert "fällt aus" in page
    assert "Reserviert" not in page


def test_a_day_without_anything_names_the_next_one(world, app, house, sign_in):
    date_of(world, offer_at(world, house), hours=48)
    page = app.test_client().get(path(house)).text
    assert "Heute ist hier nichts geplant." in page
    assert "Ruhe im Haus" not in page
    assert "/display" not in page
    assert path(house, "/display") in sign_in("sven").get(path(house)).text
    assert "Weiter geht es am Mittwoch, 16.\u00a0September." in page
    assert 'day=2026-09-16"' in page
    assert "steht noch nicht fest" in app.test_client().get(path(house, "?day=2026-10-01")).text


def test_one_walks_from_day_to_day_but_not_into_the_past(world, app, house):
    stranger = app.test_client()
    today = stranger.get(path(house)).text
    assert 'rel="next"' in today
    assert 'rel="prev"' not in today
    tomorrow = stranger.get(path(house, "?day=2026-09-15")).text
    assert "Morgen ist hier nichts geplant." in tomorrow
    assert 'rel="prev"' in tomorrow
    for strange in ("2026-09-13", "2031-01-01", "gestern", "2026-99-99"):
        assert "Heute ist hier" in stranger.get(path(house, f"?day={strange}")).text


def test_rooms_address_and_ways_in_stand_there(world, app, house):
    with world.database.transaction() as session:
        room = session.get_one(Room, house.rooms[0].id)
        room.equipment = "Beamer, Küche"
    page = app.test_client().get(path(house)).text
    for words in (
        "Markt 1, 01683 Nossen",
        "nicht stufenlos, Parkplatz vor dem Haus",
        "Beamer, Küche",
        "035242 555 0150",
    ):
        assert words in page


def test_only_houses_have_a_page_and_all_of_them_are_listed(world, app, house):
    stranger = app.test_client()
    assert "Rathaus Nossen" in stranger.get("/houses").text
    assert "Sporthalle Coswig" not in stranger.get("/houses").text
    gym = world.cast.locations["gym"]
    for more in ("", "/display", "/week"):
        assert stranger.get(path(gym, more)).status_code == 404


def test_the_lobby_shows_what_begins_next_and_what_follows(world, app, house):
    date_of(world, offer_at(world, house, title="Malen", access=Access.OPEN), hours=0.5, places=0)
    date_of(world, offer_at(world, house, title="Frühstück", access=Access.OPEN, room=False), hours=-1, minutes=90)
    date_of(world, offer_at(world, house, title="Chor"), hours=4, state=SlotState.CALLED_OFF)
    date_of(world, offer_at(world, house, title="Vorbei", room=False), hours=-2)
    answer = app.test_client().get(path(house, "/display"))
    page = answer.text
    assert 0 < int(answer.headers["Refresh"]) <= 61
    assert answer.headers["Cache-Control"] == "no-store"
    lead, _, lines = page.partition("</section>")
    for words in ("Gleich", "9:00", "Malen", "Einfach reinkommen, bis 10\u00a0Uhr.", "Sitzungszimmer"):
        assert words in lead
    assert "Läuft bis 9\u00a0Uhr. Einfach reinkommen." in lines
    assert "Fällt heute aus." in lines
    assert "Malen" not in lines
    assert "Vorbei" not in page
    assert "<script" not in page
    assert "<a " not in page


def test_the_lobby_in_the_evening_says_when_it_goes_on(world, app, house):
    date_of(world, offer_at(world, house), hours=24)
    page = app.test_client().get(path(house, "/display")).text
    assert "Für heute war das alles." in page
    assert "Weiter geht es morgen um 8:30\u00a0Uhr." in page
    assert 'data-kern-theme="dark"' in app.test_client().get(path(house, "/display?theme=dark")).text


def test_the_lobby_says_what_does_not_fit(world, app, house):
    offer = offer_at(world, house, room=False)
    for number in range(9):
        date_of(world, offer, hours=1 + number / 2)
    assert "und noch 3 später am Tag" in app.test_client().get(path(house, "/display")).text


def test_the_week_on_paper_holds_every_public_date_of_the_week(world, app, house):
    offer = offer_at(world, house, title="Malen")
    for days in (0, 2, 6):
        date_of(world, offer, hours=1 + 24 * days)
    date_of(world, offer, hours=24 * 7)
    page = app.test_client().get(path(house, "/week?week=2026-W38")).text
    assert page.count("Malen") == 3
    for words in ("14. bis 20.\u00a0September", "Sonntag, 20.\u00a0September", "Stand: 14.\u00a0September\u00a02026"):
        assert words in page


@pytest.mark.parametrize("more", ["", "/display", "/week"])
def test_a_page_of_a_house_asks_at_most_six_times_however_full_the_day(world, app, house, more):
    offer, stranger = offer_at(world, house, room=False), app.test_client()
    date_of(world, offer)
    with counted(world) as few:
        stranger.get(path(house, more))
    for number in range(20):
        date_of(world, offer, hours=1 + number / 4)
    with counted(world) as many:
        stranger.get(path(house, more))
    assert len(many) == len(few) <= 6


def test_kept_places_do_not_count_as_free_for_everybody(world, app, house):
    slot = date_of(world, offer_at(world, house), places=2)
    with world.database.transaction() as session:
        pool = session.get_one(Pool, slot.pools[0].id)
        pool.kept, pool.programme_id = True, world.cast.resilience.id
        session.flush()
        session.add(Pool(slot_id=slot.id, places=0))
    assert "voll" in app.test_client().get(path(house)).text


@pytest.mark.parametrize("more", ["", "/display", "/week"])
def test_no_word_tells_who_pays_or_why_somebody_comes(world, app, house, more):
    date_of(world, offer_at(world, house))
    page = app.test_client().get(path(house, more)).text.casefold()
    for word in ("jobcenter", "bürgergeld", "resilienz", "eingliederung", "programm „", "leistung"):
        assert word not in page


def test_on_a_sunday_the_sheet_is_that_of_the_week_that_comes(world, app, house):
    offer = offer_at(world, house, title="Singkreis")
    make_slot(world, offer, starts_at=world.at + timedelta(days=8))
    browser = app.test_client()
    with time_machine.travel(world.at + timedelta(days=6, hours=2)):
        page, sheet = browser.get(path(house, "")).text, browser.get(path(house, "/week")).text
        assert "/week?week=2026-W39" in page
        assert "Singkreis" in sheet
        assert "/week?week=2026-W39" in browser.get(path(house, "?day=2026-09-27")).text  # a Sunday further on
    with time_machine.travel(world.at + timedelta(days=5, hours=2)):
        assert "/week?week=2026-W38" in browser.get(path(house, "")).text
