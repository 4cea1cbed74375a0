"""What has happened in the demo so far: places taken, kept, given back, at the time they say."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from hub.actions.bookings import book_slot, cancel_booking
from hub.errors import RuleBroken
from hub.models.booking import Booking, BookingState
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries.slots import list_between
from hub.queries.states import move
from hub.queries.users import actor_of

B = BookingState
WANTED = 280
EARLIER = timedelta(days=5)  # how long before its date a place is usually taken
PAST = (B.ATTENDED,) * 6 + (B.CONFIRMED,) * 2 + (B.CANCELLED,) * 2 + (B.NOT_THERE, B.NOT_TAKEN_PLACE)
COMING = (B.CONFIRMED,) * 8 + (B.CANCELLED,)


@dataclass
class Story:
    """Whom the seeding acts for, with the means to do it."""

    session: Session
    cast: SimpleNamespace
    at: datetime
    dice: random.Random
    actors: dict[int, Actor]

    def coach_of(self, person: Participant) -> Actor:
        """Return the actor of the person's coach."""
        coach_id = person.coach_id or 0
        if coach_id not in self.actors:
            coach = next(user for user in self.cast.users.values() if user.id == coach_id)
            self.actors[coach_id] = actor_of(self.session, coach)
        return self.actors[coach_id]


def load_bookings(story: Story, people: list[Participant]) -> int:
    """Take about 280 places without a name over the last six and the next four weeks; return how many."""
    accesses = (Access.ANONYMOUS, Access.OPEN)
    span = list_between(story.session, story.at - timedelta(weeks=6), story.at + timedelta(weeks=4), accesses)
    made = 0
    for person, slot in _pairs(story, people, span):
        made += _book(story, person, slot)
        if made == WANTED:
            break
    return made


def _pairs(story: Story, people: list[Participant], slots: list[Slot]) -> Iterator[tuple[Participant, Slot]]:
    """Pair people with dates in their own district, each person in turn."""
    near = {person.id: [slot for slot in slots if district(slot) == person.municipality_code[:5]] for person in people}
    for _ in range(8):
        for person in people:
            if near[person.id]:
                yield person, story.dice.choice(near[person.id])


def district(slot: Slot) -> str:
    """Return the key of the district a date takes place in."""
    place = slot.location
    return place.municipality_code[:5] if place else ""


def _book(story: Story, person: Participant, slot: Slot) -> bool:
    actor = story.coach_of(person)
    made_at = min(slot.starts_at - EARLIER, story.at - timedelta(hours=1))
    try:
        with story.session.begin_nested():
            booking = book_slot(story.session, actor=actor, slot=slot, participant=person, at=made_at)
            _go_on(story, actor, booking)
    except RuleBroken:
        return False  # full, elsewhere, not suited: as in life
    return True


def _go_on(story: Story, actor: Actor, booking: Booking) -> None:
    past = booking.ends_at < story.at
    state = story.dice.choice(PAST if past else COMING)
    if state is B.CANCELLED:
        by = story.dice.choice(("person", "coach"))
        cancelled_at = min(booking.created_at + timedelta(days=1), story.at)
        cancel_booking(story.session, actor=actor, booking=booking, by=by, at=cancelled_at)
    elif state is not B.CONFIRMED:
        move(story.session, booking, state, at=booking.ends_at)
