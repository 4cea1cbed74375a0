"""Whatever people, partners and the clock do to the dates of an offer: its stored next free date is the true one.

True is what the rules of booking say of each loaded date, computed here in Python; the column is written by SQL.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.actions.bookings import book_slot, cancel_booking, reschedule_booking
from hub.actions.calling_off import call_off_dates
from hub.actions.holds import hold_slot, release_hold
from hub.actions.offers import pause_offer, publish_offer, update_offer
from hub.actions.pools import release_pool
from hub.actions.slots import change_places, move_slot, restore_slot, unsettle_slot
from hub.errors import HubError
from hub.models.booking import Booking
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.bookability import obstacle_of_slot
from hub.queries.bookings import get_booking
from hub.queries.invariants import list_broken
from hub.queries.offer_entries import entries_of
from hub.queries.offer_filters import OfferFilter
from hub.queries.own_offers import get_own_offer
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from hub.worker.deadlines import HOLDS, POOLS
from hub.worker.loop import keep_free_dates
from tests.places import give_consent, make_offer, make_people, make_slot
from tests.queues import keep
from tests.world import World

GROUPS = ("I0", "I1", "I2", "G1", "B1")
DATES, PEOPLE, PLACES = 4, 3, 1
STEPS = ("book", "book", "book", "cancel", "hold", "release", "reschedule", "move", "call_off", "unsettle", "restore")
STEPS += ("widen", "narrow", "open", "edit", "pause", "publish", "wait", "wait")
EACH_ONCE = (  # verb, person, date, how much
    ("book", 0, 0, 1),
    ("cancel", 0, 0, 1),
    ("hold", 0, 0, 1),
    ("release", 0, 0, 1),
    ("book", 1, 1, 1),
    ("reschedule", 1, 0, 1),
    ("widen", 0, 0, 1),
    ("move", 0, 0, 3),
    ("narrow", 0, 0, 1),
    ("open", 0, 1, 1),
    ("unsettle", 0, 2, 1),
    ("restore", 0, 2, 1),
    ("call_off", 0, 2, 1),
    ("restore", 0, 2, 1),
    ("edit", 0, 0, 2),
    ("wait", 0, 0, 3),
    ("pause", 0, 0, 1),
    ("wait", 0, 0, 3),
    ("publish", 0, 0, 1),
    ("edit", 0, 0, 1),
    ("wait", 0, 0, 3),
)
a_step = st.tuples(st.sampled_from(STEPS), st.integers(0, PEOPLE - 1), st.integers(0, DATES - 1), st.integers(1, 3))


class Story:
    """Some dates of one offer with a place each, one of them with a second that is kept, and a clock of their own."""

    def __init__(self, world: World, people: list[Participant]) -> None:
        self.world, self.people, self.at = world, people, world.at
        more: dict[str, Any] = {"notice_minutes": 120, "window_days": 9}
        self.offer = make_offer(world, access=Access.NAMED, field_groups=["I2"], field_reason="Absagen", **more)
        for person in people:
            give_consent(world, person, self.offer, groups=GROUPS)
        starts = [world.at + timedelta(hours=5 + 60 * number) for number in range(DATES)]
        self.slots = [make_slot(world, self.offer, starts_at=one, places=PLACES) for one in starts]
        self.kept = keep(world, self.slots[1], 1, organisation_id=world.cast.jc_meissen.id, hours=20)
        self.clara, self.sven = world.actor("clara"), world.actor("sven")

    def do(self, verb: str, person: int, slot: int, much: int) -> bool:
        """Do one step as a page would; a refusal is an answer as good as any."""
        unit: Callable[..., Any] = getattr(self, verb)
        try:
            self.world.database.run(lambda session: unit(session, self.people[person], self.slots[slot], much))
        except HubError:
            return False
        return True

    def _who(self, session: Session, person: Participant) -> Participant:
        return get_participant(session, self.clara, person.public_id, at=self.at)

    def _own(self, session: Session, slot: Slot) -> Slot:
        return get_own_slot(session, self.sven, slot.public_id)

    def _last(self, session: Session, person: Participant) -> Booking:
        mine = select(Booking.public_id).where(Booking.participant_id == person.id)
        mine = mine.where(Booking.slot_id.in_(one.id for one in self.slots))
        public_id = session.scalar(mine.order_by(Booking.id.desc()).limit(1))
        return get_booking(session, self.clara, public_id or "", at=self.at)

    def book(self, session: Session, person: Participant, slot: Slot, _much: int) -> None:
        found, who = get_slot(session, self.clara, slot.public_id), self._who(session, person)
        book_slot(session, actor=self.clara, slot=found, participant=who, at=self.at)

    def hold(self, session: Session, person: Participant, slot: Slot, _much: int) -> None:
        found, who = get_slot(session, self.clara, slot.public_id), self._who(session, person)
        hold_slot(session, actor=self.clara, slot=found, participant=who, at=self.at)

    def release(self, session: Session, person: Participant, _slot: Slot, _much: int) -> None:
        release_hold(session, actor=self.clara, booking=self._last(session, person), at=self.at)

    def cancel(self, session: Session, person: Participant, _slot: Slot, _much: int) -> None:
        cancel_booking(session, actor=self.clara, booking=self._last(session, person), by="coach", at=self.at)

    def reschedule(self, session: Session, person: Participant, slot: Slot, _much: int) -> None:
        target, last = get_slot(session, self.clara, slot.public_id), self._last(session, person)
        reschedule_booking(session, actor=self.clara, booking=last, slot=target, at=self.at)

    def move(self, session: Session, _person: Participant, slot: Slot, much: int) -> None:
        own = self._own(session, slot)
        starts, ends = (one + timedelta(hours=20 * much) for one in (own.starts_at, own.ends_at))
        move_slot(session, actor=self.sven, slot=own, starts_at=starts, ends_at=ends, at=self.at)

    def call_off(self, session: Session, _person: Participant, slot: Slot, much: int) -> None:
        own = [self._own(session, one) for one in self.slots[self.slots.index(slot) :][:much]]
        call_off_dates(session, actor=self.sven, slots=own, how="call_off", at=self.at)

    def unsettle(self, session: Session, _person: Participant, slot: Slot, _much: int) -> None:
        unsettle_slot(session, actor=self.sven, slot=self._own(session, slot), at=self.at)

    def restore(self, session: Session, _person: Participant, slot: Slot, _much: int) -> None:
        restore_slot(session, actor=self.sven, slot=self._own(session, slot), at=self.at)

    def widen(self, session: Session, _person: Participant, slot: Slot, much: int) -> None:
        own = self._own(session, slot)
        change_places(session, actor=self.sven, slot=own, number=own.places + much, at=self.at)

    def narrow(self, session: Session, _person: Participant, slot: Slot, much: int) -> None:
        own = self._own(session, slot)
        change_places(session, actor=self.sven, slot=own, number=own.places - much, at=self.at)

    def open(self, session: Session, _person: Participant, _slot: Slot, _much: int) -> None:
        release_pool(session, actor=self.sven, pool_id=self.kept.id, at=self.at)

    def edit(self, session: Session, _person: Participant, _slot: Slot, much: int) -> None:
        own = get_own_offer(session, self.sven, self.offer.public_id)
        entries = replace(entries_of(own), notice_minutes=1440 * (much - 1), window_days=3 * much)
        update_offer(session, actor=self.sven, offer=own, entries=entries, at=self.at)

    def pause(self, session: Session, _person: Participant, _slot: Slot, _much: int) -> None:
        pause_offer(session, actor=self.sven, offer=get_own_offer(session, self.sven, self.offer.public_id), at=self.at)

    def publish(self, session: Session, _person: Participant, _slot: Slot, _much: int) -> None:
        own = get_own_offer(session, self.sven, self.offer.public_id)
        publish_offer(session, actor=self.sven, offer=own, at=self.at)

    def wait(self, _session: Session, _person: Participant, _slot: Slot, much: int) -> None:
        self.at += timedelta(hours=7 * much)

    def clock_work(self) -> None:
        """Do what the worker does every minute."""
        for deadline in (HOLDS, POOLS):
            deadline.meet(self.world.database, self.at)
        keep_free_dates(self.world.database, self.at)

    def stored(self) -> datetime | None:
        with self.world.database.reading() as session:
            return session.get_one(Offer, self.offer.id).next_free_at

    def true(self) -> datetime | None:
        """Return the next free date by the rules of booking, date by date; a pause changes nothing about dates."""
        with self.world.database.reading() as session:
            query = select(Slot).where(Slot.offer_id == self.offer.id).options(selectinload(Slot.pools))
            query = query.options(joinedload(Slot.offer).joinedload(Offer.organisation))
            dates = session.scalars(query).all()
        for slot in dates:
            slot.offer.state = self.offer.state  # published
        free = [one.starts_at for one in dates if one.free and obstacle_of_slot(one, self.at) is None]
        return min(free, default=None)

    def found(self) -> list[datetime]:
        """Return what a search for free places shows as the offer's first date."""
        with self.world.database.reading() as session:
            page = offers.search(session, ANONYMOUS, OfferFilter(free=True), at=self.at)
            return [hit.slots[0].starts_at for hit in page.hits if hit.offer.id == self.offer.id]


def test_the_stored_next_free_date_is_the_true_one_after_every_step(world: World) -> None:
    people, reached, seen, stories = make_people(world, PEOPLE), set[str](), set[bool](), count()

    @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(a_step, min_size=8, max_size=16))
    @example(list(EACH_ONCE))
    def holds(steps: list[tuple[str, int, int, int]]) -> None:
        next(stories)
        story = Story(world, people)
        for step in steps:
            reached.update({step[0]} if story.do(*step) else ())
            if step[0] == "wait":
                story.clock_work()
            assert story.stored() == story.true(), step
            seen.add(story.stored() is None)
        with world.database.reading() as session:
            assert list_broken(session, at=story.at) == []

    holds()
    assert reached == set(STEPS), "every kind of step must have succeeded at least once"
    assert seen == {True, False}
    assert next(stories) > 5
