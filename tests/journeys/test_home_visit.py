"""Between two house visits with one thumb: a visit that fits is entered, moved and read back, on a telephone."""

import pytest

from tests.journeys.conftest import House

pytestmark = pytest.mark.browser


def test_a_visit_that_fits_in_between_takes_four_taps(house: House):
    clara = house.staff("clara")
    with clara.counting(most=4):
        clara.go("Menschen")
        clara.go("Heinz Urban")
        clara.go("Hausbesuch eintragen")
        clara.headline("Wann besuchen Sie Heinz?")
        clara.reads("Passt dazwischen")
        clara.press("Di 15. Sept., 8:45 Uhr")
    clara.headline("Der Besuch ist eingetragen.")
    clara.go("Verlegen")
    clara.reads("Sagen Sie Heinz die neue Zeit selbst.")
    clara.press("Zeigen, was passt")
    clara.write("Uhrzeit", "11:00")
    clara.press("Verlegen")
    clara.reads("Der Termin ist verlegt.", "11")
    clara.go("Heute")
    clara.reads("Heinz", "Min. Fahrt, ungefähr", "Losfahren um")
    clara.go("Woche")
    clara.headline("Ein Mal sind Sie in dieser Woche unterwegs.")
    clara.go("Als Woche")
    clara.go("Zeit freihalten")
    clara.write("Von", "13:00")
    clara.write("Bis", "14:00")
    clara.write("Wofür? (freiwillig)", "Teamsitzung")
    clara.press("Freihalten")
    clara.headline("Diese Zeit halten Sie sich frei.")
    clara.open("/visits/plan")
    clara.headline("Wen besuchen Sie an diesem Tag?")
    clara.open("/today/settings")
    clara.headline("Wie planen Sie Ihren Tag?")
    clara.open("/today/sheet")
    clara.reads("Meine Termine", "Losfahren um")
    clara.misses("Heinz", "Urban", "Teamsitzung")
