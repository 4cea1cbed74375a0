"""The closed loop: asked with the person's own yes, accepted from a mail, booked, moved, and taken back."""

import re

import pytest

from hub.models.offer import Access, Aim, Form, Offer
from tests.journeys.calendar_program import fetch, find
from tests.journeys.conftest import House
from tests.journeys.people import Person
from tests.places import make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
SECRETS = ("Jolanta", "Wiśniewska", "Weinböhla", "5550 1702", "1979")
PIN = "7315"


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
        make_slot(house.world, offer, starts_at=AT.replace(day=14 + days, hour=8, minute=0) if days < 17 else AT.replace(month=10, day=1, hour=8, minute=0))
    return offer


def test_a_try(house: House, offer: Offer) -> None:
    clara = house.staff("clara")
    clara.go("Menschen")
    clara.go("Jolanta Wiśniewska")
    clara.go("Karte drucken")
    clara.press("Karte ausgeben")
    clara.go("Zurück")
    clara.go("PIN festlegen")
    clara.write("PIN", PIN)
    clara.write("PIN noch einmal", PIN)
    clara.press("PIN festlegen")
    clara.go("Weiter")
    clara.go("Suchen")
    clara.go("Jolanta Wiśniewska")
    clara.go("Beratung zum Rücken")
    clara.go("24. Sept.", exact=False)
    clara.go("Gemeinsam ansehen")
    clara.choose("mit Dolmetschen", "Telefon 0151 5550 1702", "Vorbeugen", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")
    clara.press("Gerät übergeben")
