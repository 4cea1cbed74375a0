"""Wishes that cannot come true any more, and what a long queue costs."""

from datetime import timedelta

from sqlalchemy import update

from hub.actions.slots import move_slot, unsettle_slot
from hub.models.booking import Booking, Waiting, WaitingState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice
from hub.models.participant import Participation
from hub.models.slot import Pool, Slot
from hub.queries.slots import get_own_slot
from hub.worker.deadlines import DEADLINES, WAITED_FOR
from tests.loop import accepted_enquiry
from tests.places import all_rows, book, counted, make_offer, make_people, make_slot
from tests.queues import cancel, states, wait_for

HOUR = timedelta(hours=1)
WISHES = next(one for one in DEADLINES if one.name == "wishes")


def test_a_wish_in_vain_lapses_and_its_coach_hears_it(world):
    slot = make_slot(world, make_offer(world), places=1)
    book(world, slot, world.cast.tarik)
    wish, other = wait_for(world, slot, world.cast.jolanta), wait_for(world, slot, world.cast.mandy, by="cem")
    with world.database.transaction() as session:
        session.execute(
            update(Participation)
            .where(Participation.participant_id == world.cast.jolanta.id)
            .values(ends_on=world.at.date() - timedelta(days=1))
        )
    WISHES.meet(world.database, world.at)
    assert {one.id: one.state for one in all_rows(world, Waiting)} == {
        wish.id: WaitingState.LAPSED,
        other.id: WaitingState.WAITING,
    }
    assert [one.user_id for one in all_rows(world, Notice)][-1] == world.user("clara").id


def test_without_the_partners_yes_a_place_goes_to_the_next(world):
    accepted, _ = accepted_enquiry(world, dated=False)
    date = next(one for one in all_rows(world, Slot) if one.offer_id == accepted.offer_id)
    with world.database.transaction() as session:
        session.execute(update(Slot).values(places=1))
        session.execute(update(Pool).values(places=1, taken=1))
    wish = wait_for(world, date, world.cast.tarik)
    with world.database.transaction() as session:
        session.execute(update(Enquiry).values(state=EnquiryState.WITHDRAWN))
        session.execute(update(Pool).values(taken=0))
    WAITED_FOR.meet(world.database, world.at)
    assert states(world, Booking) == []
    WISHES.meet(world.database, world.at)
    assert (states(world, Waiting), wish.id) == (["lapsed"], wish.id)


def test_asking_who_waits_costs_no_more_when_many_wait_behind(world):
    counts = []
    for number in (2, 12):
        date = make_slot(world, make_offer(world), places=1, starts_at=world.at + timedelta(days=number))
        taken = book(world, date, world.cast.tarik)
        for person in make_people(world, number):
            wait_for(world, date, person)
        with counted(world) as asked:
            cancel(world, taken)
        counts.append(len([one for one in asked if not one.startswith(("UPDATE participants", "SAVEPOINT"))]))
    assert counts[0] == counts[1]


def test_a_date_that_is_settled_by_a_new_time_goes_to_who_waits_at_once(world):
    date, sven = make_slot(world, make_offer(world), places=1), world.actor("sven")
    taken = book(world, date, world.cast.tarik)
    wait_for(world, date, world.cast.jolanta)

    def step(verb, **more):
        with world.database.transaction() as session:
            verb(session, actor=sven, slot=get_own_slot(session, sven, date.public_id), at=world.at, **more)

    step(unsettle_slot)
    cancel(world, taken)
    assert states(world, Waiting) == ["waiting"]
    step(move_slot, starts_at=date.starts_at + HOUR, ends_at=date.ends_at + HOUR)
    assert states(world, Waiting) == ["offered"]
    offer = all_rows(world, Booking)[-1]
    assert (offer.state.value, offer.starts_at) == ("offered", date.starts_at + HOUR)
