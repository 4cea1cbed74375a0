"""Who was there, as it is read afterwards: the partner can put a mark right, the person reads it on the own page."""

from datetime import timedelta

import pytest
import time_machine

from hub.models.booking import BookingState
from hub.models.offer import Access
from hub.models.participant import Participation
from hub.policy.person_scopes import KEPT_AFTER_END
from tests.loop import ask, card_with_pin, now, rows, say, withdraw
from tests.places import book, make_offer, make_slot
from tests.web.test_consents import sign_in_person

DAY = timedelta(days=1)


@pytest.fixture
def later():
    """Let pages be read at another time, by everybody signed in then."""
    with time_machine.travel(0, tick=False) as traveller:
        yield traveller


def past_place(world, later, access=Access.NAMED):
    """Return a past date with Tarik's place in it, under his consent where it needs one."""
    later.move_to(world.at)
    offer = make_offer(world, access=access, field_groups=["I1"], title="Gymnastik")
    slot, consent = make_slot(world, offer), None
    if access is Access.NAMED:
        consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    booking = book(world, slot, world.cast.tarik)
    later.move_to(slot.ends_at)
    return slot, booking, consent


def test_a_mark_can_be_put_right_by_whoever_knows_the_name(world, sign_in, later):
    slot, booking, _ = past_place(world, later)
    sven, date = sign_in("sven"), f"/slots/{slot.public_id}"
    address = f"{date}/attendance"
    assert sven.post(f"/inbox/{booking.enquiry.reference}/identity", data={}).status_code == 303
    assert "Tarik Demirci" in sven.get(address).text
    assert sven.post(address, data={booking.public_id: "not_there"}).status_code == 303
    assert address in sven.get(date).text, "the way back to the marks"
    page = sven.get(address).text
    assert "Tarik Demirci" in page, "else nobody could tell whose mark it is"
    assert sven.post(address, data={booking.public_id: "attended"}).status_code == 303
    assert now(world, booking).state is BookingState.ATTENDED


def test_long_after_the_stay_no_place_is_left_to_mark(world, sign_in, later):
    slot, booking, _ = past_place(world, later, Access.ANONYMOUS)
    address, sven = f"/slots/{slot.public_id}/attendance", sign_in("sven")
    assert booking.code in sven.get(address).text
    with world.database.transaction() as session:
        for stay in rows(world, Participation, Participation.participant_id == world.cast.tarik.id):
            session.get_one(Participation, stay.id).ends_on = (slot.ends_at - KEPT_AFTER_END - DAY).date()
    assert booking.code not in sven.get(address).text
    assert sven.post(address, data={booking.public_id: "not_there"}).status_code == 303
    assert now(world, booking).state is BookingState.CONFIRMED


def test_the_person_reads_what_was_written_down_also_after_the_consent(world, app, sign_in, later):
    slot, booking, consent = past_place(world, later)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    assert "Gymnastik" not in tarik.get("/me/feedback").text, "nothing is written down yet"
    marks = {booking.public_id: "not_there"}
    assert sign_in("sven").post(f"/slots/{slot.public_id}/attendance", data=marks).status_code == 303
    page = tarik.get("/me/feedback").text
    assert "Gymnastik" in page
    assert "Sie waren nicht da" in page
    withdraw(world, world.cast.tarik, consent, at=slot.ends_at)
    assert "Sie waren nicht da" in tarik.get("/me/feedback").text
