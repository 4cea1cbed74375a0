"""Many at once for one course: whole or nothing, and nobody waits in a ring; on both databases, with real threads."""

import pytest
from sqlalchemy import select

from hub.actions.courses import book_course, cancel_course_bookings
from hub.errors import SlotFull
from hub.models.booking import LIVE, Booking
from hub.models.slot import Course, Pool, Slot
from hub.queries import courses
from hub.queries.invariants import list_broken
from hub.queries.participants import get_participant
from tests.courses import join, make_course, sessions_of
from tests.crowd import rush
from tests.places import make_people
from tests.world import World

CROWD, PLACES, SESSIONS = 20, 3, 6


def live_of_each(world: World) -> list[int]:
    """Return how many sessions each person with a live place has."""
    with world.database.reading() as session:
        people = list(session.scalars(select(Booking.participant_id).where(Booking.state.in_(LIVE))))
        assert list_broken(session, at=world.at) == []
    return [people.count(person) for person in sorted(set(people))]


@pytest.mark.slow
def test_of_twenty_people_for_three_places_of_a_course_three_have_it_whole_and_nobody_half(world: World) -> None:
    course = make_course(world, count=SESSIONS, places=PLACES)
    results = rush([lambda person=person: join(world, course, person) for person in make_people(world, CROWD)])
    whole = [result for result in results if isinstance(result, list)]
    assert [len(made) for made in whole] == [SESSIONS] * PLACES
    assert {result for result in results if not isinstance(result, list)} == {SlotFull}
    assert [slot.taken for slot in sessions_of(world, course)] == [PLACES] * SESSIONS
    assert live_of_each(world) == [SESSIONS] * PLACES


@pytest.mark.slow
def test_joining_and_leaving_at_once_never_wait_in_a_ring(world: World) -> None:
    """The first session's kept pool is the youngest: taken by sessions and given back by pools, it would close a ring.

    No unit has a second try, so that a deadlock would be an error.
    """
    course = make_course(world, count=SESSIONS, places=12)
    keep_places(world, course)
    people, clara = make_people(world, 12), world.actor("clara")
    for person in people[:6]:
        join(world, course, person)

    def unit(number: int) -> None:
        with world.database.transaction() as session:
            person = get_participant(session, clara, people[number].public_id, at=world.at)
            row = courses.get_course(session, clara, course.public_id)
            verb = cancel_course_bookings if number < 6 else book_course
            more = {"by": "coach"} if number < 6 else {}
            verb(session, actor=clara, course=row, participant=person, at=world.at, **more)

    results = rush([lambda number=number: unit(number) for number in (0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11)])
    assert results == [None] * 12
    assert live_of_each(world) == [SESSIONS] * 6


def keep_places(world: World, course: Course) -> None:
    """Keep twelve more places of the first session for Clara's network, as a later change of a series does."""
    first = sessions_of(world, course)[0]
    with world.database.transaction() as session:
        slot = session.get_one(Slot, first.id)
        slot.places += 12
        session.add(Pool(slot_id=slot.id, kept=True, programme_id=world.cast.resilience.id, places=12))
