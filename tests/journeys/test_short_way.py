"""The short way: from the need to a booked place with a name, the person's own yes in between; and taking it back."""

from datetime import timedelta

import pytest

from hub.models.offer import Access, Aim, Form
from hub.seeds.cast import PASSWORD
from tests.journeys.conftest import House
from tests.loop import PIN, card_with_pin
from tests.places import make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
TITLE = "Rückenschule mit Namen"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_named_place_takes_nine_taps_with_the_persons_own_yes(house: House, scripts: bool) -> None:
    world, tarik = house.world, house.world.cast.tarik
    facts = {"access": Access.NAMED, "aim": Aim.BODY, "form": Form.GROUP, "field_groups": ["I1"]}
    offer = make_offer(world, title=TITLE, location_id=world.cast.locations["gym"].id, **facts)
    make_slot(world, offer, starts_at=AT.replace(hour=8, minute=0) + timedelta(days=10))
    card_with_pin(world, tarik)
    clara = house.staff("clara", java_script_enabled=scripts)
    with clara.counting(most=9):
        clara.go("Suchen")
        clara.go("Tarik Demirci")
        clara.go(TITLE)
        clara.go("24. Sept.", exact=False)
        clara.reads("Mit geht nur, was es für die Buchung braucht")
        clara.press("Platz halten und Gerät übergeben")
        clara.reads("Das erfährt SV Elbaue Coswig", "Tarik Demirci")
        clara.choose("Ja")
        clara.write("Ihre PIN", PIN)
        clara.press("Antwort speichern")
        clara.headline("Danke. Bitte geben Sie das Gerät zurück.")
        clara.write("Ihr Passwort", PASSWORD)
        clara.press("Platz buchen")
    clara.headline("Der Platz ist gebucht.")
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    with clara.counting(most=2):
        clara.go("Zurücknehmen", exact=False)
        clara.press("Zurücknehmen")
    clara.reads("Zurückgenommen.")
