"""A coach's own appointments: nobody is in two places, the journey counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub.actions.appointments import Journey, make_appointment
from hub.errors import InvalidInput, NotAllowed, PersonElsewhere
from hub.models.booking import Booking
from hub.models.participant import Participant
from tests.places import all_rows, book, make_offer, make_slot
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


@pytest.mark.parametrize(("kilometres", "minutes"), [(0, 5), (1, 10), (10, 25), (45, 90)])
def test_the_journey_is_rounded_up_to_five_minutes(kilometres: float, minutes: int) -> None:
    assert Journey(kilometres).minutes == minutes
