"""Everybody has a start page of their own, in both languages, and gets about with a keyboard and without scripts."""

import pytest
from playwright.sync_api import expect

from hub.seeds.cast import STAFF
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.journeys.test_weekly_offer import TITLE, book, first_pin, publish_weekly

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


def test_a_person_cancels_with_the_keyboard_alone(house: House) -> None:
    sven, clara, tarik = house.staff("sven"), house.staff("clara"), house.person("tarik")
    publish_weekly(sven)
    book(clara, "21. Okt.")
    code, pin = first_pin(clara, tarik)
    other = house.person("tarik", **DESK)
    other.open("/card")
    keyboard = Keyboard(other)
    keyboard.tab_to("Code auf Ihrer Karte")
    keyboard.type_and_send(code)
    keyboard.tab_to("PIN")
    keyboard.type_and_send(pin)
    keyboard.tab_to("Ich kann nicht kommen")
    keyboard.send()
    keyboard.tab_to("Absagen")
    keyboard.send()
    other.reads("Danke, dass Sie Bescheid geben.")


def test_a_place_can_be_published_and_booked_without_scripts(house: House) -> None:
    sven = house.staff("sven", java_script_enabled=False)
    clara = house.staff("clara", java_script_enabled=False)
    publish_weekly(sven)
    book(clara, "21. Okt.")
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.reads(TITLE)


class Keyboard:
    """Somebody who uses no pointer: what has the focus must be seen, and is found by what it is called."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    def tab_to(self, name: str) -> None:
        """Press Tab until something of this name has the focus, and see that the focus shows."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self._named(name):
                assert self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                return
        raise AssertionError(f"Tab never reaches “{name}” on {self.page.url}")

    def type_and_send(self, text: str) -> None:
        """Type where the focus is and press Enter."""
        self.page.keyboard.type(text)
        self.send()

    def send(self) -> None:
        """Press Enter and wait for the next page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.person.look()

    def _named(self, name: str) -> bool:
        said = "document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText || ''"
        return bool(self.page.evaluate(said).strip() == name)
