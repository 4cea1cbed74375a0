"""A team lead assigns coaches and orders deputies; a cover ends by itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.team import assign_coach, end_cover, order_cover
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.models.participant import Cover, Participant
from hub.models.user import Membership, Role, User
from hub.queries.participants import list_caseload
from tests.places import all_rows
from tests.world import World


@pytest.fixture
def colleague(world: World) -> User:
    """Fred becomes a second coach in Meißen."""
    with world.database.transaction() as session:
        session.add(
            Membership(
                user_id=world.user("fred").id,
                organisation_id=world.cast.jc_meissen.id,
                role=Role.COACH,
                created_at=world.at,
            )
        )
    return world.user("fred")


def people_of(world: World, key: str, *, days: float = 0) -> set[int]:
    actor = world.actor(key)
    with world.database.reading() as session:
        return {person.id for person in list_caseload(session, actor, at=world.at + timedelta(days=days))}


def assign(world: World, coach: User, *, by: str = "lena") -> None:
    actor = world.actor(by)

    def unit(session: Session) -> None:
        person = session.get_one(Participant, world.cast.tarik.id)
        assign_coach(session, actor=actor, participant=person, coach=session.get_one(User, coach.id), at=world.at)

    world.database.run(unit)


def cover(world: World, deputy: User, *, by: str = "lena", **values: Any) -> Cover:
    today: date = clock.local_date(world.at)
    facts = {"first_on": today, "last_on": today + timedelta(days=6)} | values
    actor = world.actor(by)

    def unit(session: Session) -> Cover:
        return order_cover(
            session,
            actor=actor,
            jobcenter_id=world.cast.jc_meissen.id,
            coach=session.get_one(User, world.user("clara").id),
            deputy=session.get_one(User, deputy.id),
            at=world.at,
            **facts,
        )

    return world.database.run(unit)


def test_a_person_is_handed_over(world: World, colleague: User) -> None:
    assign(world, colleague)
    assert people_of(world, "fred") == {world.cast.tarik.id}
    assert world.cast.tarik.id not in people_of(world, "clara")


def test_a_person_never_leaves_the_jobcenter(world: World) -> None:
    with pytest.raises(NotFound):
        assign(world, world.user("cem"))


def test_only_the_team_lead_assigns_and_orders(world: World, subtests: pytest.Subtests) -> None:
    for key in ["clara", "cem", "frank", "petra", "nora", "fred"]:
        with subtests.test(key=key):
            with pytest.raises(NotAllowed):
                assign(world, world.user("clara"), by=key)
            with pytest.raises(NotAllowed):
                cover(world, world.user("clara"), by=key)


def test_a_deputy_sees_the_people_only_while_the_cover_runs(world: World, colleague: User) -> None:
    assert people_of(world, "fred") == set()
    cover(world, colleague)
    assert people_of(world, "fred") == people_of(world, "clara")
    assert people_of(world, "fred", days=6.6) == people_of(world, "clara")
    assert people_of(world, "fred", days=6.7) == set()  # midnight of the last day has passed


def test_a_cover_ended_early_closes_at_once(world: World, colleague: User) -> None:
    made = cover(world, colleague)
    lena = world.actor("lena")
    with world.database.transaction() as session:
        row = session.get_one(Cover, made.id)
        end_cover(session, actor=lena, cover=row, jobcenter_id=world.cast.jc_meissen.id, at=world.at)
    assert people_of(world, "fred") == set()


@pytest.mark.parametrize(("first", "last", "field"), [(-1, 3, "first_on"), (3, 2, "last_on"), (0, 185, "last_on")])
def test_impossible_days_are_refused(world: World, colleague: User, first: int, last: int, field: str) -> None:
    today = clock.local_date(world.at)
    days = {"first_on": today + timedelta(days=first), "last_on": today + timedelta(days=last)}
    with pytest.raises(InvalidInput) as caught:
        cover(world, colleague, **days)
    assert list(caught.value.fields) == [field]


def test_nobody_stands_in_for_themselves(world: World) -> None:
    with pytest.raises(InvalidInput):
        cover(world, world.user("clara"))
    assert all_rows(world, Cover) == []
