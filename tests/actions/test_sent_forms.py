"""A form sent twice, late or from another tab: one rule for every verb that takes a key, and for moving a place."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.actions.courses import cancel_course_bookings
from hub.actions.room_loans import return_room
from hub.errors import NotFound, RuleBroken, SentBefore, StepNotPossible
from hub.models.booking import Booking, BookingState, Waiting, WaitingState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Form
from hub.models.slot import Pool, Slot
from hub.queries.bookings import get_booking
from hub.queries.courses import get_course
from hub.queries.invariants import list_broken
from hub.queries.participants import get_participant
from hub.queries.slots import get_slot
from tests.actions.test_appointments import visit
from tests.courses import join, make_course
from tests.places import all_rows, book, make_offer, make_slot
from tests.queues import wait_for
from tests.rooms import borrow, lend_room, lent_slot
from tests.world import World

KEY = "k" * 20


def off(world: World, booking: Booking) -> None:
    with world.database.transaction() as session:
        clara = world.actor("clara")
        row = get_booking(session, clara, booking.public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=row, by="coach", at=world.at)


def reschedule(world: World, booking: Booking, slot: Slot, *, sequence: int | None = None) -> None:
    clara = world.actor("clara")

    def unit(session: Session) -> None:
        row = get_booking(session, clara, booking.public_id, at=world.at)
        target = get_slot(session, clara, slot.public_id)
        reschedule_booking(session, actor=clara, booking=row, slot=target, sequence=sequence, at=world.at)

    world.database.run(unit)


def three_dates(world: World) -> list[Slot]:
    offer = make_offer(world)
    return [make_slot(world, offer, starts_at=world.at + timedelta(days=day)) for day in (3, 8, 9)]


def test_one_move_sent_twice_is_one_move_though_the_date_is_full_by_then(world: World) -> None:
    old, new, _ = three_dates(world)
    booking = book(world, old, world.cast.tarik)
    reschedule(world, booking, new, sequence=0)
    for person in (world.cast.heinz, world.cast.jolanta):
        book(world, new, person)
    before, mails = all_rows(world, LogEntry), len(all_rows(world, Notice))
    reschedule(world, booking, new, sequence=0)
    reschedule(world, booking, new)  # a page of old without the number
    after = all_rows(world, Booking)[0]
    assert (after.code, after.sequence, after.slot_id) == (booking.code, 1, new.id)
    assert len(all_rows(world, LogEntry)) == len(before)
    assert len(all_rows(world, Notice)) == mails
    assert {pool.slot_id: pool.taken for pool in all_rows(world, Pool)}[new.id] == 3


def test_a_move_from_a_page_that_shows_an_older_date_is_refused(world: World) -> None:
    old, new, other = three_dates(world)
    booking = book(world, old, world.cast.tarik)
    reschedule(world, booking, new, sequence=0)
    with pytest.raises(SentBefore, match="geändert"):
        reschedule(world, booking, other, sequence=0)
    reschedule(world, booking, other, sequence=1)
    assert all_rows(world, Booking)[0].slot_id == other.id


def test_eight_hands_that_send_one_move_make_one_change_and_one_mail(world: World) -> None:
    old, new, _ = three_dates(world)
    booking = book(world, old, world.cast.tarik)
    mails = len(all_rows(world, Notice))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _n: reschedule(world, booking, new, sequence=0), range(8)))
    (after,) = all_rows(world, Booking)
    assert (after.slot_id, after.sequence, after.code) == (new.id, 1, booking.code)
    assert len(all_rows(world, Notice)) == mails + 1
    assert [entry.action for entry in all_rows(world, LogEntry)].count("booking.moved") == 1
    assert list_broken_now(world) == []


def list_broken_now(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(list_broken(session, at=world.at))


def test_the_way_back_after_giving_a_place_back_does_not_say_that_it_stands(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik, idempotency_key=KEY)
    assert book(world, slot, world.cast.tarik, idempotency_key=KEY).id == booking.id
    off(world, booking)
    with pytest.raises(SentBefore, match="abgesagt"):
        book(world, slot, world.cast.tarik, idempotency_key=KEY)
    again = book(world, slot, world.cast.tarik, idempotency_key="another")
    assert again.id != booking.id
    assert again.code != booking.code


def test_the_key_of_a_date_books_no_other_date_and_nobody_else(world: World) -> None:
    slot, other, _ = three_dates(world)
    book(world, slot, world.cast.tarik, idempotency_key=KEY)
    for date, person in ((other, world.cast.tarik), (slot, world.cast.heinz)):
        with pytest.raises(SentBefore, match="schon abgeschickt"):
            book(world, date, person, idempotency_key=KEY)
    with pytest.raises(NotFound):
        book(world, slot, world.cast.tarik, idempotency_key=KEY, by="fred")
    assert len(all_rows(world, Booking)) == 1


def test_a_visit_under_a_used_key_is_the_same_visit_or_refused(world: World) -> None:
    start, tarik = world.at + timedelta(days=1), world.cast.tarik
    made = visit(world, tarik, start, idempotency_key=KEY)
    assert visit(world, tarik, start, idempotency_key=KEY).id == made.id
    later = start + timedelta(hours=3)
    others: list[Callable[[], Any]] = [
        lambda: visit(world, tarik, later, idempotency_key=KEY),
        lambda: visit(world, world.cast.heinz, start, idempotency_key=KEY),
        lambda: visit(world, tarik, start, ends_at=start + timedelta(hours=2), idempotency_key=KEY),
        lambda: visit(world, tarik, start, address={"street": "Markt 1"}, idempotency_key=KEY),
    ]
    for other in others:
        with pytest.raises(SentBefore):
            other()
    off(world, made)
    with pytest.raises(SentBefore, match="abgesagt"):
        visit(world, tarik, start, idempotency_key=KEY)
    assert visit(world, tarik, later, idempotency_key="another").id != made.id


def test_a_visit_under_the_key_of_a_booked_place_is_refused(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik, idempotency_key=KEY)
    with pytest.raises(SentBefore):
        visit(world, world.cast.tarik, slot.starts_at, idempotency_key=KEY)


def test_a_loan_given_back_is_not_said_to_stand(world: World) -> None:
    slot = lent_slot(world, lend_room(world))
    loan = borrow(world, slot, idempotency_key=KEY)
    with pytest.raises(SentBefore, match="schon abgeschickt"):
        borrow(world, slot, idempotency_key=KEY, person=world.cast.tarik)
    with world.database.transaction() as session:
        clara = world.actor("clara")
        return_room(session, actor=clara, booking=get_booking(session, clara, loan.public_id, at=world.at), at=world.at)
    with pytest.raises(SentBefore, match="abgesagt"):
        borrow(world, slot, idempotency_key=KEY)
    assert borrow(world, slot, idempotency_key="another").id != loan.id


def test_an_offered_or_held_place_is_not_cancelled_and_the_wish_stays_with_its_offer(world: World) -> None:
    slot = make_slot(world, make_offer(world), places=1)
    full = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    off(world, full)
    (offered,) = [row for row in all_rows(world, Booking) if row.state is BookingState.OFFERED]
    with pytest.raises(StepNotPossible):
        off(world, offered)
    assert [wish.state for wish in all_rows(world, Waiting)] == [WaitingState.OFFERED]
    assert list_broken_now(world) == []


@pytest.mark.parametrize("party", [2, 6])
def test_where_nobody_may_come_along_one_place_is_one_persons(world: World, party: int) -> None:
    alone = make_slot(world, make_offer(world, form=Form.SINGLE), places=9)
    with pytest.raises(RuleBroken, match="allein"):
        book(world, alone, world.cast.tarik, party=party)
    with pytest.raises(RuleBroken, match="allein"):
        wait_for(world, make_slot(world, make_offer(world, form=Form.SINGLE), places=1), world.cast.tarik, party=party)
    together = make_slot(world, make_offer(world, form=Form.SINGLE, companion_welcome=True), places=9)
    assert book(world, together, world.cast.tarik, party=party).party == party
    group = make_slot(world, make_offer(world, form=Form.GROUP), places=9)
    assert book(world, group, world.cast.heinz, party=party).party == party


def test_the_way_back_after_leaving_a_course_books_nothing_unseen(world: World) -> None:
    course, tarik = make_course(world), world.cast.tarik
    made = join(world, course, tarik, idempotency_key=KEY)
    assert [one.id for one in join(world, course, tarik, idempotency_key=KEY)] == [one.id for one in made]
    with world.database.transaction() as session:
        clara = world.actor("clara")
        found = get_course(session, clara, course.public_id)
        person = get_participant(session, clara, tarik.public_id, at=world.at)
        cancel_course_bookings(session, actor=clara, course=found, participant=person, by="coach", at=world.at)
    with pytest.raises(SentBefore, match="abgesagt"):
        join(world, course, tarik, idempotency_key=KEY)
    again = join(world, course, tarik, idempotency_key="another")
    assert len(again) == len(made)
    assert {one.code for one in again}.isdisjoint({one.code for one in made})
