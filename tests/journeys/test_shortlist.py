"""From a need to a place: searched, compared, handed over, chosen by the person alone, and booked."""

from datetime import timedelta

import pytest

from hub.models.offer import Access, Aim, Form
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.places import give_card, make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
TITLES = ("Rückenschule am Vormittag", "Gymnastik im Sitzen", "Beratung zum Rücken")


@pytest.fixture
def offers(house: House) -> None:
    """Two groups in the gym of Coswig, one of them full, and a talk at the clinic that asks first."""
    world, body = house.world, {"aim": Aim.BODY, "cost": "kostenlos"}
    make_slot(world, make_offer(world, title=TITLES[0], **body), starts_at=AT + timedelta(days=2, hours=1, minutes=30))
    make_slot(world, make_offer(world, title=TITLES[1], **body), starts_at=AT + timedelta(days=3), places=1)
    place = world.cast.locations["clinic_house"].id
    make_offer(
        world, access=Access.REQUEST, owner="clinic", title=TITLES[2], form=Form.SINGLE, location_id=place, **body
    )
    make_slot(world, make_offer(world, title="Nur für Frauen", women_only=True, **body))


def search_for_the_need(clara: Person) -> None:
    """Write down what Tarik looks for, and let one button do the rest."""
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.go("Alle Anliegen")
    clara.go("Neues Anliegen")
    clara.choose("den Körper stärken", within=clara.page.get_by_role("group", name="Worum geht es?"))
    clara.choose("Vorbeugen", "stufenlos")
    clara.press("Anliegen eröffnen")
    clara.go("Passendes suchen")
    clara.headline("den Körper stärken, bis 15")
    clara.reads("km, stufenlos, Mi 10 Uhr, 3 Plätze frei", "1 Platz frei", "Termin nach der Zusage")
    clara.misses("Nur für Frauen")


def remember_the_mornings(clara: Person) -> None:
    """Say once that mornings suit; the next search knows."""
    clara.unfold("Umkreis, Zugang und Tage")
    clara.choose("vormittags")
    clara.press("Anzeigen")
    clara.press("Das merken")
    clara.headline("vormittags")
    clara.go("Suchen")
    clara.go("Tarik Demirci")
    clara.headline("vormittags")


def compare_and_pick(clara: Person) -> None:
    """Tick, look at them beside each other, and put them on the shortlist."""
    for title in TITLES[:2]:
        clara.choose(f"Zum Vergleich ankreuzen: {title}")
    clara.press("Vergleichen")
    clara.headline("2 Angebote für Tarik nebeneinander")
    clara.reads("Nächster freier Termin", "1 Platz frei", "Bei allen gleich")
    clara.press("Alle auf die Auswahl setzen")
    clara.headline("2 Angebote zur Auswahl für Tarik")


def hand_over(clara: Person) -> None:
    """Look at the sheet, which says nothing to others, and show the offers on Tarik's own page."""
    clara.go("Blatt drucken")
    clara.reads("Meine Auswahl", "Treffen")
    clara.misses("Rücken", "Gymnastik", "Demirci", "Jobcenter", "Resilienz")
    clara.go("Zurück")
    clara.press("Tarik zeigen")
    clara.reads("Tarik sieht die Auswahl jetzt auf der eigenen Seite.")


def choose_alone(house: House, code: str, **options: object) -> None:
    """Tarik, at home with his card, reads and decides; he thinks again once."""
    tarik = house.person("tarik", **options)
    tarik.open(f"/card/{code}")
    tarik.write("PIN", "4711")
    tarik.press("Meine Termine zeigen")
    tarik.reads("Ihre Auswahl", "Das passt für Sie")
    tarik.go("Mit freien Terminen ansehen")
    tarik.headline("Was davon möchten Sie?")
    tarik.reads("Mittwoch, 16.\u00a0September, 10\u00a0Uhr")
    tarik.press(f"Das möchte ich: {TITLES[1]}")
    tarik.press(f"Doch nicht: {TITLES[1]}")
    tarik.press(f"Das möchte ich: {TITLES[0]}")
    tarik.reads("Das möchten Sie. Ihr Coach kümmert sich.")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_shortlist_goes_from_a_need_to_the_person_and_back_as_a_booking(house, offers, screen):
    code = give_card(house.world, house.world.cast.tarik)
    clara = house.staff("clara", **screen)
    search_for_the_need(clara)
    remember_the_mornings(clara)
    compare_and_pick(clara)
    hand_over(clara)
    choose_alone(house, code, **screen)
    clara.go("Heute")
    clara.reads(f"Tarik möchte „{TITLES[0]}“.")
    clara.go("Termin wählen", exact=False)
    clara.go("16. Sept.", exact=False)
    clara.press("Platz buchen")
    clara.reads("Der Platz ist gebucht.")
    clara.go("Heute")
    clara.misses("Tarik möchte")


def test_without_scripts_the_ticks_work_as_well(house, offers):
    clara = house.staff("clara", java_script_enabled=False, **PHONE)
    clara.open(f"/find?person={house.world.cast.tarik.public_id}")
    for title in TITLES[:2]:
        clara.choose(f"Zum Vergleich ankreuzen: {title}")
    clara.press("Auf die Auswahl setzen")
    clara.headline("2 Angebote zur Auswahl für Tarik")
    clara.press(f"Von der Auswahl nehmen: {TITLES[0]}")
    clara.headline("Ein Angebot zur Auswahl für Tarik")
