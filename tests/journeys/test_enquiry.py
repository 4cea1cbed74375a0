"""The closed loop: asked with the person's own yes, accepted from a mail, booked, moved, and taken back."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from hub.models.offer import Access, Aim, Form, Offer
from hub.seeds.cast import PASSWORD
from tests.journeys.calendar_program import fetch, find
from tests.journeys.conftest import House
from tests.journeys.people import Person
from tests.places import make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
SECRETS = ("Jolanta", "Wiśniewska", "Weinböhla", "5550 1702", "1979")
PIN = "7315"
PLAIN = {"java_script_enabled": False}


@pytest.fixture
def offer(house: House) -> Offer:
    """A talk at the clinic that asks first, with a date in ten days and one a week later."""
    offer = make_offer(
        house.world,
        access=Access.REQUEST,
        owner="clinic",
        title="Beratung zum Rücken",
        aim=Aim.BODY,
        form=Form.SINGLE,
        location_id=house.world.cast.locations["clinic_house"].id,
        field_groups=["I2"],
    )
    for days in (10, 17):
        make_slot(house.world, offer, starts_at=AT.replace(hour=8, minute=0) + timedelta(days=days))
    return offer


def ask_together(clara: Person) -> None:
    """Find the offer for Jolanta and choose together with her what the clinic may learn."""
    clara.go("Suchen")
    clara.go("Jolanta Wiśniewska")
    clara.go("Beratung zum Rücken")
    clara.go("24. Sept.", exact=False)
    clara.go("Gemeinsam ansehen")
    clara.choose("mit Dolmetschen", "Telefon 0151 5550 1702", "Vorbeugen", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")
    clara.reads("Das erfährt Klinik Rosenpark.", "Frau Jolanta Wiśniewska")


def give_card(clara: Person) -> str:
    """Hand out a card; on the coach's device Jolanta types a PIN that nobody else sees. Return the card's code."""
    clara.go("Menschen")
    clara.go("Jolanta Wiśniewska")
    clara.go("Karte drucken")
    clara.press("Karte ausgeben")
    code = clara.page.locator("article.slip b.nowrap").inner_text()
    clara.go("Zurück")
    clara.press("PIN festlegen")
    clara.write("PIN", PIN)
    clara.write("PIN noch einmal", PIN)
    clara.press("PIN festlegen")
    clara.write("Ihr Passwort", PASSWORD)
    clara.press("Weiterarbeiten")
    return code


def say_yes_on_the_handed_over_device(clara: Person) -> None:
    """Give the device away; whoever holds it can answer and nothing else, until the coach's password comes."""
    clara.press("Gerät übergeben")
    clara.open("/people")
    clara.headline("Das erfährt Klinik Rosenpark.")
    clara.choose("Ja")
    clara.write("Ihre PIN", "0000")
    clara.press("Antwort speichern", status=422)
    clara.reads("Diese PIN passt nicht.")
    clara.choose("Ja")
    clara.write("Ihre PIN", PIN)
    clara.press("Antwort speichern")
    clara.reads("Ihre Antwort ist gespeichert.")
    clara.write("Ihr Passwort", PASSWORD)
    clara.press("Weiterarbeiten")
    clara.headline("Jolanta hat Ja gesagt.")


def sign_on_paper(clara: Person) -> None:
    """Print the sheet and write down the signature that stands on it."""
    clara.go("Blatt zum Unterschreiben drucken")
    clara.reads("Frau Jolanta Wiśniewska")
    clara.go("Zurück")
    clara.unfold("Das Blatt ist unterschrieben")
    clara.write("Unterschrieben am", "2026-09-14")
    clara.write("Aktenzeichen des Blatts", "Ordner 3-17")
    clara.press("Unterschrift eintragen")
    clara.headline("Jolanta hat Ja gesagt.")


def read_mail(house: House) -> str:
    """Let the worker deliver, and return the address in the clinic's one mail, which says nothing else."""
    house.work()
    letters = house.mails(to="clinic@demo.invalid") + house.mails(to="petra@demo.invalid")
    assert len(letters) == 1
    text = f"{letters[0]['Subject']} {letters[0]['From']} {letters[0].get_content()}"
    for word in (*SECRETS, "Beratung", "Rücken", "Jobcenter", "Termin am", "Klinik"):
        assert word not in text
    found = re.search(r"http\S+/links/\S+", text)
    assert found
    return found.group()


def accept_from_the_mail(house: House, phone: Person) -> None:
    """Say yes on the page behind the mail's link, without a login and without a name."""
    address = read_mail(house)
    with phone.counting(most=3):
        phone.open(address)
        phone.misses(*SECRETS)
        phone.reads("mit Dolmetschen")
        phone.press("Ja, der Platz ist frei")
    phone.headline("Danke, Sie haben zugesagt.")
    phone.misses(*SECRETS)


def open_the_name(petra: Person) -> None:
    """Behind the login the name opens only with the purpose notice."""
    petra.go("Anfragen")
    petra.misses(*SECRETS)
    petra.go("Beratung zum Rücken", exact=False)
    petra.misses(*SECRETS)
    petra.press("Verstanden, Namen zeigen")
    petra.headline("Dieser Mensch kommt zu Ihnen.")
    petra.reads("Frau Jolanta Wiśniewska", "0151 5550 1702")


def read_the_yes(clara: Person) -> None:
    """The yes has booked the date that was kept for it; Jolanta hears of it."""
    clara.go("Heute")
    clara.reads("Zusage für", "Jolanta weiß es noch nicht.")
    clara.press("Weiß Bescheid: Jolanta Wiśniewska")
    clara.misses("Jolanta weiß es noch nicht.")


def subscribe(jolanta: Person, code: str) -> str:
    """Open the own page with card and PIN and make a calendar; return its address."""
    jolanta.open(f"/card/{code}")
    jolanta.misses(*SECRETS, "Klinik")
    jolanta.write("PIN", PIN)
    jolanta.press("Meine Termine zeigen")
    jolanta.go("Kalender abonnieren")
    jolanta.press("Weiter")
    jolanta.press("Ja, so einrichten")
    address = jolanta.page.locator("#feed-address").inner_text()
    jolanta.go("Zu Ihren Kalendern")
    return address


def move(petra: Person) -> None:
    """Move the date to the afternoon."""
    petra.go("Angebote")
    petra.go("Beratung zum Rücken")
    petra.go("Ansehen", within=petra.page.get_by_role("listitem").filter(has_text="24. Sept."), exact=False)
    petra.reads("Frau Jolanta Wiśniewska")
    petra.go("Verlegen")
    petra.write("Von", "14:30")
    petra.write("Bis", "15:30")
    petra.press("Weiter")
    petra.press("So machen")
    petra.reads("Der Termin ist verlegt.")


def withdraw(jolanta: Person) -> None:
    """Take the consent back from the page of one's own dates."""
    jolanta.open("/me")
    with jolanta.counting(most=2):
        row = jolanta.page.get_by_role("listitem").filter(has_text="Klinik Rosenpark")
        jolanta.go("Zurücknehmen", within=row, exact=False)
        jolanta.press("Zurücknehmen")
    jolanta.reads("Zurückgenommen.")


def withdraw_from_anywhere(jolanta: Person) -> None:
    """Take it back with two taps from whatever page behind the card."""
    for path in ("/me", "/me/disclosures", "/me/subscriptions/new", "/me/offers", "/me/permissions"):
        jolanta.open(path)
        expect(jolanta.page.get_by_role("link", name="Erlaubtes zurücknehmen", exact=True)).to_be_visible()
    with jolanta.counting(most=2):
        jolanta.go("Erlaubtes zurücknehmen")
        jolanta.reads("Beim Zurücknehmen wird ein Termin abgesagt.")
        jolanta.press("Zurücknehmen: Klinik Rosenpark")
    jolanta.reads("Zurückgenommen.")


def assert_closed(house: House, clara: Person, petra: Person) -> None:
    """At the next request everything of the person is gone at the partner, and the coach sees that it ended."""
    petra.go("Anfragen")
    petra.misses(*SECRETS, "Beratung zum Rücken")
    petra.unfold("vergangene Anfrage")
    petra.go("Zurückgezogen")
    petra.headline("Hier gibt es nichts mehr zu sehen.")
    petra.misses(*SECRETS)
    petra.go("Angebote")
    petra.go("Beratung zum Rücken")
    petra.go("Ansehen", within=petra.page.get_by_role("listitem").filter(has_text="24. Sept."), exact=False)
    petra.headline("Noch kommt niemand.")
    petra.misses(*SECRETS)
    clara.go("Menschen")
    clara.go("Jolanta Wiśniewska")
    clara.reads("zurückgezogen", "Es steht kein Termin an.")
    expect(clara.part("Einwilligungen")).not_to_contain_text("Klinik Rosenpark")
    house.work()
    for letter in house.mails(to="clinic@demo.invalid"):
        assert not any(word in str(letter) for word in SECRETS)


@pytest.mark.parametrize("way", ["auf dem übergebenen Gerät", "auf Papier"])
def test_an_enquiry_from_the_yes_to_its_withdrawal(house: House, offer: Offer, way: str) -> None:
    clara, petra = house.staff("clara"), house.person("petra")
    phone, jolanta = house.person("petra"), house.person("jolanta", color_scheme="dark")
    code = give_card(clara)
    ask_together(clara)
    if way == "auf Papier":
        sign_on_paper(clara)
    else:
        say_yes_on_the_handed_over_device(clara)
    clara.go("Zur Anfrage")
    clara.press("Jetzt anfragen")
    clara.headline("Klinik Rosenpark ist dran.")
    accept_from_the_mail(house, phone)
    petra.sign_in()
    open_the_name(petra)
    read_the_yes(clara)
    calendar = subscribe(jolanta, code)
    before = find(fetch(calendar), "2026-09-24 10:00")
    move(petra)
    after = fetch(calendar)[before.uid]
    assert (after.starts, after.cancelled) == ("2026-09-24 14:30", False)
    assert after.sequence > before.sequence
    (withdraw if way == "auf Papier" else withdraw_from_anywhere)(jolanta)
    assert before.uid not in fetch(calendar)
    assert_closed(house, clara, petra)
    jolanta.open("/me/disclosures")
    jolanta.reads("Klinik Rosenpark hat erfahren")


def test_without_scripts_a_yes_is_given_accepted_and_taken_back(house: House, offer: Offer) -> None:
    clara, phone, jolanta = (
        house.staff("clara", **PLAIN),
        house.person("petra", **PLAIN),
        house.person("jolanta", **PLAIN),
    )
    code = give_card(clara)
    ask_together(clara)
    say_yes_on_the_handed_over_device(clara)
    clara.go("Zur Anfrage")
    clara.press("Jetzt anfragen")
    accept_from_the_mail(house, phone)
    read_the_yes(clara)
    jolanta.open(f"/card/{code}")
    jolanta.write("PIN", PIN)
    jolanta.press("Meine Termine zeigen")
    withdraw_from_anywhere(jolanta)
    clara.go("Menschen")
    clara.go("Jolanta Wiśniewska")
    clara.reads("zurückgezogen", "Es steht kein Termin an.")
