"""Everything on paper: no telephone, no account, no device, and the same rights."""

import re

import pytest

from hub.models.offer import Access, Aim, Form, Offer
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.places import make_offer, make_slot
from tests.world import AT

pytestmark = pytest.mark.browser
TITLE = "Beratung im Rathaus"
NEVER_ON_PAPER = ("Jobcenter", "Amt für Eingliederung", "Resilienz", "Netzwerk", "Bürgergeld", "Grundsicherung", "Reha")


@pytest.fixture
def offer(house: House) -> Offer:
    """A talk at the town hall that wants a name, next week."""
    place = house.world.cast.locations["town_hall"].id
    facts = {"access": Access.NAMED, "aim": Aim.DAILY_LIFE, "form": Form.SINGLE, "location_id": place}
    offer = make_offer(house.world, owner="town", title=TITLE, bring="Ausweis", **facts)
    make_slot(house.world, offer, starts_at=AT.replace(day=22, hour=7, minute=30))
    return offer


def test_a_person_with_nothing_but_paper_has_the_same_rights(house: House, offer: Offer) -> None:
    clara = house.staff("clara", **DESK)
    choose_without_steps(clara)
    sign_the_sheet(clara)
    code = withdrawal_code(clara)
    book_with_name(clara)
    slip = print_the_slip(clara)
    assert "10:30" not in slip
    house.wait(minutes=12)
    cancel_by_telephone(clara)
    take_back_with_the_code(house, code)
    gudrun = house.staff("gudrun", color_scheme="dark")
    gudrun.go("Anfragen")
    gudrun.misses("Heinz", "Urban", TITLE)
    clara.go("Menschen")
    clara.go("Heinz Urban")
    clara.reads("Keine gültige Einwilligung.")


def choose_without_steps(clara: Person) -> None:
    """Find the offer for Heinz; the town hall has steps, so the coach drops that wish with him."""
    clara.go("Suchen")
    clara.go("Heinz Urban")
    clara.headline("stufenlos")
    clara.misses(TITLE)
    clara.unfold("Umkreis, Zugang und Tage")
    clara.page.get_by_role("checkbox", name="stufenlos").uncheck()
    clara.press("Anzeigen")
    clara.go(re.compile("22. Sept."))
    clara.reads("Vorher braucht es eine Antwort")
    clara.press("Mehr mitgeben oder auf Papier")
    clara.reads("Platz gehalten bis")
    clara.choose("Über den Coach", "Vorbeugen", "Deutsch")
    clara.press("Weiter zum gemeinsamen Lesen")


def sign_the_sheet(clara: Person) -> None:
    """Record the sheet with its day and where it lies; a day to come is refused."""
    clara.unfold("Das Blatt ist unterschrieben")
    clara.write("Unterschrieben am", "2026-09-20")
    clara.write("Aktenzeichen des Blatts", "Ordner 3-17")
    clara.press("Unterschrift eintragen", status=422)
    clara.write("Unterschrieben am", "2026-09-14")
    clara.press("Unterschrift eintragen")
    clara.headline("Heinz hat Ja gesagt.")


def withdrawal_code(clara: Person) -> str:
    """Print the receipt; below its fold stands the code that takes the consent back."""
    clara.go("Beleg drucken")
    clara.reads("auf Papier, mit Unterschrift")
    code = clara.page.locator(".fold .code").inner_text()
    clara.go("Zurück")
    return code


def book_with_name(clara: Person) -> None:
    """Book the place now that the person has said yes."""
    clara.go("Suchen")
    clara.go("Heinz Urban")
    clara.unfold("Umkreis, Zugang und Tage")
    clara.page.get_by_role("checkbox", name="stufenlos").uncheck()
    clara.press("Anzeigen")
    clara.go(re.compile("22. Sept."))
    clara.reads("Rathaus Nossen erfährt, was Heinz erlaubt hat.")
    clara.press("Platz buchen")
    clara.headline("Der Platz ist gebucht.")


def print_the_slip(clara: Person) -> str:
    """Issue card and slip and read them as somebody would who finds them."""
    clara.go("Zettel drucken")
    clara.press("Karte ausgeben")
    sheets = clara.page.locator("article.paper")
    words = " ".join(sheets.all_inner_texts()).replace("\xa0", " ")
    assert "22. Sept." in words
    assert "9:30" in words
    assert "Markt 1, Nossen" in words
    assert "03591" in words
    assert sheets.locator("img.qr").count() == 2
    for word in (*NEVER_ON_PAPER, "Urban", TITLE):
        assert word.casefold() not in words.casefold()
    clara.go("Große Schrift")
    clara.reads("Meine nächsten Termine")
    clara.go("Zurück")
    return words


def cancel_by_telephone(clara: Person) -> None:
    """Heinz calls, and Clara gives his place back; the new slip says so."""
    clara.go("Menschen")
    clara.go("Heinz Urban")
    clara.go("Ansehen", exact=False)
    clara.go("Absagen")
    clara.press("Absagen")
    clara.reads("Der Platz ist zurückgegeben.")


def take_back_with_the_code(house: House, code: str) -> None:
    """Anybody's device will do: the code on the slip takes the consent back, and no page names anybody."""
    neighbour = house.person("nobody")
    neighbour.open("/withdrawal")
    for word in ("000 000 000", code):
        neighbour.open("/withdrawal")
        neighbour.write("Code auf dem Zettel", word)
        neighbour.press("Weiter")
        neighbour.press("Ja, zurücknehmen")
        neighbour.headline("Wenn der Code stimmt, ist es zurückgenommen.")
        neighbour.misses("Heinz", "Urban", "Rathaus", "Clara")
