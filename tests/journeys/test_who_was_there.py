"""The morning after: Sven says from the mail who was there, and Clara asks the one whose partner may not tell."""

import re

import pytest

from tests.attendance import past_place
from tests.journeys.conftest import House
from tests.places import book, give_card, make_offer, make_people, make_slot

pytestmark = pytest.mark.browser
CLUB = "club@demo.invalid"
LINK = re.compile(r"http://\S+/links/attendance/\S+")
MINUTES = 24 * 60


def test_one_tap_for_each_place_from_the_mail_and_one_question_on_the_coachs_day(house: House):
    world = house.world
    slot = make_slot(world, make_offer(world, title="Walking im Park"))
    first, second, third = (book(world, slot, person) for person in make_people(world, 3))
    past_place(world, feedback=False)
    give_card(world, world.cast.tarik)
    house.wait(4 * MINUTES)
    house.work()  # the question is due …
    house.work()  # … and its mail leaves
    (mail,) = [one for one in house.mails(CLUB) if one["Subject"] == "Wer war da?"]
    found = LINK.search(mail.get_content())
    assert found
    sven = house.person("sven", java_script_enabled=False)
    sven.open(found[0])
    sven.headline("Wer war da?")
    sven.misses("Vorname00", "Person00")
    with sven.counting(most=3):
        sven.press(f"{first.code}: war nicht da")
        sven.press("Alle anderen waren da")
        sven.press(f"{second.code}: Eintrag zurücknehmen")
    sven.reads("Wer war da?", "war nicht da", "war da")
    sven.press(f"{second.code}: fand nicht statt")
    sven.headline("Danke, alles ist eingetragen.")
    sven.reads(third.code)
    clara = house.staff("clara")
    clara.reads("War Tarik am Donnerstag, 17. September bei „Gymnastik“?")
    clara.press("Weiß ich nicht: Tarik Demirci")
    clara.misses("War Tarik am Donnerstag")
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.reads("Die letzten Termine", "Es ließ sich nicht sagen.")
