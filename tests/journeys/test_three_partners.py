"""Three partners on one sheet with one signature: how many taps it takes, from the shortlist to the last enquiry."""

import sys
import time

import pytest

from hub.actions import shortlists
from hub.models.offer import Aim, Form
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.seeds.cast import PASSWORD
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.loop import request_offer

pytestmark = pytest.mark.browser
PARTNERS = {"clinic": "Klinik Rosenpark", "club": "SV Elbaue Coswig", "town": "Rathaus Nossen"}


@pytest.fixture
def picked(house: House) -> None:
    """Three offers on Tarik's shortlist, each of another partner who says yes first."""
    world, clara = house.world, house.world.actor("clara")
    offers = [
        request_offer(
            world, owner=owner, title=f"Angebot {number}", field_groups=["I2"], aim=Aim.BODY, form=Form.SINGLE
        )
        for number, owner in enumerate(PARTNERS)
    ]

    def pick(session):  # type: ignore[no-untyped-def]
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        found = [get_offer(session, clara, offer.public_id) for offer, _ in offers]
        shortlists.pick_offers(session, actor=clara, participant=person, offers=found, at=world.at)

    world.database.run(pick)


def choose_together(clara: Person) -> None:
    """Say for each partner what goes along; nothing was ticked."""
    clara.go("Alle auf einem Blatt fragen")
    for block in clara.page.locator("form section").all():
        clara.choose("Über den Coach", within=block)
    clara.choose("Vorbeugen", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")
    clara.headline("3 Partner. Bei jedem ein eigenes Ja oder Nein.")


def sign_with_a_finger(clara: Person) -> None:
    """Answer line by line on the handed-over device and sign once."""
    clara.press("Gerät übergeben")
    for group, answer in zip(clara.page.locator(".chips-yes-no").all(), ("Ja", "Ja", "Nein"), strict=True):
        clara.choose(answer, within=group)
    paper = clara.page.locator("[data-signature] svg")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    clara.page.mouse.move(box["x"] + 20, box["y"] + 60)
    clara.page.mouse.down()
    for step in range(1, 15):
        clara.page.mouse.move(box["x"] + 20 + 12 * step, box["y"] + 60 + 25 * (step % 2))
    clara.page.mouse.up()
    clara.taps += 1
    clara.press("Antwort speichern")
    clara.headline("Danke. Bitte geben Sie das Gerät zurück.")
    clara.write("Ihr Passwort", PASSWORD)
    clara.press("Weiterarbeiten")
    clara.headline("Tarik hat Ja gesagt.")


def test_three_partners_are_asked_with_one_signature(house: House, picked: None, capsys: pytest.CaptureFixture) -> None:
    clara = house.staff("clara", **DESK)
    clara.open(f"/people/{house.world.cast.tarik.public_id}/shortlist")
    started = time.perf_counter()
    with clara.counting(most=14):
        choose_together(clara)
        sign_with_a_finger(clara)
    asked = clara.taps
    sheet = clara.page.url
    for name in list(PARTNERS.values())[:2]:
        clara.open(sheet)
        clara.go(f"Anfrage an {name}")
        clara.press("Jetzt anfragen")
    with capsys.disabled():
        seconds = time.perf_counter() - started
        sys.stdout.write(
            f"\nthree partners, one signature: {asked} taps; with two enquiries {clara.taps}, {seconds:.1f} s\n"
        )
    clara.open(sheet)
    clara.misses("Anfrage an Rathaus Nossen")
    clara.go("Beleg drucken")
    clara.reads("mit Unterschrift")
    clara.misses("Rathaus Nossen")
