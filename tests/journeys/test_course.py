"""A course: a clinic publishes six dates with a holiday in between; one of them is missed, the rest given back."""

import pytest

from tests.journeys.conftest import House
from tests.journeys.people import Person

pytestmark = pytest.mark.browser
TITLE = "Rückenkurs"


def publish_course(petra: Person) -> None:
    """Let the clinic publish six Wednesdays in autumn, one of which is Buß- und Bettag."""
    petra.go("Angebote")
    petra.go("Neues Angebot")
    petra.write("Name des Angebots", TITLE)
    petra.pick("Wie findet es statt?", "Kurs")
    petra.choose("Platz ohne Namen")
    petra.press("Entwurf speichern")
    petra.go("Neuer Termin")
    petra.choose("Mi")
    petra.write("Von", "10:00")
    petra.write("Bis", "11:30")
    petra.write("Ab wann?", "2026-10-28")
    petra.choose("So viele Tage")
    petra.write("Anzahl der Tage", "6")
    petra.write("Einsteigen bis zum wievielten Termin?", "2")
    petra.press("Termine ansehen")
    petra.reads("Der Kurs hat 6 Termine. Einsteigen geht bis Termin 2.", "Buß- und Bettag", "9. Dez.")
    petra.press("Termine und Angebot veröffentlichen")
    petra.headline("steht im Verzeichnis")


def book_course(clara: Person) -> None:
    """Let a coach find it for Tarik and take all six dates at once."""
    clara.go("Suchen")
    clara.go("Tarik Demirci")
    clara.unfold("Umkreis, Zugang und Tage")
    clara.choose("Egal", within=clara.page.get_by_role("group", name="Wie weit darf es sein?"))
    clara.press("Anzeigen")
    clara.reads("Kurs, 6 Termine ab Mi 28.10.")
    clara.go("28. Okt.", exact=False)
    clara.headline("Den ganzen Kurs für Tarik?")
    clara.reads("Termin 6 von 6")
    clara.misses("18. Nov.")
    clara.press("Ganzen Kurs buchen")
    clara.headline("Der ganze Kurs ist gebucht.")


def to_date(clara: Person, day: str) -> None:
    """Go to one of Tarik's dates."""
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.go("Ansehen", within=clara.page.get_by_role("listitem").filter(has_text=day), exact=False)


def test_a_course_is_booked_whole_missed_once_and_left(house: House):
    petra, clara = house.staff("petra", viewport={"width": 1280, "height": 900}), house.staff("clara")
    publish_course(petra)
    book_course(clara)
    house.wait(minutes=12)
    to_date(clara, "11. Nov.")
    clara.go("Nur diesen Termin absagen")
    clara.press("Absagen")
    to_date(clara, "25. Nov.")
    clara.reads("Abgesagt.", "Termin 3 von 6")
    clara.go("Ganzen Rest absagen")
    clara.headline("Alle 5 Termine absagen, die noch kommen?")
    clara.press("Kurs absagen")
    clara.reads("Die Plätze sind zurückgegeben.", "Es steht kein Termin an.")
    visitor = house.person("visitor")
    visitor.open("/offers?words=" + TITLE)
    visitor.reads("Kurs, 6 Termine ab Mi 28.10.", "Plätze frei")
    visitor.go(TITLE)
    visitor.reads("Termin 6 von 6", "Einsteigen geht bis Termin 2.")
