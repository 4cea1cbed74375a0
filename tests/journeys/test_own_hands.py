"""A person's own hands: at home with card and PIN, a place in three taps, a wish, and who shall learn nothing."""

from datetime import timedelta

import pytest

from hub.models.offer import Access
from tests.journeys.people import DESK
from tests.places import give_card, make_offer, make_slot

PHONE = {"viewport": {"width": 390, "height": 844}}
pytestmark = pytest.mark.browser


@pytest.fixture
def offers(house):
    """Give a place without a name, an open door, and one with a name, each on its own day."""
    world = house.world
    kinds = (("Rückenschule", Access.ANONYMOUS), ("Offener Treff", Access.OPEN), ("Beratung", Access.REQUEST))
    for day, (title, access) in enumerate(kinds, start=2):
        offer = make_offer(world, title=title, access=access, bring="bequeme Kleidung")
        make_slot(world, offer, starts_at=world.at + timedelta(days=day))


def enter_with_card(house, who, **options):
    person = house.person(who, **options)
    person.open(f"/card/{give_card(house.world, house.world.cast.people[who])}")
    person.write("PIN", "4711")
    person.press("Meine Termine zeigen")
    return person


def take_a_place(person):
    with person.counting(3):
        person.go("Etwas finden")
        person.headline("Was davon möchten Sie?")
        person.go("Platz nehmen: Rückenschule")
        person.reads("Ihren Namen erfährt dort niemand.", "bequeme Kleidung")
        person.press("Platz nehmen")
    person.reads("Der Termin steht jetzt hier.", "Ihr Platzwort am Empfang:")


def give_it_back(person):
    with person.counting(2):
        person.go("Ich kann nicht kommen")
        person.press("Absagen")
    person.reads("Abgesagt. Danke, dass Sie Bescheid geben.")


def wish_for_the_rest(person):
    with person.counting(2):
        person.go("Etwas finden")
        person.press("Das möchte ich: Beratung")
    person.reads("Das möchten Sie. Ihr Coach kümmert sich.")
    person.go("Zurück zu meinen Terminen")


def keep_somebody_out(house, person):
    person.go("Wer weiß was von mir?")
    person.headline("Kein Partner weiß etwas von Ihnen.")
    person.go("Wer soll nichts erfahren?")
    person.pick("Welche Stelle?", house.world.cast.club.name)
    person.press("Soll nichts erfahren")
    person.reads("Gemerkt.", "Dort erfährt niemand etwas Neues von Ihnen.")
    person.go("Zurück zu meinen Terminen")
    person.go("Etwas finden")
    person.misses("Rückenschule", "Offener Treff")
    person.go("Zurück zu meinen Terminen")


@pytest.mark.parametrize(("who", "screen"), [("tarik", PHONE), ("heinz", DESK)], ids=["phone", "desk"])
def test_a_person_takes_and_gives_back_wishes_and_keeps_somebody_out(house, offers, who, screen):
    person = enter_with_card(house, who, **screen)
    person.open("/me?size=large")
    take_a_place(person)
    clara = house.staff("clara", **screen)
    clara.reads("selbst gebucht")
    give_it_back(person)
    wish_for_the_rest(person)
    person.go("Meine Teilnahme")
    person.headline("Sie sind dabei, bis zum")
    person.go("Zurück zu meinen Terminen")
    keep_somebody_out(house, person)
    clara.go("Heute")
    clara.reads("möchte „Beratung“.")
    clara.misses("Wieder erlauben")
    person.press("Abmelden")
    person.open("/me")
    person.misses("Rückenschule", "Beratung")


def test_without_scripts_it_works_as_well(house, offers):
    tarik = enter_with_card(house, "tarik", java_script_enabled=False, **PHONE)
    take_a_place(tarik)
