"""Whatever people and the clock do to the places of two dates, in any order: none is lost, none is given twice.

A state machine; a few short lives by default, many long ones with HUB_STORMS=long.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from hub.models.booking import ACTIVE, Booking, BookingState, Waiting
from hub.models.slot import Slot, SlotState
from tests.storms.stories import PEOPLE, Ground, Story
from tests.world import World

LONG = os.environ.get("HUB_STORMS") == "long"
EXAMPLES, STEPS = (60, 50) if LONG else (6, 22)
people, dates, parties = st.integers(0, PEOPLE - 1), st.integers(0, 1), st.integers(1, 2)
# verb, person, date, party; the number of minutes for the clock. In this order every verb finds its work.
EVERY_VERB: tuple[tuple[Any, ...], ...] = (
    ("hold", 0, 0, 1),
    ("book", 0, 0, 1),
    ("reschedule", 0, 0, 1),
    ("cancel", 0, 1, 1),
    ("hold", 0, 0, 1),
    ("wait", 40),
    ("hold", 0, 0, 1),
    ("release", 0, 0, 1),
    ("book", 0, 0, 1),
    ("move", 0, 0, 1),
    ("book", 1, 1, 1),
    ("join", 0, 1, 1),
    ("join", 2, 1, 1),
    ("open_kept", 0, 1, 1),
    ("leave", 0, 1, 1),
    ("widen", 0, 1, 1),
    ("unsettle", 0, 1, 1),
    ("restore", 0, 1, 1),
    ("withdraw", 0, 0, 2),
    ("withdraw", 1, 1, 1),
    ("call_off", 0, 1, 1),
    ("restore", 0, 1, 1),
    ("call_off_both", 0, 0, 1),
)
FULL: tuple[tuple[Any, ...], ...] = (("book", 0, 0, 1), ("book_alone", 1, 0, 1), ("join", 2, 0, 1))
OFFERED_IN_VAIN = (*FULL, ("cancel", 0, 0, 1), ("wait", 24 * 60), ("book", 2, 0, 1))
NARROWED = (*FULL, ("widen", 0, 0, 2), ("narrow", 0, 0, 1), ("book", 0, 1, 1), ("cancel", 1, 0, 1), ("book", 2, 0, 1))
AFTERWARDS = (("book", 0, 0, 1), ("wait", 4 * 24 * 60), ("mark", 0, 0, 1), ("unmark", 0, 0, 1), ("mark", 0, 0, 1))
OFFERED = (*FULL, ("cancel_alone", 1, 0, 1), ("book", 2, 0, 1), ("join", 1, 0, 2), ("widen", 0, 0, 2))


class LifeOfASlot(RuleBasedStateMachine):
    """Rules are what a hand can do; those that give places back wait until somebody has one."""

    ground: Ground

    @initialize(named=st.booleans(), full=st.booleans())
    def begin(self, named: bool, full: bool) -> None:
        self.story = Story(self.ground, named=named)
        if full:  # else most lives would be over before anybody had to wait
            for verb, person in (("book", 0), ("book", 1), ("join", 2)):
                self.story.do(verb, person, 0, 1)

    @rule(person=people, date=dates, party=parties)
    def book(self, person: int, date: int, party: int) -> None:
        self.story.do("book", person, date, party)

    @rule(person=people, date=dates, verb=st.sampled_from(["book", "book_alone", "hold"]))
    def take_one(self, person: int, date: int, verb: str) -> None:
        self.story.do(verb, person, date, 1)

    @rule(person=people, date=dates, party=parties)
    def join(self, person: int, date: int, party: int) -> None:
        self.story.do("join", person, date, party)

    @rule(data=st.data(), verb=st.sampled_from(["cancel", "cancel_alone", "reschedule", "release", "book"]))
    def change_a_place(self, data: st.DataObject, verb: str) -> None:
        if taken := self._having(Booking, BookingState.CONFIRMED, BookingState.HELD, BookingState.OFFERED):
            self.story.do(verb, *data.draw(st.sampled_from(taken)), 1)

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        if waiting := self._having(Waiting, *ACTIVE):
            self.story.do("leave", *data.draw(st.sampled_from(waiting)), 1)

    @rule(person=people, keep=parties)
    def withdraw(self, person: int, keep: int) -> None:
        self.story.do("withdraw", person, 0, keep)

    @rule(person=people)
    def allow_again(self, person: int) -> None:
        self.story.ground.allow(self.story.people[person])

    @rule(date=dates, party=parties, verb=st.sampled_from(["widen", "move", "open_kept"]))
    def change_a_date(self, date: int, party: int, verb: str) -> None:
        self.story.do(verb, 0, date, party)

    @rule(date=dates, verb=st.sampled_from(["call_off", "unsettle", "call_off_both"]))
    def end_a_date(self, date: int, verb: str) -> None:
        if self._of_state(SlotState.PLANNED):
            self.story.do(verb, 0, date, 1)

    @rule(person=people, date=dates, verb=st.sampled_from(["narrow", "mark", "unmark"]))
    def partner_of_one(self, person: int, date: int, verb: str) -> None:
        self.story.do(verb, person, date, 1)

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        if gone := self._of_state(SlotState.CALLED_OFF, SlotState.UNSETTLED):
            self.story.do("restore", 0, data.draw(st.sampled_from(gone)), 1)

    @rule(minutes=st.sampled_from([1, 20, 31, 250, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.story.wait(minutes)

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "story"):
            assert self.story.broken() == []

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.story.end()
            assert self.story.broken() == []

    def _having(self, table: Any, *states: Any) -> list[tuple[int, int]]:
        """Return which people have something in which dates now."""
        ids = {person.id: number for number, person in enumerate(self.story.people)}
        slots = {slot.id: number for number, slot in enumerate(self.story.slots)}
        query = select(table.participant_id, table.slot_id).where(table.slot_id.in_(slots), table.state.in_(states))
        with self.story.world.database.reading() as session:
            return [(ids[person], slots[slot]) for person, slot in session.execute(query.order_by(table.id))]

    def _of_state(self, *states: SlotState) -> list[int]:
        slots = {slot.id: number for number, slot in enumerate(self.story.slots)}
        query = select(Slot.id).where(Slot.id.in_(slots), Slot.state.in_(states)).order_by(Slot.id)
        with self.story.world.database.reading() as session:
            return [slots[slot] for slot in session.scalars(query)]


@pytest.mark.slow
def test_no_place_is_lost_and_none_is_given_twice_in_any_life(world: World) -> None:
    machine = type("Life", (LifeOfASlot,), {"ground": Ground(world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not LONG,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_hand_finds_its_work_in_the_machine(world: World) -> None:
    """What a life of chance may miss: each verb succeeds here, with everything that holds checked after it."""
    ground = Ground(world)
    for steps in (EVERY_VERB, OFFERED_IN_VAIN, OFFERED, NARROWED, AFTERWARDS):
        story = Story(ground, named=steps is EVERY_VERB)
        for verb, *rest in steps:
            done: Callable[..., Any] = story.wait if verb == "wait" else _verb(story, verb)
            assert done(*rest) is not False, verb
            assert story.broken() == [], verb
        story.end()


def _verb(story: Story, name: str) -> Callable[..., bool]:
    return lambda *rest: story.do(name, *rest)
