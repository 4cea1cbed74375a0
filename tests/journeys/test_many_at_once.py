"""A volunteer is ill for three weeks, and a coach leaves: many dates and many people at once, seen before and after."""

from datetime import timedelta

import pytest

from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from tests.journeys.conftest import House
from tests.journeys.people import DESK
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.worker.test_deputies import hire

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


def test_three_weeks_fall_out_and_one_date_that_changed_is_looked_at_again(house: House) -> None:
    world = house.world
    offer = make_offer(world, title="Gymnastik")
    slots = [make_slot(world, offer, starts_at=world.at + (2 + n) * DAY) for n in range(14)]
    booking = book(world, slots[0], world.cast.tarik)
    sven = house.staff("sven")
    sven.open("/calling-off")
    sven.write("Letzter Tag", "2026-10-04")
    sven.press("Ansehen, wen es trifft")
    sven.headline("14 Termine mit einem Menschen.")
    sven.reads("Es geht eines nach dem anderen, und Sie sehen zu.")
    sven.press("So machen")
    sven.headline("0 von 14")
    book(world, slots[9], world.cast.jolanta)
    house.work()
    sven.open(sven.page.url)  # the page looks by itself, too
    sven.headline("13 Termine sind abgesagt.")
    sven.reads("Bei einem ist nichts geschehen.", "Hat sich geändert, seit Sie es gesehen haben.")
    sven.reads(str(booking.code).replace("\u00a0", " "))
    sven.go("Noch einmal ansehen")
    sven.headline("Ein Termin mit einem Menschen.")
    sven.press("So machen")
    assert {slot.state for slot in all_rows(world, Slot)} == {SlotState.CALLED_OFF}
    told = [one for one in all_rows(world, Notice) if one.user_id == world.user("clara").id]
    assert len(told) == 2, "one for the many, one for the date that changed"


def test_a_caseload_goes_to_two_coaches_without_script(house: House) -> None:
    world = house.world
    hire(world), hire(world, "cem"), make_people(world, 5)
    lena = house.staff("lena", java_script_enabled=False, **DESK)
    lena.go("Menschen übergeben")
    lena.pick("Wessen Menschen?", world.user("clara").name)
    lena.choose(world.user("fred").name, world.user("cem").name)
    lena.press("Vorschlag ansehen")
    lena.headline("8 Menschen bekommen einen anderen Coach.")
    lena.pick("Tarik Demirci", f"bleibt bei {world.user('clara').name}")
    lena.press("Neu zählen")
    lena.headline("7 Menschen bekommen einen anderen Coach.")
    lena.press("So übergeben")
    lena.headline("0 von 7")
    house.work()
    lena.open(lena.page.url)
    lena.headline("7 Menschen sind übergeben.")
    coaches = [one.coach_id for one in all_rows(world, Participant) if one.jobcenter_id == world.cast.jc_meissen.id]
    assert coaches.count(world.user("clara").id) == 1
    told = [one.user_id for one in all_rows(world, Notice) if one.template == "staff_news"]
    assert sorted(told) == sorted(world.user(key).id for key in ("clara", "fred", "cem"))
