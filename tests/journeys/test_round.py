"""Two partners asked without a name: one signature, the first yes, the other is thanked, then a name for that one."""

from datetime import timedelta
from typing import Any

import pytest

from hub.models.offer import Access, Aim, Form
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.journeys.test_enquiry import SECRETS
from tests.places import make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
CLINIC, CLUB = "Beratung zum Rücken", "Rückenschule im Verein"


@pytest.fixture(autouse=True)
def _offers(house: House) -> None:
    """Two partners with something for the same need; each is asked first."""
    for owner, title, place, days in (("clinic", CLINIC, "clinic_house", 8), ("club", CLUB, "gym", 10)):
        facts = {"access": Access.REQUEST, "aim": Aim.BODY, "form": Form.GROUP, "field_groups": ["I2"]}
        where = house.world.cast.locations[place].id
        offer = make_offer(house.world, owner=owner, title=title, location_id=where, **facts)
        make_slot(house.world, offer, starts_at=AT.replace(hour=8, minute=0) + timedelta(days=days))


def sign(clara: Person) -> None:
    """Write down the signature on the printed sheet."""
    clara.unfold("Das Blatt ist unterschrieben")
    clara.write("Unterschrieben am", "2026-09-14")
    clara.write("Aktenzeichen des Blatts", "Ordner 3-17")
    clara.press("Unterschrift eintragen")
    clara.headline("Jolanta hat Ja gesagt.")


def ask_both(clara: Person) -> None:
    """From a new need to one question for both, read together and signed once."""
    clara.go("Menschen")
    clara.go("Jolanta Wiśniewska")
    clara.go("Alle Anliegen")
    clara.go("Neues Anliegen")
    clara.choose("den Körper stärken", within=clara.page.get_by_role("group", name="Worum geht es?"))
    clara.choose("Vorbeugen")
    clara.press("Anliegen eröffnen")
    clara.go("Mehrere ohne Namen fragen")
    clara.choose("Klinik Rosenpark", "SV Elbaue Coswig", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")
    clara.reads("Klinik Rosenpark", "SV Elbaue Coswig")
    sign(clara)


@pytest.mark.parametrize("size", [{}, DESK], ids=["390", "1280"])
def test_the_first_yes_counts_and_only_it_learns_a_name(house: House, size: dict[str, Any]) -> None:
    clara = house.staff("clara", **size)
    ask_both(clara)
    clara.go("Heute")
    clara.reads("Die Partner sind noch nicht gefragt.")
    clara.go("Alle fragen", exact=False)
    clara.press("Jetzt alle fragen")
    clara.reads("Klinik Rosenpark", "SV Elbaue Coswig")

    sven, petra = house.staff("sven", **size), house.staff("petra", **size)
    for partner, title in ((sven, CLUB), (petra, CLINIC)):
        partner.go("Anfragen")
        partner.go(title)
        partner.misses(*SECRETS)
    sven.press("Ja, der Platz ist frei")
    sven.misses(*SECRETS, CLINIC, "Rosenpark", "Verstanden, Namen zeigen")
    petra.press("Ja, der Platz ist frei", status=409)
    petra.misses(*SECRETS, CLUB, "Coswig")

    clara.go("Heute")
    clara.reads("Zusage: SV Elbaue Coswig hält bis")
    clara.go("Jolanta fragen", exact=False)
    clara.go("Jolanta fragen")
    clara.choose("Telefon 0151 5550 1702", "Vorbeugen", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")
    sven.go("Anfragen")
    sven.go(CLUB)
    sven.misses(*SECRETS)
    sign(clara)

    sven.go("Anfragen")
    sven.go(CLUB)
    sven.press("Verstanden, Namen zeigen")
    sven.reads("Frau Jolanta Wiśniewska")
    petra.go("Anfragen")
    petra.misses(*SECRETS, CLUB, "Coswig")
