"""Everybody has a start page of their own, in both languages, and gets about without scripts."""

import pytest
from playwright.sync_api import expect

from hub.seeds.cast import STAFF
from tests.journeys.conftest import House
from tests.journeys.people import DESK
from tests.journeys.test_weekly_offer import TITLE, book, publish_weekly

pytestmark = pytest.mark.browser
WITH_A_ROLE = [seed.key for seed in STAFF if seed.seats]
STRANGERS_DOORS = (
    "/today",
    "/people",
    "/slots",
    "/inbox",
    "/own-offers",
    "/team",
    "/log",
    "/users",
    "/operation",
    "/me",
)


@pytest.mark.parametrize("key", WITH_A_ROLE)
def test_everybody_lands_on_a_page_of_their_own_and_every_way_from_there_works(house: House, key: str) -> None:
    looks = {"color_scheme": "dark"} if len(key) % 2 else DESK
    person = house.person(key, **looks)
    person.sign_in()
    start = person.page.url
    assert not start.endswith(("/account", "/login"))
    ways = person.page.get_by_role("navigation", name="Bereiche").get_by_role("link")
    names = ways.all_inner_texts()
    assert names
    for name in names:
        person.go(name, within=person.page.get_by_role("navigation", name="Bereiche"))
        expect(person.page.get_by_role("navigation", name="Bereiche").get_by_role("link", name=name)).to_have_attribute(
            "aria-current", "page"
        )
    person.open(start)
    german = person.page.get_by_role("heading", level=1).inner_text()
    person.press("English")
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    assert person.page.get_by_role("heading", level=1).inner_text() != german
    person.press("Deutsch")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(german)


def test_a_stranger_with_an_account_finds_no_door_anywhere(house: House) -> None:
    fred = house.staff("fred")
    assert fred.page.url.endswith("/account")
    fred.misses("Bereiche")
    person = house.world.cast.tarik
    for path in (*STRANGERS_DOORS, f"/people/{person.public_id}", f"/find?person={person.public_id}"):
        fred.open(path, status=404)


def test_a_person_whose_visit_has_ended_is_asked_for_the_card_and_not_for_an_account(house: House) -> None:
    tarik = house.person("tarik")
    for path in ("/me", "/me/subscriptions"):
        tarik.open(path)
        tarik.headline("Welcher Code steht auf Ihrer Karte?")
    tarik.open("/login")
    tarik.go("Zu meinen Terminen")
    tarik.headline("Welcher Code steht auf Ihrer Karte?")


def test_a_place_can_be_published_and_booked_without_scripts(house: House) -> None:
    sven = house.staff("sven", java_script_enabled=False)
    clara = house.staff("clara", java_script_enabled=False)
    publish_weekly(sven)
    book(clara, "21. Okt.")
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.reads(TITLE)
