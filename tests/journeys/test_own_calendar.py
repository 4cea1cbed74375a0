"""Gudrun keeps her office hours in Outlook: the file comes in, dates become bookable, a change is shown and settled."""

import pytest

from tests.journeys.conftest import House
from tests.journeys.people import DESK, Person
from tests.places import make_offer

pytestmark = pytest.mark.browser
# As Outlook writes it: a Windows zone without description, German words, a private entry beside the office hours.
OUTLOOK = """BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:PUBLISH
X-MS-OLK-FORCEINSPECTOROPEN:TRUE
BEGIN:VEVENT
CLASS:PUBLIC
UID:040000008200E00074C5B7101A82E008
DTSTART;TZID="W. Europe Standard Time":20260917T{start}
DTEND;TZID="W. Europe Standard Time":20260917T{end}
RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TH
SUMMARY;LANGUAGE=de:Offene Sprechstunde
CATEGORIES:Bürger
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
BEGIN:VEVENT
UID:040000008200E00074C5B7101A82E009
DTSTART;TZID="W. Europe Standard Time":20260918T140000
DTEND;TZID="W. Europe Standard Time":20260918T150000
SUMMARY;LANGUAGE=de:Zahnarzt
END:VEVENT
END:VCALENDAR
"""


def upload(gudrun: Person, start: str, end: str) -> None:
    content = OUTLOOK.format(start=start, end=end).replace("\n", "\r\n").encode()
    file = {"name": "Kalender.ics", "mimeType": "text/calendar", "buffer": content}
    gudrun.page.get_by_label("Datei").set_input_files(file)  # type: ignore[arg-type]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_office_hours_from_outlook_to_bookable_dates_and_a_later_change(house: House, scripts: bool):
    title = "Sprechstunde im Rathaus"
    make_offer(house.world, owner="town", location_id=house.world.cast.town_hall.id, title=title)
    gudrun = house.staff("gudrun", **DESK, java_script_enabled=scripts)
    gudrun.go("Angebote")
    gudrun.go("Eigene Kalender")
    gudrun.go("Kalender eintragen")
    gudrun.pick("Wofür ist der Kalender?", f"Termine für „{title}“")
    gudrun.write("Wie soll er hier heißen?", "Outlook im Rathaus")
    upload(gudrun, "100000", "120000")
    gudrun.press("Kalender lesen")
    gudrun.headline("Der Kalender wird gerade gelesen.")
    house.work()
    gudrun.go("Nachsehen")
    gudrun.headline("Welche Termine gehören zum Angebot?")
    gudrun.choose("Offene Sprechstunde")
    gudrun.press("Diese Termine zeigen")
    gudrun.headline("3 neue Termine stehen im Kalender.")
    gudrun.misses("Zahnarzt")
    gudrun.press("Nicht übernehmen: Donnerstag, 24.\u00a0September, 10\u00a0Uhr")
    gudrun.headline("2 neue Termine stehen im Kalender.")
    gudrun.page.get_by_text("Einen Termin übernehmen Sie nicht").click()
    gudrun.press("Doch vorschlagen: Donnerstag, 24.\u00a0September, 10\u00a0Uhr")
    gudrun.headline("3 neue Termine stehen im Kalender.")
    gudrun.press("Als Termine übernehmen")
    gudrun.headline("Alle Termine des Kalenders sind übernommen.")
    upload(gudrun, "130000", "150000")
    gudrun.press("Datei lesen")
    house.work()
    gudrun.open(gudrun.page.url)
    gudrun.headline("3 Termine stehen im Kalender jetzt anders.")
    gudrun.reads("Donnerstag, 17. September, 13 Uhr bis 15 Uhr".replace(" September", "\u00a0September"))
    gudrun.press("Übernehmen", within=gudrun.page.locator("ul.rows li").first)
    gudrun.headline("2 Termine stehen im Kalender jetzt anders.")
    gudrun.go("Name oder Adresse ändern")
    gudrun.write("Neue Adresse (freiwillig)", "http://rathaus.example/kalender.ics")
    gudrun.press("Speichern", status=422)
    gudrun.reads("Sie muss mit https:// beginnen.")
    gudrun.go("Nichts ändern")
    gudrun.go("Termine")
    gudrun.go("13 Uhr bis 15", exact=False)


def test_a_coach_enters_the_own_calendar(house: House):
    clara = house.staff("clara")
    clara.go("Kalender")
    clara.go("Eigene Kalender")
    clara.go("Kalender eintragen")
    clara.pick("Wofür ist der Kalender?", "Ihre belegten Zeiten")
    clara.write("Wie soll er hier heißen?", "Mein Outlook")
    upload(clara, "100000", "120000")
    clara.press("Kalender lesen")
    house.work()
    clara.go("Nachsehen")
    clara.headline("Dieser Kalender sagt, wann belegt ist.")
    clara.reads("4 belegte Zeiträume liegen vor Ihnen.")
    clara.misses("Zahnarzt")
