"""The shortest way: a club publishes a weekly date, a coach books a place without a name, a person comes."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.calendar_program import fetch, find
from tests.journeys.conftest import House
from tests.journeys.people import Person

pytestmark = pytest.mark.browser
TITLE = "Rückenschule am Vormittag"
PIN = "4826"
CODE = re.compile(r"^\S+ \d{2}$")  # a browser's \w knows no umlauts


def publish_weekly(sven: Person, title: str = TITLE) -> None:
    """Let a club publish an offer for every Wednesday from ten to eleven."""
    sven.go("Angebote")
    sven.go("Neues Angebot")
    sven.write("Name des Angebots", title)
    sven.choose("Platz ohne Namen")
    sven.press("Entwurf speichern")
    with sven.counting(most=8):  # a volunteer's new weekly date, published with its offer in one go
        sven.go("Neuer Termin")
        sven.choose("Mi")
        sven.write("Von", "10:00")
        sven.write("Bis", "11:00")
        sven.press("Termine ansehen")
        sven.headline("Jeden Mittwoch")
        sven.reads("Feiertag: Buß- und Bettag")
        sven.press("Termine und Angebot veröffentlichen")
        sven.headline("steht im Verzeichnis")


def book(clara: Person, day: str) -> str:
    """Let a coach find it for Tarik and book one day; return the place's code."""
    with clara.counting(most=9):  # from the need to the booked place, on a phone
        clara.go("Suchen")
        clara.go("Tarik Demirci")
        clara.headline("stufenlos")
        clara.unfold("Umkreis, Zugang und Tage")
        clara.choose("Mi")
        clara.press("Anzeigen")
        clara.reads("km, stufenlos, Mi 10 Uhr, 8 Plätze frei")
        clara.go(TITLE)
        clara.go(day, exact=False)
        clara.reads("Niemand erfährt den Namen.")
        clara.press("Platz buchen")
    clara.headline("Der Platz ist gebucht.")
    code = clara.page.get_by_text(CODE).inner_text()
    clara.misses("Platzwort am Empfang: None")
    return code


def first_pin(clara: Person, tarik: Person) -> tuple[str, str]:
    """Hand out a card with its slip; at home the person opens its address and chooses a PIN. Return code and PIN."""
    clara.go("Zettel drucken")
    clara.press("Karte ausgeben")
    slip = clara.page.locator("article.slip")
    start = slip.locator(".code").inner_text()
    code = slip.locator("b.nowrap").inner_text()
    tarik.open("/card")
    tarik.write("Code auf Ihrer Karte", code)
    tarik.press("Weiter")
    tarik.misses("Rückenschule", "Tarik")
    tarik.write("Startnummer auf dem Zettel", start)
    tarik.write("PIN", PIN)
    tarik.write("PIN noch einmal", PIN)
    tarik.press("PIN festlegen")
    clara.go("Zurück")
    return code, PIN


def subscribe(tarik: Person) -> str:
    """Make a calendar on the own device and return its address, which is shown this once."""
    tarik.go("Kalender abonnieren")
    tarik.press("Weiter")
    tarik.press("Ja, so einrichten")
    address = tarik.page.locator("#feed-address").inner_text()
    tarik.go("Zu Ihren Kalendern")
    tarik.misses(address)
    return address


def move(sven: Person, day: str, *, to: str) -> None:
    """Move one date to another time of the same day."""
    sven.go("Angebote")
    sven.go(TITLE)
    row = sven.page.get_by_role("listitem").filter(has_text=day)
    sven.go("Ansehen", within=row, exact=False)
    sven.reads("Ein Mensch kommt.")
    sven.misses("Demirci")
    sven.go("Verlegen")
    sven.write("Von", to)
    sven.write("Bis", "12:30")
    sven.press("Weiter")
    sven.reads("Mensch sieht es im eigenen Kalender.")
    sven.press("So machen")


def call_off(sven: Person, day: str) -> None:
    """Call one date off, after seeing whom that hits."""
    sven.go("Angebote")
    sven.go(TITLE)
    sven.go("Ansehen", within=sven.page.get_by_role("listitem").filter(has_text=day), exact=False)
    sven.go("Absagen")
    sven.reads("Mensch sieht es im eigenen Kalender.")
    sven.press("Absagen und informieren")
    sven.headline("Dieser Termin fällt aus.")


def cancel(clara: Person, day: str) -> None:
    """Give Tarik's place back."""
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.go("Ansehen", within=clara.page.get_by_role("listitem").filter(has_text=day), exact=False)
    clara.go("Absagen")
    clara.press("Absagen")


@pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_from_a_weekly_offer_to_a_date_in_the_persons_own_calendar(house: House):
    sven, clara, tarik = house.staff("sven"), house.staff("clara"), house.person("tarik")
    publish_weekly(sven)
    with clara.counting(most=9):
        code = book(clara, "21. Okt.")
    book(clara, "28. Okt.")
    book(clara, "4. Nov.")
    first_pin(clara, tarik)
    tarik.reads("Mittwoch, 21. Oktober", code, "Sporthalle Coswig")
    calendar = subscribe(tarik)
    before = find(fetch(calendar), "2026-10-21 10:00")
    after = find(fetch(calendar), "2026-10-28 10:00")
    assert (before.ends, after.ends) == ("2026-10-21 11:00", "2026-10-28 11:00")
    assert (before.summary, before.location, before.cancelled) == ("Termin", "", False)
    move(sven, "21. Okt.", to="11:30")
    moved = fetch(calendar)[before.uid]
    assert (moved.starts, moved.ends) == ("2026-10-21 11:30", "2026-10-21 12:30")
    assert moved.sequence > before.sequence
    house.wait(minutes=12)
    cancel(clara, "21. Okt.")
    assert fetch(calendar)[before.uid].cancelled
    assert fetch(calendar)[before.uid].sequence > moved.sequence
    call_off(sven, "4. Nov.")
    tarik.open("/me")
    tarik.misses("21. Oktober")
    tarik.reads("Mittwoch, 28. Oktober", "Fällt aus.")
    with tarik.counting(most=3):
        tarik.go("Ich kann nicht kommen")
        tarik.press("Absagen")
    tarik.reads("Danke, dass Sie Bescheid geben.")
    assert fetch(calendar)[after.uid].cancelled
    sven.go("Angebote")
    sven.go(TITLE)
    expect(sven.page.get_by_role("listitem").filter(has_text="28. Okt.")).to_contain_text("0 von 8 belegt")
