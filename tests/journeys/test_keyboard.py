"""The participant's whole way by keyboard: in with the card, dates, a wish, the calendar, who knows what, and out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from hub.models.offer import Access
from tests.journeys.conftest import House
from tests.keyboard import Keyboard
from tests.places import book, give_card, give_consent, make_offer, make_slot

pytestmark = pytest.mark.browser
PHONE, DESK = {"viewport": {"width": 390, "height": 844}}, {"viewport": {"width": 1280, "height": 900}}
WAYS = {
    "phone": {**PHONE, "color_scheme": "light"},
    "desk": {**DESK, "color_scheme": "dark"},
    "phone without scripts": {**PHONE, "color_scheme": "dark", "java_script_enabled": False},
}


@pytest.fixture
def card(house: House) -> str:
    """Give Tarik two dates, something to wish for, a consent that runs, and a card with its PIN."""
    world = house.world
    tarik = world.cast.tarik
    gym = make_offer(world, title="Rückenschule", access=Access.ANONYMOUS, bring="bequeme Kleidung")
    for day in (2, 9):
        book(world, make_slot(world, gym, starts_at=world.at + timedelta(days=day)), tarik)
    meeting = make_offer(world, title="Frühstück", access=Access.ANONYMOUS)
    make_slot(world, meeting, starts_at=world.at + timedelta(days=4))
    talk = make_offer(world, title="Beratung", access=Access.REQUEST, owner="clinic")
    make_slot(world, talk, starts_at=world.at + timedelta(days=5))
    give_consent(world, tarik, talk, groups=("I2",))
    return give_card(world, tarik)


def come_in(tarik: Keyboard, card: str) -> None:
    """The only address that is typed; a forgotten code and a forgotten PIN are mended from the box of faults."""
    tarik.person.open("/card")
    tarik.walk()
    tarik.tab_to("Weiter")
    tarik.send()
    tarik.mend("code")
    tarik.type_and_send(card)
    tarik.tab_to("Das ist ein fremdes Gerät")
    tarik.tick()
    tarik.tab_to("PIN", back=True)
    tarik.type_and_send("4711")
    tarik.person.reads("Rückenschule")


def set_up(tarik: Keyboard) -> None:
    """Large letters and back; the other language and back; past the head in one step."""
    root = tarik.page.locator("html")
    tarik.skip()
    tarik.follow("Schrift groß")
    expect(root).to_have_attribute("data-size", "large")
    tarik.walk()
    tarik.follow("Schrift normal")
    tarik.follow("English")
    expect(root).to_have_attribute("lang", "en")
    tarik.follow("Deutsch")
    expect(root).to_have_attribute("lang", "de")


def give_back_and_take_again(tarik: Keyboard) -> None:
    """The way there, a change of mind, then giving the place back and taking it again."""
    tarik.tab_to("Weg zeigen")
    expect(tarik.page.locator(":focus")).to_have_attribute("href", re.compile(r"^geo:\d"))
    tarik.follow("Ich kann nicht kommen")
    tarik.follow("Ich komme doch")
    tarik.follow("Ich kann nicht kommen")
    tarik.follow("Absagen")
    tarik.person.reads("Abgesagt. Danke, dass Sie Bescheid geben.")
    tarik.follow("Wieder buchen")
    tarik.follow("Platz nehmen")
    tarik.person.reads("Der Termin steht jetzt hier.")


def find_something(tarik: Keyboard) -> None:
    """A place without a name is taken, what needs a name is wished for."""
    tarik.follow("Etwas finden")
    tarik.follow("Platz nehmen: Frühstück")
    tarik.follow("Platz nehmen")
    tarik.follow("Etwas finden")
    tarik.follow("Das möchte ich: Beratung")
    tarik.person.reads("Das möchten Sie. Ihr Coach kümmert sich.")
    tarik.follow("Zurück zu meinen Terminen")


def subscribe(tarik: Keyboard) -> None:
    """A calendar: more than the time, a word of one's own, a reminder; then the steps of one program."""
    tarik.follow("Kalender abonnieren")
    tarik.tab_to("Nur die Zeit und Ihr Wort")
    tarik.arrow()
    tarik.tab_to("Ihr Wort für jeden Eintrag")
    tarik.type(" ")
    tarik.send()
    tarik.mend("word")
    tarik.type("Sport")
    tarik.tab_to("nein")
    tarik.arrow()
    tarik.follow("Weiter")
    tarik.follow("Ja, so einrichten")
    tarik.tab_to("iPhone, iPad und Mac")
    tarik.toggle("Enter", opened=True)
    tarik.walk()
    tarik.tab_to("iPhone, iPad und Mac")
    tarik.toggle("Space", opened=False)
    tarik.follow("Zu Ihren Kalendern")
    tarik.follow("Mehr oder weniger zeigen")
    tarik.follow("Nichts ändern")
    tarik.follow("Beenden: mein Handy")
    tarik.follow("Zu Ihren Terminen")


def rule_who_knows(tarik: Keyboard, house: House) -> None:
    """Look who knows what, take one yes back, keep somebody out, and allow messages."""
    tarik.follow("Wer weiß was von mir?")
    tarik.follow("Wer soll nichts erfahren?")
    tarik.tab_to("Welche Stelle?")
    tarik.pick(house.world.cast.club.name)
    tarik.follow("Soll nichts erfahren")
    tarik.follow(f"Wieder erlauben: {house.world.cast.club.name}")
    tarik.follow("Zurück zu meinen Terminen")
    tarik.follow("Zurücknehmen")
    tarik.follow("Zurücknehmen")
    tarik.person.reads("Das gilt nicht mehr")
    tarik.follow("Zu meinen Terminen")
    tarik.follow("Nachrichten und Auswertung")
    tarik.follow("Lesen und entscheiden")
    tarik.follow("Ja")
    tarik.person.reads("Sie zählen mit")
    tarik.follow("Alle Fragen und Antworten")
    tarik.follow("Zu meinen Terminen")


def leave_and_tell_a_barrier(tarik: Keyboard) -> None:
    """Leave the device; what does not work can still be said by anybody. Nothing said is a fault that is mended."""
    tarik.follow("Abmelden")
    tarik.follow("Barrierefreiheit")
    tarik.follow("Barriere melden")
    tarik.follow("Absenden")
    tarik.mend("words")
    tarik.type("Die Schrift auf dem Zettel ist zu klein.")
    tarik.follow("Absenden")


@pytest.mark.parametrize("way", WAYS)
def test_a_person_goes_the_whole_way_with_the_keyboard_alone(house: House, card: str, way: str) -> None:
    options: dict[str, Any] = {**WAYS[way], "reduced_motion": "reduce"}
    tarik = Keyboard(house.person("tarik", **options))
    come_in(tarik, card)
    set_up(tarik)
    give_back_and_take_again(tarik)
    find_something(tarik)
    subscribe(tarik)
    rule_who_knows(tarik, house)
    leave_and_tell_a_barrier(tarik)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("a { outline: none !important; }", "nobody sees the focus"),
        ("a { outline-color: #eee !important; }", "the ring is faint"),
        ("p { position: fixed; inset: 0; background: #fff; }", "something lies on it"),
        ("a { padding: 0 !important; }", "24 must be"),
        ("div { display: flex; flex-direction: row-reverse; justify-content: start; }", " before "),
        ("b { display: block; height: 1em; overflow: hidden; }", "cut off"),
    ],
)
def test_the_walk_notices_what_shuts_people_out(house: House, fault: str, said: str) -> None:
    reader = house.person("tarik")
    reader.page.set_content(
        "<style>body { background: #fff; } a { display: inline-block; padding: 9px; outline-color: #000; } "
        f"a:focus {{ outline: 3px solid #000; }} {fault}</style>"
        "<div><a href='#one'>One</a> <a href='#two'>Two</a></div><b>Much to read</b><p>Banner</p>"
    )
    with pytest.raises(AssertionError, match=said):
        Keyboard(reader).walk()
