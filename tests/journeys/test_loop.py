"""One need from a no to its end: the next partner, a yes, a date, who was there, the outcome, closed."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator

from hub.models.offer import Access, Aim, Form
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.journeys.test_enquiry import SECRETS, sign_on_paper
from tests.places import make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
CLINIC, CLUB = "Beratung zum Rücken", "Rückenschule im Verein"
DAY = 24 * 60  # minutes


@pytest.fixture(autouse=True)
def _offers(house: House) -> None:
    """Two partners with something for the same need; each is asked first."""
    for owner, title, place, days in (("clinic", CLINIC, "clinic_house", 8), ("club", CLUB, "gym", 10)):
        facts = {"access": Access.REQUEST, "aim": Aim.BODY, "form": Form.GROUP, "field_groups": ["I2"]}
        where = house.world.cast.locations[place].id
        offer = make_offer(house.world, owner=owner, title=title, location_id=where, **facts)
        make_slot(house.world, offer, starts_at=AT.replace(hour=8, minute=0) + timedelta(days=days))


def ask_and_send(clara: Person, title: str, day: str, who: str) -> None:
    """From the hits: look at it together, write the signature down, send it."""
    clara.go(title)
    clara.go(day, exact=False)
    clara.go("Gemeinsam ansehen")
    clara.choose("mit Dolmetschen", "Telefon 0151 5550 1702", "Vorbeugen", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")
    sign_on_paper(clara)
    clara.go("Zur Anfrage")
    clara.press("Jetzt anfragen")
    clara.headline(f"{who} ist dran.")


def say_no(petra: Person) -> None:
    """Decline with one of the reasons; nobody was named."""
    petra.go("Anfragen")
    petra.go(CLINIC)
    petra.misses(*SECRETS)
    petra.unfold("Es geht leider nicht")
    petra.choose("Alles voll")
    petra.press("Absagen")
    petra.headline("Sie haben abgesagt.")
    petra.misses(*SECRETS, CLINIC)


def say_yes(sven: Person) -> None:
    """Accept with one tap, then read the notice and the name."""
    sven.go("Anfragen")
    sven.go(CLUB)
    sven.misses(*SECRETS)
    sven.press("Ja, der Platz ist frei")
    sven.press("Verstanden, Namen zeigen")
    sven.reads("Frau Jolanta Wiśniewska")


def read_the_yes(clara: Person) -> None:
    """The yes has booked the date that was kept for it; Jolanta hears of it."""
    clara.go("Heute")
    clara.reads("Zusage für", "Jolanta weiß es noch nicht.")
    clara.press("Weiß Bescheid: Jolanta Wiśniewska")
    clara.misses("Jolanta weiß es noch nicht.")


def write_down_who_was_there(clara: Person) -> None:
    """The club may not say it without a consent of its own, so Jolanta is asked; one tap."""
    clara.reads("War Jolanta am Donnerstag, 24. September bei")
    with clara.counting(most=1):
        clara.press("War da: Jolanta Wiśniewska")
    clara.reads("Eingetragen.")
    clara.misses("War Jolanta am")


def part_of(clara: Person) -> Locator:
    """The one unfolded form."""
    return clara.page.locator("details[open]")


def close(clara: Person) -> None:
    """First what became of the enquiry, on the person's word; then what became of the need."""
    clara.go("Heute")
    clara.reads("Alle Termine bei SV Elbaue Coswig sind vorbei. Fragen Sie Jolanta, wie es war.")
    clara.go("Abschließen", exact=False)
    clara.reads("war da")
    clara.unfold("Abschließen")
    clara.choose("Ganz mitgemacht")
    clara.press("Abschließen", within=part_of(clara))
    clara.headline("Diese Anfrage ist abgeschlossen.")
    clara.go("Zum Anliegen")
    clara.reads(CLINIC, CLUB, "abgesagt")
    clara.unfold("Abschließen")
    clara.choose("Geschafft")
    clara.press("Abschließen", within=part_of(clara))
    clara.reads("Geschafft")


@pytest.mark.parametrize("size", [{}, DESK], ids=["390", "1280"])
def test_one_need_from_a_no_to_its_end(house: House, size: dict[str, Any]) -> None:
    clara = house.staff("clara", **size)
    clara.go("Suchen")
    clara.go("Jolanta Wiśniewska")
    ask_and_send(clara, CLINIC, "22. Sept.", "Klinik Rosenpark")
    say_no(house.staff("petra", **size))
    clara.go("Heute")
    clara.reads("Klinik Rosenpark sagt ab: Alles voll.")
    clara.go("Nächsten Partner suchen", exact=False)
    clara.misses(CLINIC)
    ask_and_send(clara, CLUB, "24. Sept.", "SV Elbaue Coswig")
    say_yes(house.staff("sven", **size))
    read_the_yes(clara)
    house.wait(minutes=11 * DAY)
    house.work()
    later = house.staff("clara", **size)
    write_down_who_was_there(later)
    close(later)
    later.go("Heute")
    later.misses("Fragen Sie Jolanta")
    for stranger in ("frank", "lena", "nora"):
        house.staff(stranger, **size).misses("war da", CLUB)
