"""Kerstin's week: she phones the club without an address, writes down what it says, and prints the list."""

from datetime import timedelta

import pytest

from hub.models.enquiry import EnquiryState
from hub.models.notice import NoticeState
from hub.models.offer import Freshness
from hub.models.slot import SlotState
from tests.calls import outbox, without_address
from tests.journeys.conftest import House
from tests.journeys.people import DESK
from tests.loop import now, sent_enquiry
from tests.places import book, make_offer, make_slot

pytestmark = pytest.mark.browser
CLUB = "SV Elbaue Coswig"


def test_the_umbrella_phones_for_a_club_and_writes_everything_down(house: House) -> None:
    world = house.world
    without_address(world)
    enquiry, _ = sent_enquiry(world, owner="club")
    offer = make_offer(world, title="Gehen im Park", freshness=Freshness.ASKED)
    slot = make_slot(world, offer, starts_at=world.at + timedelta(days=2))
    book(world, slot, world.cast.heinz)
    house.work()
    assert house.mails(to="club") == []

    kerstin = house.staff("kerstin")
    kerstin.go("Anrufe")
    kerstin.headline("Ein Anruf steht an.")
    kerstin.reads("03523 555 0140", "Hat keine E-Mail-Adresse", f"Anfrage {enquiry.reference}: Jemand möchte")
    kerstin.misses("Tarik", "Demirci", "Heinz", "Urban")

    kerstin.go("Antwort eintragen", exact=False)
    kerstin.press("Ja, der Platz ist frei")
    kerstin.reads("Eingetragen von „Kreissportbund Elbland“")
    assert now(world, enquiry).state is EnquiryState.RUNNING  # the yes books the date that was kept

    kerstin.go("Anrufe")
    kerstin.press("Findet so statt: Findet „Gehen im Park“ noch so statt?")
    assert now(world, offer).freshness is Freshness.FRESH

    kerstin.unfold("Ein Termin in dieser Woche")
    kerstin.go("Gehen im Park", exact=False)
    kerstin.go("Absagen")
    kerstin.press("Absagen und informieren")
    assert now(world, slot).state is SlotState.CALLED_OFF

    house.work()
    kerstin.go("Anrufe")
    kerstin.press(f"Angerufen: {CLUB}")
    kerstin.reads("Angerufen am Montag", "Gerade muss niemand angerufen werden.")
    states = {one.state for one in outbox(world) if one.organisation_id == world.cast.club.id}
    assert states <= {NoticeState.SENT, NoticeState.DROPPED}

    kerstin.go("Liste drucken")
    kerstin.reads("Anrufliste KW 38", CLUB, "Nichts offen.")


def test_the_list_is_as_good_on_a_desk_and_the_network_desk_answers_for_a_partner(house: House) -> None:
    world = house.world
    enquiry, _ = sent_enquiry(world)
    kerstin, nora = house.staff("kerstin", **DESK), house.staff("nora", **DESK, color_scheme="dark")
    kerstin.go("Anrufe")
    kerstin.headline("Gerade muss niemand angerufen werden.")
    kerstin.go("Liste drucken")
    nora.go("Anrufe")
    nora.headline("Ein Anruf steht an.")
    nora.go("Antwort eintragen", exact=False)
    nora.headline("Was sagt der Partner?")
    nora.unfold("Es geht leider nicht")
    nora.choose("Alles voll")
    nora.press("Absagen")
    nora.reads("Die Antwort ist eingetragen, von Ihnen für den Partner.")
    assert now(world, enquiry).state is EnquiryState.DECLINED
