"""What others did to a date is said until somebody was told: moved, given up, two at one time; in the same words."""

from datetime import timedelta

import pytest

from hub.actions.bookings import cancel_booking
from hub.actions.slots import move_slot
from hub.models.booking import Booking
from hub.models.log import LogEntry
from hub.queries.bookings import get_booking
from hub.queries.slots import get_own_slot
from tests.loop import accepted_enquiry, now, person_actor, withdraw
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_people, make_slot
from tests.rooms import borrow, lend_room, lent_slot

HOUR = timedelta(hours=1)
MOVED = "Verlegt: statt 8:30\u00a0Uhr jetzt 10:30\u00a0Uhr."


def shift(world, slot, hours=2, by="sven"):
    actor = world.actor(by)
    with world.database.transaction() as session:
        own = get_own_slot(session, actor, slot.public_id)
        times = {"starts_at": own.starts_at + hours * HOUR, "ends_at": own.ends_at + hours * HOUR}
        move_slot(session, actor=actor, slot=own, **times, at=world.at)


def cancel_oneself(world, booking, person):
    actor = person_actor(person)
    with world.database.transaction() as session:
        own = get_booking(session, actor, booking.public_id, at=world.at)
        cancel_booking(session, actor=actor, booking=own, by="person", at=world.at)


@pytest.fixture
def moved(world):
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    shift(world, slot)
    return booking


def test_a_moved_date_stands_everywhere_in_the_same_words_until_the_person_knows(app, world, sign_in, moved):
    clara, code = sign_in("clara"), give_card(world, world.cast.tarik)
    tarik = enter(app, code)
    pages = ("/today", f"/people/{world.cast.tarik.public_id}", f"/bookings/{moved.public_id}")
    for path in pages:
        page = clara.get(path).text
        assert MOVED in page, path
        assert "Tarik weiß es noch nicht." in page, path
        assert "Weiß Bescheid" in page, path
    assert MOVED in tarik.get("/me").text
    assert MOVED in clara.get(f"/people/{world.cast.tarik.public_id}/card/print").text
    seen = now(world, moved).starts_at.isoformat()
    answer = clara.post(f"/bookings/{moved.public_id}/told", data={"seen": seen, "back": "booking"})
    assert answer.headers["Location"] == f"/bookings/{moved.public_id}"
    for path in pages:
        assert "Verlegt:" not in clara.get(path).text
    assert "Verlegt:" not in tarik.get("/me").text
    assert "booking.told" in [entry.action for entry in all_rows(world, LogEntry)]
    assert now(world, moved).sequence == 1  # the telling changes no calendar


def test_the_first_start_stays_until_told_and_moved_back_there_is_nothing_to_tell(world, sign_in):
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    shift(world, slot)
    shift(world, slot, 24)
    assert now(world, booking).moved_from_at == slot.starts_at
    assert "statt Donnerstag, 17.\u00a0September, 8:30\u00a0Uhr jetzt Freitag" in sign_in("clara").get("/today").text
    shift(world, slot, -26)
    assert now(world, booking).moved_from_at is None


def test_a_date_the_coach_moves_on_is_no_news_any_more(world, sign_in, moved):
    other = make_slot(world, moved.slot.offer, starts_at=world.at + timedelta(days=5))
    data = {"slot": other.public_id, "seen": other.starts_at.isoformat()}
    assert sign_in("clara").post(f"/bookings/{moved.public_id}/slot", data=data).status_code == 303
    assert now(world, moved).moved_from_at is None


def test_who_told_the_time_of_before_is_asked_to_tell_the_new_one(world, sign_in, moved):
    clara = sign_in("clara")
    old = now(world, moved).starts_at.isoformat()
    with world.database.reading() as session:
        slot = session.get_one(Booking, moved.id).slot_id
    from_slot = next(one for one in all_rows(world, type(moved.slot)) if one.id == slot)
    shift(world, from_slot, 1)
    refused = clara.post(f"/bookings/{moved.public_id}/told", data={"seen": old})
    assert refused.status_code == 409
    assert "noch einmal verlegt" in refused.text
    assert now(world, moved).moved_from_at is not None


def test_what_did_not_move_cannot_be_told(world, sign_in):
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    assert sign_in("clara").post(f"/bookings/{booking.public_id}/told").status_code == 409


@pytest.mark.parametrize("key", ["cem", "frank", "lena", "petra", "fred"])
def test_nobody_else_reads_or_notes_it(world, sign_in, moved, key):
    stranger = sign_in(key)
    assert stranger.post(f"/bookings/{moved.public_id}/told").status_code == 404
    assert "Tarik" not in stranger.get("/today").text


def test_a_person_on_paper_is_named_as_such(world, sign_in):
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.heinz)
    shift(world, slot)
    assert "Heinz weiß es noch nicht und hat nur Papier." in sign_in("clara").get("/today").text


def test_what_a_person_gave_up_stands_for_three_days_or_until_seen(world, sign_in):
    give_card(world, world.cast.tarik)
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    cancel_oneself(world, booking, world.cast.tarik)
    clara = sign_in("clara")
    page = clara.get("/today").text
    assert "Tarik kommt nicht zu „Bewegung am Vormittag“ am Donnerstag, 17.\u00a0September: selbst abgesagt." in page
    own = clara.get(f"/people/{world.cast.tarik.public_id}").text
    assert "Tarik hat am Montag, 14.\u00a0September selbst abgesagt." in own
    assert "selbst abgesagt" in clara.get(f"/bookings/{booking.public_id}").text
    assert clara.post(f"/bookings/{booking.public_id}/told").status_code == 303
    assert "selbst abgesagt" not in clara.get("/today").text
    assert "selbst abgesagt" not in clara.get(f"/people/{world.cast.tarik.public_id}").text


def test_two_dates_at_one_time_are_said_until_one_is_gone(app, world, sign_in):
    early = make_slot(world, make_offer(world, title="Frühsport"))
    late = make_slot(world, make_offer(world, title="Kochen"), starts_at=world.at + timedelta(days=3, hours=2))
    first, second = book(world, early, world.cast.tarik), book(world, late, world.cast.tarik)
    clara = sign_in("clara")
    assert "zur selben Zeit" not in clara.get("/today").text
    shift(world, early)
    clara.post(f"/bookings/{first.public_id}/told")
    assert "zur selben Zeit" in enter(app, give_card(world, world.cast.tarik)).get("/me").text
    for path in ("/today", f"/people/{world.cast.tarik.public_id}", f"/bookings/{first.public_id}"):
        page = clara.get(path).text
        assert "„Frühsport“ und „Kochen“ liegen zur selben Zeit" in page
    assert "Tarik kann nur zu einem." in clara.get("/today").text
    assert clara.post(f"/bookings/{second.public_id}/cancellation").status_code == 303
    assert "zur selben Zeit" not in clara.get("/today").text


def test_a_room_moved_onto_another_is_said_of_the_coachs_own_time(world, sign_in):
    offer = lend_room(world, room_id=None)
    one, other = lent_slot(world, offer), lent_slot(world, lend_room(world, place="gym", room_id=None), hours=2)
    moved = borrow(world, one)
    borrow(world, other)
    shift(world, one, by="gudrun")
    clara = sign_in("clara")
    page = clara.get("/today").text
    assert "Verlegt: statt 8:30" in page
    assert "„Gespräch“ und „Gespräch“ liegen zur selben Zeit" in page
    assert clara.post(f"/bookings/{moved.public_id}/told").status_code == 303
    assert "Verlegt:" not in clara.get("/today").text
    assert "zur selben Zeit" in clara.get("/today").text


@pytest.mark.parametrize("n", [1, 50])
def test_many_moved_dates_ask_no_more_than_one(world, sign_in, n):
    slot = make_slot(world, make_offer(world), places=n)
    for person in make_people(world, n):
        book(world, slot, person)
    shift(world, slot)
    clara = sign_in("clara")
    clara.get("/today")
    with counted(world) as statements:
        page = clara.get("/today").text
    assert page.count("Verlegt: statt 8:30") >= n
    assert len(statements) <= 12, statements


def test_what_was_given_up_before_a_consent_was_taken_back_is_the_persons_alone(world, sign_in):
    _, consent = accepted_enquiry(world)
    (booking,) = all_rows(world, Booking)
    cancel_oneself(world, booking, world.cast.tarik)
    clara, page = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    assert "selbst abgesagt" in clara.get(page).text
    withdraw(world, world.cast.tarik, consent)
    assert "selbst abgesagt" not in clara.get(page).text
    assert "selbst abgesagt" not in clara.get("/today").text
