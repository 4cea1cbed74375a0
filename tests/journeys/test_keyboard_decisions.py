"""By keyboard alone: a first PIN on a coach's device, a sheet and a release answered at home, their receipts."""

from typing import Any

import pytest

from hub.actions.cards import issue_card
from hub.seeds.cast import PASSWORD
from tests.feedback import ask_release, report, way_back
from tests.journeys.conftest import House
from tests.journeys.people import DESK
from tests.keyboard import Keyboard
from tests.loop import request_offer
from tests.places import give_card
from tests.sheets import ask_all

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
WAYS = {
    "desk": {**DESK, "color_scheme": "light"},
    "phone without scripts": {**PHONE, "color_scheme": "dark", "java_script_enabled": False},
}


@pytest.fixture
def card(house: House) -> str:
    """Give Tarik a card, a report that came back, and a sheet and a release that wait for his answer."""
    world = house.world
    report(world, way_back(world))
    offer, _ = request_offer(world, owner="club")
    ask_all(world, [offer], health="", feedback=False)
    ask_release(world)
    return give_card(world, world.cast.tarik)


def choose_a_first_pin(house: House, options: dict[str, Any]) -> None:
    """Heinz types it on his coach's device, at first two that differ; her password opens the device again."""
    world, heinz = house.world, house.world.cast.people["heinz"]
    world.do(issue_card, actor=world.actor("clara"), participant=heinz, at=world.at)
    clara = Keyboard(house.staff("clara", **options))
    clara.person.open(f"/people/{heinz.public_id}/card")
    clara.follow("PIN festlegen")
    clara.tab_to("PIN")
    clara.type("4093")
    clara.tab_to("PIN noch einmal")
    clara.type_and_send("4903")
    clara.mend("again")
    clara.type("4093")
    clara.tab_to("PIN", back=True)
    clara.type_and_send("4093")
    clara.tab_to("Ihr Passwort")
    clara.type(PASSWORD)
    with clara.page.expect_navigation():  # back to a page of staff, whose head is not walked (docs/accessibility.md)
        clara.page.keyboard.press("Enter")
    clara.person.reads("Sie haben das Gerät wieder.", "Neue PIN")


def answer(tarik: Keyboard, *, said: str) -> None:
    """Read what waits, say yes, read that it is kept, and look at the receipt."""
    tarik.follow("Lesen und antworten")
    tarik.tab_to("Ja")
    tarik.tick()
    tarik.follow("Antwort speichern")
    tarik.person.reads(said)
    tarik.follow("Beleg drucken")
    tarik.follow("Zurück")


@pytest.mark.parametrize("way", WAYS)
def test_a_person_decides_with_the_keyboard_alone(house: House, card: str, way: str) -> None:
    options: dict[str, Any] = {**WAYS[way], "reduced_motion": "reduce"}
    choose_a_first_pin(house, options)
    tarik = Keyboard(house.person("tarik", **options))
    tarik.person.open(f"/card/{card}")
    tarik.tab_to("PIN")
    tarik.type_and_send("4711")
    tarik.follow("Was Partner zurückgemeldet haben")
    tarik.follow("Zu meinen Terminen")
    tarik.follow("Alle Fragen und Antworten")
    answer(tarik, said="Dazu haben Sie Ja gesagt.")
    tarik.follow("Alle Fragen und Antworten")
    answer(tarik, said="Ihr Ja gilt bis 19. Oktober 2027.")
