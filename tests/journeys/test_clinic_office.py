"""A clinic's office in a network that looks at offers first: written, handed in, given back, mended, let in."""

import re

import pytest

from hub.models.programme import Programme
from tests.browser import axe
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person

pytestmark = pytest.mark.browser
TITLE = "Rückenstunde in der Klinik"
REASON = "Bitte schreiben Sie noch dazu, was es kostet."
HARD = "Die Maßnahme dient der ganzheitlichen Aktivierung."
PLAIN = "Wir üben zusammen. Jede Übung geht auch im Sitzen."


def write_draft(petra: Person) -> None:
    """Write an offer with a certified mark; a hint helps while she types."""
    petra.go("Angebote")
    petra.go("Neues Angebot")
    petra.write("Name des Angebots", TITLE)
    petra.choose("Platz ohne Namen")
    petra.unfold("Mehr Angaben")
    petra.write("Worum geht es, in zwei Sätzen?", HARD)
    petra.reads("„Maßnahme“ verstehen nicht alle.")
    petra.look()
    petra.write("Worum geht es, in zwei Sätzen?", PLAIN)
    petra.page.get_by_text("verstehen nicht alle.").first.wait_for(state="detached")
    petra.unfold("Siegel, wenn Sie welche haben")
    petra.write("Nummer bei der Zentralen Prüfstelle", "KU-BE-7F2M")
    petra.write("Prüfstelle: gilt bis", "2027-03-31")
    petra.press("Entwurf speichern")
    petra.headline("ist noch ein Entwurf.")
    petra.reads("KU-BE-7F2M, gilt bis")


def make_dates(petra: Person) -> None:
    """Lay down every Wednesday from ten to eleven."""
    petra.go("Neuer Termin")
    petra.choose("Mi", within=petra.page.get_by_role("group", name=re.compile("^An welchen Tagen")))
    petra.write("Von", "10:00")
    petra.write("Bis", "11:00")
    petra.press("Termine ansehen")
    petra.press("Nur die Termine speichern")


def test_a_network_looks_at_an_offer_before_it_is_published(house: House) -> None:
    with house.world.database.transaction() as session:
        session.get_one(Programme, house.world.cast.programmes["resilience"].id).reviewing = True
    petra, nora, clara = house.staff("petra"), house.staff("nora", **DESK), house.staff("clara")
    write_draft(petra)
    make_dates(petra)
    petra.reads("Ihr Netzwerk sieht sich neue Angebote an.")
    petra.press("Zur Prüfung geben")
    petra.headline("wird gerade geprüft.")

    house.wait(minutes=16)  # news wait a quarter of an hour for others
    house.work()
    assert len(house.mails("nora@demo.invalid")) == 1
    nora.go("Prüfen")
    nora.headline("Ein Angebot wartet auf Sie.")
    nora.go(TITLE)
    nora.reads(PLAIN, "Zentrale Prüfstelle Prävention")
    nora.unfold("Etwas fehlt noch")
    nora.look()
    nora.write("Was soll der Partner ändern?", REASON)
    nora.press("Zurückgeben")
    nora.headline("Kein Angebot wartet auf Sie.")

    house.work()
    (letter,) = house.mails("clinic@demo.invalid")
    assert REASON not in letter.get_content()
    petra.go("Angebote")
    petra.go(TITLE)
    petra.reads("Das Netzwerk bittet um eine Änderung", REASON)
    axe(petra.page)  # the same page as before in another state
    petra.go("Angebot ändern und prüfen lassen")
    petra.write("Was kostet es?", "3 Euro")
    petra.press("Speichern")
    petra.press("Noch einmal zur Prüfung geben")
    petra.headline("wird gerade geprüft.")

    clara.open("/offers")
    clara.misses(TITLE)
    nora.go("Prüfen")
    nora.go(TITLE)
    nora.reads("3 Euro")
    nora.press("Freigeben")
    nora.reads("steht jetzt im Verzeichnis.")
    clara.open("/offers")
    clara.go(TITLE)
    clara.reads("3 Euro", "Zentrale Prüfstelle Prävention")

    petra.go("Angebote")
    petra.go(TITLE)
    petra.headline("steht im Verzeichnis.")
    petra.go("Was sich geändert hat")
    petra.reads("Nora Petzold", "Kosten: vorher „nichts“, jetzt „3 Euro“.")
    look_at_both_sizes(house, petra.page.url)


def look_at_both_sizes(house: House, history: str) -> None:
    """Let the office sit at a desk and the coordinator hold a telephone, on the pages not yet seen so."""
    petra, nora = house.staff("petra", **DESK), house.staff("nora")
    petra.open(history)
    offer = history.removesuffix("/versions")
    for page in ("", "/edit", "/pause"):
        petra.open(offer + page)
    petra.write("Ab welchem Tag ist es wieder da?", "2026-10-03")
    petra.press("Pause machen")
    petra.reads("Pause bis 3. Oktober 2026.")
    petra.press("Noch einmal anbieten")
    petra.go("Angebote")
    petra.go(TITLE, within=petra.page.locator("li", has_text="Entwurf"))
    petra.press("Trotzdem schon zur Prüfung geben")
    nora.open("/reviews")
    nora.go(TITLE)
