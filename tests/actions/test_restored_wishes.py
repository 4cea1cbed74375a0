"""A date that takes place after all: who waited for it in vain hears of it, and takes nobody's place away."""

import pytest

from hub.actions.slots import call_off_slot, restore_slot
from hub.models.booking import Waiting
from hub.models.log import LogEntry, LogSubject
from hub.models.notice import Notice
from hub.worker.deadlines import DEADLINES, WAITED_FOR
from tests.actions.test_slots import own
from tests.places import all_rows, book, make_offer, make_slot
from tests.queues import broken, leave, states, wait_for

WISHES = next(one for one in DEADLINES if one.name == "wishes")


@pytest.fixture
def slot(world):
    """A date with one place, which Mandy of Cem has; Tarik of Clara waits."""
    slot = make_slot(world, make_offer(world), places=1)
    book(world, slot, world.cast.mandy, by="cem")
    return slot


def do(world, slot, verb):
    before = len(all_rows(world, Notice))
    world.do(verb, actor=world.actor("sven"), slot=own(world, slot), at=world.at)
    return {one.user_id for one in all_rows(world, Notice)[before:] if one.template == "staff_news"}


def test_the_coach_of_who_waited_hears_that_it_takes_place_and_the_places_are_free_for_all(world, slot):
    wait_for(world, slot, world.cast.tarik)
    do(world, slot, call_off_slot)
    assert do(world, slot, restore_slot) == {world.user("clara").id, world.user("cem").id}
    entry = next(one for one in all_rows(world, LogEntry) if one.action == "slot.restored")
    assert len([one for one in all_rows(world, LogSubject) if one.log_id == entry.id]) == 2
    WAITED_FOR.meet(world.database, world.at)
    WISHES.meet(world.database, world.at)
    assert states(world, Waiting) == ["lapsed"]
    book(world, slot, world.cast.mandy, by="cem")
    assert broken(world) == []


def test_who_has_put_it_away_hears_nothing_more(world, slot):
    wish = wait_for(world, slot, world.cast.tarik)
    do(world, slot, call_off_slot)
    leave(world, wish)
    assert do(world, slot, restore_slot) == {world.user("cem").id}


def test_the_day_of_the_coach_says_that_it_takes_place(world, slot, sign_in):
    wait_for(world, slot, world.cast.tarik)
    do(world, slot, call_off_slot)
    clara = sign_in("clara")
    assert "stand auf der Warteliste" in clara.get("/today").text
    do(world, slot, restore_slot)
    page = clara.get("/today").text
    assert "findet doch statt" in page
    assert "weil keine Antwort kam" not in page
    assert f"/slots/{slot.public_id}/bookings/new" in page
