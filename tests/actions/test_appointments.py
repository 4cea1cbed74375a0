"""A coach's own appointments: nobody is in two places, the journey counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.appointments import make_appointment, move_appointment
from hub.actions.private_blocks import block_time
from hub.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    PersonElsewhere,
    RuleBroken,
    SomebodyWasFaster,
    StepNotPossible,
)
from hub.models.booking import Booking
from hub.models.participant import Cover, Participant, Participation, ParticipationState
from hub.models.user import Membership, Role, User
from hub.queries.bookings import get_booking
from tests.loop import now
from tests.places import all_rows, book, make_offer, make_people, make_slot, running_from
from tests.rooms import borrow, lend_room, lent_slot
from tests.world import World


def visit(world: World, person: Participant, start: datetime, *, by: str = "clara", **values: Any) -> Booking:
    facts = {"starts_at": start, "ends_at": start + timedelta(hours=1), "travel_minutes": 20} | values
    actor = world.actor(by)

    def unit(session: Session) -> Booking:
        row = session.get_one(Participant, person.id)
        return make_appointment(session, actor=actor, participant=row, at=world.at, **facts)

    return world.database.run(unit)


def test_a_visit_takes_the_coachs_time_with_the_journey(world: World) -> None:
    start = world.at + timedelta(days=1)
    made = visit(world, world.cast.tarik, start)
    assert (made.access, made.coach_id, made.code) == ("own", world.user("clara").id, None)
    with pytest.raises(PersonElsewhere, match="unterwegs"):
        visit(world, world.cast.heinz, start + timedelta(minutes=79))
    assert visit(world, world.cast.heinz, start + timedelta(minutes=80)).id


def test_the_longer_of_two_journeys_counts(world: World) -> None:
    start = world.at + timedelta(days=1)
    visit(world, world.cast.tarik, start, travel_minutes=60)
    with pytest.raises(PersonElsewhere):
        visit(world, world.cast.heinz, start + timedelta(minutes=100), travel_minutes=5)


def test_the_person_is_not_somewhere_else(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    with pytest.raises(PersonElsewhere):
        visit(world, world.cast.tarik, slot.starts_at + timedelta(minutes=30))
    visit(world, world.cast.tarik, slot.ends_at)


def test_of_two_visits_at_once_one_is_entered(world: World) -> None:
    start = world.at + timedelta(days=1)

    def attempt(person: Participant) -> object:
        try:
            return visit(world, person, start)
        except PersonElsewhere:
            return None

    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(attempt, [world.cast.tarik, world.cast.heinz, world.cast.jolanta] * 2))
    assert sum(one is not None for one in made) == len(all_rows(world, Booking)) == 1


def test_one_form_sent_twice_is_one_visit(world: World) -> None:
    start = world.at + timedelta(days=1)
    pair = [visit(world, world.cast.tarik, start, idempotency_key="k").id for _ in range(2)]
    assert pair[0] == pair[1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_at": "past"}, "starts"),
        ({"hours": 9}, "minutes"),
        ({"hours": 0}, "minutes"),
        ({"travel_minutes": 241}, "travel_minutes"),
    ],
)
def test_impossible_times_are_refused_beside_their_field(world: World, values: dict[str, Any], field: str) -> None:
    start = world.at if values.get("starts_at") else world.at + timedelta(days=1)
    facts = {"ends_at": start + timedelta(hours=values.get("hours", 1))}
    facts |= {"travel_minutes": values["travel_minutes"]} if "travel_minutes" in values else {}
    with pytest.raises(InvalidInput) as caught:
        visit(world, world.cast.tarik, start, **facts)
    assert list(caught.value.fields) == [field]


def test_only_who_looks_after_the_person_visits(world: World, subtests: pytest.Subtests) -> None:
    for key in ["cem", "frank", "lena", "petra", "fred"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            visit(world, world.cast.tarik, world.at + timedelta(days=1), by=key)


def shift(world: World, booking: Booking, start: datetime, *, by: str = "clara", **values: Any) -> None:
    actor = world.actor(by)
    facts = {"starts_at": start, "ends_at": start + timedelta(hours=1), "travel_minutes": 20} | values

    def unit(session: Session) -> None:
        row = get_booking(session, actor, booking.public_id, at=world.at)
        move_appointment(session, actor=actor, booking=row, at=world.at, **facts)

    world.database.run(unit)


def test_a_moved_visit_is_the_same_row_and_twice_is_one_move(world: World) -> None:
    start = world.at + timedelta(days=1)
    made = visit(world, world.cast.tarik, start)
    for _ in range(2):
        shift(world, made, start + timedelta(hours=1), seen=0)
    moved = now(world, made)
    assert (moved.starts_at, moved.sequence, moved.code) == (start + timedelta(hours=1), 1, None)
    with pytest.raises(SomebodyWasFaster):
        shift(world, made, start, seen=0)


def test_a_visit_is_not_moved_onto_another_of_person_or_coach(world: World) -> None:
    start = world.at + timedelta(days=1)
    made = visit(world, world.cast.tarik, start)
    visit(world, world.cast.heinz, start + timedelta(hours=3))
    with pytest.raises(PersonElsewhere, match="unterwegs"):
        shift(world, made, start + timedelta(hours=3))
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    with pytest.raises(PersonElsewhere):
        shift(world, made, slot.starts_at)
    assert now(world, made).starts_at == start


def test_only_the_own_coming_visit_is_moved(world: World) -> None:
    start = world.at + timedelta(days=1)
    made = visit(world, world.cast.tarik, start)
    with pytest.raises(NotFound):
        shift(world, made, start, by="cem")
    place = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    with pytest.raises(StepNotPossible):
        shift(world, place, start + timedelta(hours=5))


def test_nobody_is_visited_after_the_participation(world: World) -> None:
    last = running_from(world, world.cast.tarik).ends_on
    with world.database.transaction() as session:
        for row in session.query(Participation).filter_by(participant_id=world.cast.tarik.id):
            row.ends_on = last = clock.local_date(world.at) + timedelta(days=10)
    visit(world, world.cast.tarik, world.at + timedelta(days=10))
    with pytest.raises(RuleBroken, match="Teilnahme schon vorbei"):
        visit(world, world.cast.tarik, clock.end_of_day(last) + timedelta(hours=9))


def test_before_a_participation_people_may_meet(world: World) -> None:
    (person,) = make_people(world, 1)
    with world.database.transaction() as session:
        for row in session.query(Participation).filter_by(participant_id=person.id):
            row.state = ParticipationState.PROPOSED
            row.ends_on = clock.local_date(world.at)
    assert visit(world, person, world.at + timedelta(days=3)).id


def test_between_two_doors_of_one_town_ten_minutes_and_the_own_pause_are_enough(world: World) -> None:
    start = world.at + timedelta(days=1)
    with world.database.transaction() as session:
        session.get_one(User, world.user("clara").id).buffer_minutes = 15
    town = {"municipality_code": world.cast.tarik.municipality_code, "travel_minutes": 60}
    visit(world, world.cast.tarik, start, **town)
    with pytest.raises(PersonElsewhere):
        visit(world, world.cast.heinz, start + timedelta(minutes=84), **town)
    assert visit(world, world.cast.heinz, start + timedelta(minutes=85), **town).id


def test_a_visit_a_loan_and_a_block_at_once_are_one(world: World) -> None:
    slot = lent_slot(world, lend_room(world))
    clara = world.actor("clara")

    def block() -> object:
        span = {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
        return world.database.run(lambda tx: block_time(tx, actor=clara, at=world.at, **span))

    attempts: list[Callable[[], object]] = [
        lambda: visit(world, world.cast.tarik, slot.starts_at),
        lambda: visit(world, world.cast.heinz, slot.starts_at),
        lambda: borrow(world, slot),
        block,
    ]

    def attempt(verb: Callable[[], object]) -> object:
        try:
            return verb()
        except RuleBroken:
            return None

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(attempt, attempts * 2))
    assert sum(one is not None for one in made) == len(all_rows(world, Booking)) == 1


def test_of_a_moved_and_a_new_visit_at_one_hour_one_stands(world: World) -> None:
    start = world.at + timedelta(days=1)
    made = visit(world, world.cast.tarik, start)
    later = start + timedelta(hours=4)

    def attempt(verb: Callable[[], object]) -> bool:
        try:
            verb()
        except RuleBroken:
            return False
        return True

    verbs: list[Callable[[], object]] = [
        lambda: shift(world, made, later, seen=0),
        lambda: visit(world, world.cast.heinz, later + timedelta(minutes=30)),
    ]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(attempt, verbs * 4))
    moved, entered = any(done[::2]), any(done[1::2])
    assert moved is not entered
    assert (now(world, made).starts_at == later) is moved


def test_a_deputy_sees_visits_but_no_private_time_and_moves_none(world: World) -> None:
    start = world.at + timedelta(days=1)
    made = visit(world, world.cast.tarik, start)
    clara = world.actor("clara")
    span = {"starts_at": start + timedelta(hours=3), "ends_at": start + timedelta(hours=4)}
    block = world.database.run(lambda tx: block_time(tx, actor=clara, title="quzsecret", at=world.at, **span))
    clara_id, fred_id, lena_id = (world.user(key).id for key in ("clara", "fred", "lena"))
    with world.database.transaction() as session:
        house = session.get_one(Participant, world.cast.tarik.id).jobcenter_id
        session.add(Membership(user_id=fred_id, organisation_id=house, role=Role.COACH, created_at=world.at))
        days = {"starts_at": world.at - timedelta(days=1), "ends_at": world.at + timedelta(days=9)}
        session.add(Cover(coach_id=clara_id, deputy_id=fred_id, ordered_by_id=lena_id, **days))
    deputy = world.actor("fred")
    with world.database.reading() as session:
        assert get_booking(session, deputy, made.public_id, at=world.at).id == made.id
        with pytest.raises(NotFound):
            get_booking(session, deputy, block.public_id, at=world.at)
    with pytest.raises(StepNotPossible):
        shift(world, made, start + timedelta(hours=6), by="fred")
