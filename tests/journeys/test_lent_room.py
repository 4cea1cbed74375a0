"""A town lends a room by the hour, a coach takes one near somebody's home, the town calls it off, the coach hears."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person

pytestmark = pytest.mark.browser
ROOM = "Rathaus Nossen, Sitzungszimmer"


def lend(gudrun: Person) -> None:
    """Lend the meeting room on Tuesdays from nine to twelve, in pieces of an hour."""
    gudrun.go("Angebote")
    gudrun.go("Raum verleihen")
    gudrun.reads("kein Angebot für Menschen")
    gudrun.write("Name des Angebots", "Sitzungszimmer im Rathaus")
    gudrun.pick("Wo?", ROOM)
    gudrun.press("Entwurf speichern")
    gudrun.go("Neuer Termin")
    gudrun.choose("Di")
    gudrun.write("Von", "09:00")
    gudrun.write("Bis", "12:00")
    gudrun.pick("In Stücke teilen?", "in ganze Stunden")
    gudrun.press("Termine ansehen")
    gudrun.headline("Jeden Dienstag, 9 bis 12")
    gudrun.reads("In Stücken von 60 Minuten.")
    gudrun.press("Termine und Angebot veröffentlichen")
    gudrun.headline("wird an Coaches verliehen")


def borrow(clara: Person) -> None:
    """Find it near Heinz' home and take ten o'clock tomorrow for a talk with him."""
    clara.go("Menschen")
    clara.go("Heinz Urban")
    clara.open(clara.page.url.replace("/people/", "/rooms?person="))
    clara.headline("Gerade ist hier kein Raum frei.")  # the town hall has steps, which Heinz cannot climb …
    clara.page.get_by_role("checkbox", name="stufenlos").uncheck()  # … but today somebody helps him in
    clara.press("Anzeigen")
    clara.headline("Nahe Nossen ist ein Raum frei.")
    with clara.counting(most=2):
        clara.go("Sitzungszimmer, Di 15. Sept. 10", exact=False)
        clara.reads("Rathaus Nossen sieht Ihren Namen und eine Telefonnummer.")
        clara.press("Raum nehmen")
    clara.headline("Der Raum gehört Ihnen für diese Zeit.")
    clara.go("Heute")
    clara.reads("Heinz", "Sitzungszimmer")


@pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_lent_room_from_the_town_to_a_conversation_and_back(house: House):
    gudrun, clara = house.staff("gudrun", **DESK), house.staff("clara")
    lend(gudrun)
    borrow(clara)
    gudrun.go("Termine")
    week = gudrun.page.locator(".week")
    expect(week).to_contain_text("vergeben")
    gudrun.go("10 Uhr bis 11", within=week, exact=False)
    gudrun.headline("Der Raum ist vergeben.")
    gudrun.reads("Clara Winkler", "03521 555 0100")
    gudrun.misses("Heinz", "Urban")
    gudrun.go("Absagen")
    gudrun.reads("Coach hat den Raum.")
    gudrun.misses("Heinz")
    gudrun.press("Absagen und informieren")
    gudrun.headline("Dieser Termin fällt aus.")
    house.wait(minutes=16)  # news wait a quarter of an hour for others
    house.work()
    assert house.mails("clara@")
    clara.open("/today")
    clara.reads("fällt aus. Heinz weiß es noch nicht und hat nur Papier.")
    clara.go("Ersatz suchen", exact=False)
    clara.headline("Gerade ist hier kein Raum frei.")  # steps again: the search knows what Heinz needs
