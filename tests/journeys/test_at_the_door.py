"""At the door: a poster, one word on the own telephone, and a list that knows who is here; one place called off."""

import re
from datetime import timedelta

import pytest

from hub.queries.check_in import poster_token
from tests.journeys.people import DESK
from tests.places import book, give_card, make_offer, make_slot

TITLE = "Rückenschule"
pytestmark = pytest.mark.browser


@pytest.fixture
def date(house):
    """Give a date in two days with Tarik's and Heinz's place in it."""
    world = house.world
    slot = make_slot(world, make_offer(world, title=TITLE), starts_at=world.at + timedelta(days=2), places=5)
    return slot, *(book(world, slot, world.cast.people[key]) for key in ("tarik", "heinz"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_word_at_the_door_and_one_place_called_off(house, date, scripts):
    slot, tarik, heinz = date
    sven = house.staff("sven", **DESK)
    sven.open(f"/slots/{slot.public_id}")
    with sven.counting(3):
        sven.go(re.compile(f"Diesen Platz absagen.*{heinz.code}"))
        sven.misses("Heinz", "Urban")
        sven.choose("Wir haben doch keinen Platz")
        sven.press("Platz absagen")
    sven.reads("Der Platz ist abgesagt. Der Coach bekommt eine E-Mail.")
    sven.misses(heinz.code)
    house.work()
    clara = house.staff("clara", **DESK)
    clara.reads("Der Partner hat den Platz abgesagt. Wir haben doch keinen Platz.")
    own = house.person("heinz")
    own.open(f"/card/{give_card(house.world, house.world.cast.heinz)}")
    own.write("PIN", "4711")
    own.press("Meine Termine zeigen")
    own.reads("Platz abgesagt.")

    sven.go("Aushang: selbst melden")
    sven.headline("Sie sind da? Sagen Sie es hier.")
    sven.misses(TITLE)
    telephone = house.person("tarik", java_script_enabled=scripts)
    telephone.open(f"/here/{poster_token(slot)}")
    telephone.headline("Das geht ab")
    house.wait(2 * 24 * 60 - 20)
    telephone.open(f"/here/{poster_token(slot)}")
    telephone.misses(TITLE, tarik.code)
    with telephone.counting(1):
        telephone.write("Ihr Platzwort", tarik.code.lower())
        telephone.press("Ich bin da")
    telephone.headline("Danke. Wenn das Wort stimmt, weiß der Empfang Bescheid.")
    sven = house.staff("sven", **DESK)
    sven.open(f"/slots/{slot.public_id}")
    sven.reads("ist da")
    sven.go("Liste drucken")
    sven.reads(tarik.code, "Zusammen ein Mensch.")
    sven.misses(TITLE, "Tarik")
