"""Saying at the door that one is here: a poster, one word, the same answer always; and the list on paper."""

from datetime import timedelta

import pytest
import time_machine

from hub.models.booking import Booking, BookingState
from hub.models.log import LogEntry
from hub.models.login import Attempt
from hub.models.offer import Access, Form
from hub.models.slot import Slot, SlotState
from hub.queries.check_in import forget_arrivals, poster_token
from tests.loop import ask, now, rows, say
from tests.places import book, counted, make_offer, make_people, make_slot

HALF_AN_HOUR = timedelta(minutes=30)
MARKER = "Papageienhaus"


@pytest.fixture
def later():
    """Let pages be read at another time."""
    with time_machine.travel(0, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here(world, app, later):
    """Give a date that begins in half an hour, Tarik's place in it, the poster's address and a telephone."""
    app.config["WTF_CSRF_ENABLED"] = False
    slot = make_slot(world, make_offer(world, title=MARKER), places=3)
    booking = book(world, slot, world.cast.tarik)
    later.move_to(slot.starts_at - HALF_AN_HOUR)
    return slot, booking, f"/here/{poster_token(slot)}", app.test_client()


def test_a_code_said_at_the_door_stands_on_the_partners_list_and_nowhere_else(world, sign_in, here):
    slot, booking, address, telephone = here
    before = now(world, booking)
    page = telephone.get(address)
    assert page.status_code == 200
    for secret in (MARKER, booking.code, "Tarik", "Demirci"):
        assert secret not in page.text
    said = booking.code.upper().replace(" ", "")
    answer = telephone.post(address, data={"word": f" {said} "})
    assert answer.location == f"{address}/thanks"
    after = now(world, booking)
    assert after.arrived_at == slot.starts_at - HALF_AN_HOUR
    assert (after.state, after.version, after.sequence, after.changed_at) == (
        before.state,
        before.version,
        before.sequence,
        before.changed_at,
    ), "no mark, and nothing a calendar shows"
    sven = sign_in("sven")
    assert "ist da" in sven.get(f"/slots/{slot.public_id}").text
    assert "ticked" in sven.get(f"/slots/{slot.public_id}/sheet").text
    clara = sign_in("clara")
    for own in (f"/bookings/{booking.public_id}", f"/people/{world.cast.tarik.public_id}", "/today"):
        assert "ist da" not in clara.get(own).text, own
    (entry,) = rows(world, LogEntry, LogEntry.action == "place.arrived")
    assert (entry.object_ref, entry.actor_kind) == (booking.public_id, "person")


def test_known_and_unknown_words_get_the_same_answer_and_tries_are_limited(world, here):
    slot, booking, address, telephone = here
    wrong, right = (telephone.post(address, data={"word": word}) for word in ("Nichts 10", booking.code))
    assert (wrong.status_code, wrong.location) == (right.status_code, right.location) == (303, f"{address}/thanks")
    assert telephone.get(wrong.location).data == telephone.get(right.location).data
    assert len(rows(world, Attempt, Attempt.kind == "check_in")) == 2, "a right one counts as well, or it would tell"
    codes = [telephone.post(address, data={"word": "Nichts 10"}).status_code for _ in range(slot.places + 9)]
    assert codes == [303] * (slot.places + 8) + [429]
    assert telephone.post(address, data={"word": booking.code}).status_code == 429


def test_the_poster_works_half_an_hour_before_until_the_end(world, here, later):
    slot, booking, address, telephone = here
    for instant, word in (
        (slot.starts_at - HALF_AN_HOUR - timedelta(seconds=1), "Das geht ab"),
        (slot.ends_at, "Dieser Termin ist vorbei."),
    ):
        later.move_to(instant)
        assert word in telephone.get(address).text
        assert word in telephone.post(address, data={"word": booking.code}).text
    with world.database.transaction() as session:
        session.get_one(Slot, slot.id).state = SlotState.CALLED_OFF
    later.move_to(slot.starts_at)
    assert "fällt aus" in telephone.post(address, data={"word": booking.code}).text
    assert now(world, booking).arrived_at is None
    assert rows(world, Attempt, Attempt.kind == "check_in") == []


def test_a_made_up_or_changed_token_opens_nothing(world, here):
    slot, _, address, telephone = here
    forged = (slot.public_id, f"{slot.public_id}{'a' * 16}", f"{address[6:-1]}{'a' if address[-1] != 'a' else 'b'}")
    for token in (*forged, "ä" * 32, "x"):
        assert telephone.get(f"/here/{token}").status_code == 404, token
        assert telephone.post(f"/here/{token}", data={"word": "Nichts 10"}).status_code == 404
    assert telephone.get(f"{address}x/thanks").status_code == 404


def test_only_a_confirmed_place_of_this_very_date_can_arrive(world, here, later):
    slot, booking, address, telephone = here
    (other,) = make_people(world, 1)
    later.move_to(world.at)
    elsewhere = book(world, make_slot(world, make_offer(world, title="Anderes"), starts_at=slot.ends_at), other)
    later.move_to(slot.starts_at)
    with world.database.transaction() as session:
        session.get_one(Booking, booking.id).state = BookingState.CANCELLED
    for word in (booking.code, elsewhere.code):
        assert telephone.post(address, data={"word": word}).status_code == 303
    assert (now(world, booking).arrived_at, now(world, elsewhere).arrived_at) == (None, None)


def test_moved_to_another_day_nobody_is_there_yet_and_long_after_it_is_forgotten(world, here):
    slot, booking, address, telephone = here
    telephone.post(address, data={"word": booking.code})
    arrived = now(world, booking)
    assert arrived.is_here
    arrived.starts_at += timedelta(days=7)
    assert not arrived.is_here
    for days, left in ((14, True), (15, False)):
        world.do(forget_arrivals, at=slot.ends_at + timedelta(days=days))
        assert (now(world, booking).arrived_at is not None) is left


def test_poster_and_list_are_the_partners_own(world, sign_in, here, subtests):
    slot, _, _, _ = here
    for key in ("sven", "kerstin", "nora", "petra", "clara", "fred", "frank", "lena", "anna", "otto"):
        with subtests.test(key):
            browser, expected = sign_in(key), 200 if key in ("sven", "kerstin") else 404
            for page in ("poster", "sheet"):
                assert browser.get(f"/slots/{slot.public_id}/{page}").status_code == expected, page


def test_where_nobody_has_a_code_there_is_no_poster(world, sign_in, later):
    sven = sign_in("sven")
    for values in ({"access": Access.OPEN}, {"form": Form.ROOM}):
        slot = make_slot(world, make_offer(world, **values))
        assert sven.get(f"/slots/{slot.public_id}/poster").status_code == 404
        assert sven.application.test_client().get(f"/here/{poster_token(slot)}").status_code == 404


def test_the_list_has_names_only_where_they_may_be_read_now(world, sign_in, later):
    later.move_to(world.at)
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"], title=MARKER)
    slot = make_slot(world, offer)
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    booking = book(world, slot, world.cast.tarik)
    sven, kerstin, address = sign_in("sven"), sign_in("kerstin"), f"/slots/{slot.public_id}/sheet"
    page = sven.get(address).text
    assert booking.code in page
    assert "Demirci" not in page, "the purpose notice is not confirmed yet"
    assert sven.post(f"/inbox/{booking.enquiry.reference}/identity", data={}).status_code == 303
    with counted(world) as statements:
        page = sven.get(address).text
    assert len(statements) <= 12
    assert "Tarik Demirci" in page
    assert MARKER not in page, "paper lies about: the title stays away"
    assert "Demirci" not in kerstin.get(address).text, "an umbrella reads codes"
    (entry,) = rows(world, LogEntry, LogEntry.action == "person.list")
    assert (entry.purpose, entry.fields) == (f"slot {slot.public_id}", ["I1"])
