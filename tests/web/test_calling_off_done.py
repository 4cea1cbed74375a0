"""After moving, calling off or leaving open: how many are told, and by place code whom no message reaches."""

from datetime import timedelta

import pytest

from hub.actions.bookings import cancel_booking
from hub.actions.slots import call_off_slot, move_slot, restore_slot
from hub.queries.bookings import get_booking
from tests.actions.test_slots import own, subscribe
from tests.places import book, counted, make_offer, make_slot
from tests.rooms import borrow, lent_slot
from tests.web.test_calling_off import everything, send, two_dates, words_of
from tests.web.test_moving_dates import WEEK_LATER, ask, save
from tests.web.test_slots import words

SAID = {
    "call_off": ("2 Termine sind abgesagt.", "Wenn jemand trotzdem kommt"),
    "unsettle": ("2 Termine sind noch zu klären.", "bis Sie entschieden haben"),
    "move": ("2 Termine sind verlegt.", "Wenn jemand doch zur alten Zeit kommt"),
}


def do(world, browser, how):
    """Do it with all dates of the week, and return the address of what was done."""
    data = everything(world)
    answer = save(browser, data | WEEK_LATER, ask(browser, data | WEEK_LATER)) if how == "move" else None
    answer = answer or send(browser, data, how=how)
    assert answer.status_code == 303
    assert "/calling-off/done?" in answer.location
    return answer.location


@pytest.mark.parametrize("how", SAID)
def test_each_step_says_whom_no_message_reaches(world, sign_in, how):
    slots, booking = two_dates(world)
    subscribe(world, participant=world.cast.jolanta)
    reached = book(world, slots[1], world.cast.jolanta)
    sven = sign_in("sven")
    text = words(sven.get(do(world, sven, how)))
    assert all(sentence in text for sentence in SAID[how])
    assert "Die Coaches der 2 Menschen bekommen eine E-Mail." in text
    assert "Einen Menschen erreicht keine Nachricht" in text
    assert (words_of(booking.code) in text, words_of(reached.code) in text) == (True, False)
    assert "Demirci" not in text


@pytest.mark.parametrize("how", SAID)
def test_what_happens_later_changes_nothing_about_which_dates_these_were(world, sign_in, how):
    slots, booking = two_dates(world)
    sven = sign_in("sven")
    address = do(world, sven, how)
    facts = {"actor": world.actor("sven"), "at": world.at + timedelta(minutes=1)}
    if how == "move":
        slot = own(world, slots[1])
        times = {"starts_at": slot.starts_at + timedelta(days=1), "ends_at": slot.ends_at + timedelta(days=1)}
        world.do(move_slot, slot=slot, **times, **facts)
    else:
        world.do(restore_slot, slot=own(world, slots[1]), **facts)
    text = words(sven.get(address))
    assert SAID[how][0] in text
    assert words_of(booking.code) in text


def test_only_the_places_that_ended_in_this_step_are_named(world, sign_in):
    slots, booking = two_dates(world)
    facts = {"actor": world.actor("sven"), "at": world.at - timedelta(hours=1)}
    world.do(call_off_slot, slot=own(world, slots[0]), **facts)
    world.do(restore_slot, slot=own(world, slots[0]), **facts)
    again, sven = book(world, slots[0], world.cast.jolanta), sign_in("sven")
    text = words(sven.get(do(world, sven, "call_off")))
    assert "2 Termine sind abgesagt." in text
    assert words_of(again.code) in text
    assert words_of(booking.code) not in text


def test_who_gave_the_place_back_before_is_not_named(world, sign_in):
    slots, booking = two_dates(world)
    kept = book(world, slots[1], world.cast.jolanta)
    clara = world.actor("clara")
    with world.database.transaction() as session:
        mine = get_booking(session, clara, booking.public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=mine, by="coach", at=world.at)
    sven = sign_in("sven")
    text = words(sven.get(do(world, sven, "call_off")))
    assert (words_of(kept.code) in text, words_of(booking.code) in text) == (True, False)


def test_a_coach_who_had_a_lent_room_is_told_and_never_named(world, sign_in):
    slot = lent_slot(world, days=2)
    borrow(world, slot, person=world.cast.heinz)
    gudrun = sign_in("gudrun")
    data = {"first_on": "2026-09-16", "last_on": "", "what": f"all:{world.cast.town.public_id}"}
    text = words(gudrun.get(send(gudrun, data, how="call_off").location))
    assert "Der Coach bekommt eine E-Mail." in text
    assert "Clara" not in text
    assert "erreicht keine Nachricht" not in text


@pytest.mark.parametrize("who", ["petra", "kerstin"])
def test_what_somebody_else_did_is_nobodys_page(world, sign_in, who):
    two_dates(world)
    address = do(world, sign_in("sven"), "call_off")
    assert sign_in(who).get(address).status_code == 404


def test_the_page_asks_as_often_for_many_dates_as_for_two(world, sign_in):
    two_dates(world)
    sven = sign_in("sven")
    first = do(world, sven, "unsettle")
    offer = make_offer(world)
    for hours in range(1, 9):
        book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=2, hours=hours)), world.cast.jolanta)
    second = do(world, sven, "unsettle")
    with counted(world) as one:
        sven.get(first)
    with counted(world) as many:
        sven.get(second)
    assert len(one) == len(many)
