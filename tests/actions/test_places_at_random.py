"""Whatever people and the clock do to the places of two dates, in any order: none is lost, none is given twice.

Of each date one place is kept for a house until shortly before, and whoever finds it full may wait.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.actions.bookings import book_slot, cancel_booking, reschedule_booking
from hub.actions.holds import hold_slot, release_hold
from hub.actions.pools import release_pool
from hub.actions.slots import call_off_slot, change_places, move_slot
from hub.actions.waiting import join_waiting, leave_waiting
from hub.errors import HubError
from hub.models.booking import Booking, Waiting
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.bookings import get_booking
from hub.queries.invariants import list_broken
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot, get_slot
from hub.queries.waiting import get_waiting
from hub.worker.deadlines import HOLDS, POOLS, WAITED_FOR
from tests.places import give_consent, make_offer, make_people, make_slot
from tests.queues import keep
from tests.world import World

GROUPS = ("I0", "I1", "G1", "B1")
PEOPLE, PLACES = 3, 2
STEPS = ("hold", "book", "book", "release", "cancel", "reschedule", "wait", "move", "call_off", "widen")
STEPS += ("join", "join", "leave", "open")
EACH_ONCE = (  # verb, person, date, party
    ("hold", 0, 0, 1),
    ("book", 0, 0, 1),
    ("reschedule", 0, 0, 1),
    ("cancel", 0, 1, 1),
    ("hold", 0, 0, 1),
    ("wait", 0, 0, 2),
    ("hold", 0, 0, 1),
    ("release", 0, 0, 1),
    ("book", 0, 0, 1),
    ("move", 0, 0, 1),
    ("book", 1, 1, 1),
    ("join", 0, 1, 1),
    ("join", 2, 1, 1),
    ("open", 0, 1, 1),
    ("leave", 0, 1, 1),
    ("widen", 0, 1, 1),
    ("call_off", 0, 1, 1),
)
a_step = st.tuples(st.sampled_from(STEPS), st.integers(0, PEOPLE - 1), st.integers(0, 1), st.integers(1, 2))


class Story:
    """Two dates of one offer, few people for few places, and a clock of their own."""

    def __init__(self, world: World, offer: Offer, people: list[Participant], day: int) -> None:
        self.world, self.people, self.at = world, people, world.at
        starts = (world.at + timedelta(days=day), world.at + timedelta(days=day, hours=6))
        self.slots = [make_slot(world, offer, starts_at=start, places=PLACES - 1) for start in starts]
        whom = (world.cast.jc_meissen.id, world.cast.jc_leipzig.id)
        self.kept = [
            keep(world, slot, 1, organisation_id=house, hours=1) for slot, house in zip(self.slots, whom, strict=True)
        ]
        self.clara, self.sven = world.actor("clara"), world.actor("sven")

    def do(self, verb: str, person: int, slot: int, party: int) -> bool:
        """Do one step as a page would; a refusal is an answer as good as any."""
        unit: Callable[..., Any] = getattr(self, verb)
        try:
            self.world.database.run(lambda session: unit(session, self.people[person], self.slots[slot], party))
        except HubError:
            return False
        return True

    def _read(self, session: Session, person: Participant, slot: Slot) -> tuple[Slot, Participant]:
        return get_slot(session, self.clara, slot.public_id), get_participant(
            session, self.clara, person.public_id, at=self.at
        )

    def _last(self, session: Session, person: Participant, slot: Slot) -> Booking:
        """Return the person's newest row in a date, whatever its state: pages can be old."""
        mine = select(Booking.public_id).where(Booking.participant_id == person.id, Booking.slot_id == slot.id)
        public_id = session.scalar(mine.order_by(Booking.id.desc()).limit(1))
        return get_booking(session, self.clara, public_id or "", at=self.at)

    def hold(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        found, who = self._read(session, person, slot)
        hold_slot(session, actor=self.clara, slot=found, participant=who, at=self.at)

    def book(self, session: Session, person: Participant, slot: Slot, party: int) -> None:
        found, who = self._read(session, person, slot)
        book_slot(session, actor=self.clara, slot=found, participant=who, party=party, at=self.at)

    def release(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        release_hold(session, actor=self.clara, booking=self._last(session, person, slot), at=self.at)

    def cancel(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        last = self._last(session, person, slot)
        cancel_booking(session, actor=self.clara, booking=last, by="coach", at=self.at)

    def reschedule(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        target = get_slot(session, self.clara, next(one for one in self.slots if one.id != slot.id).public_id)
        last = self._last(session, person, slot)
        reschedule_booking(session, actor=self.clara, booking=last, slot=target, at=self.at)

    def wait(self, _session: Session, _person: Participant, _slot: Slot, party: int) -> None:
        self.at += timedelta(minutes=20 * party)

    def join(self, session: Session, person: Participant, slot: Slot, party: int) -> None:
        found, who = self._read(session, person, slot)
        join_waiting(session, actor=self.clara, slot=found, participant=who, party=party, at=self.at)

    def leave(self, session: Session, person: Participant, slot: Slot, _party: int) -> None:
        mine = select(Waiting.public_id).where(Waiting.participant_id == person.id, Waiting.slot_id == slot.id)
        public_id = session.scalar(mine.order_by(Waiting.id.desc()).limit(1))
        wish = get_waiting(session, self.clara, public_id or "", at=self.at)
        leave_waiting(session, actor=self.clara, waiting=wish, at=self.at)

    def open(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        release_pool(session, actor=self.sven, pool_id=self.kept[self.slots.index(slot)].id, at=self.at)

    def widen(self, session: Session, _person: Participant, slot: Slot, party: int) -> None:
        own = get_own_slot(session, self.sven, slot.public_id)
        change_places(session, actor=self.sven, slot=own, number=own.places + party, at=self.at)

    def move(self, session: Session, _person: Participant, slot: Slot, party: int) -> None:
        own = get_own_slot(session, self.sven, slot.public_id)
        starts, ends = (one + timedelta(minutes=30 * party) for one in (own.starts_at, own.ends_at))
        move_slot(session, actor=self.sven, slot=own, starts_at=starts, ends_at=ends, at=self.at)

    def call_off(self, session: Session, _person: Participant, slot: Slot, _party: int) -> None:
        call_off_slot(session, actor=self.sven, slot=get_own_slot(session, self.sven, slot.public_id), at=self.at)

    def broken(self) -> list[str]:
        """Return what is broken in the whole database."""
        with self.world.database.reading() as session:
            return list_broken(session, at=self.at)


def test_no_place_is_lost_and_none_is_given_twice(world: World) -> None:
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"], window_days=300)
    people, days, reached = make_people(world, PEOPLE), count(3), set[str]()
    for person in people:
        give_consent(world, person, offer, groups=GROUPS)

    @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(a_step, min_size=8, max_size=18))
    @example(list(EACH_ONCE))
    def holds(steps: list[tuple[str, int, int, int]]) -> None:
        story = Story(world, offer, people, next(days))
        for verb, person, slot, party in steps:
            reached.update({verb} if story.do(verb, person, slot, party) else ())
            for deadline in (HOLDS, POOLS, WAITED_FOR):  # as the worker does, every minute
                deadline.meet(world.database, story.at)
        assert story.broken() == []

    holds()
    assert reached == set(STEPS), "every kind of step must have succeeded at least once"
