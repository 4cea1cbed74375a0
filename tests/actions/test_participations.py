"""Proposal and decision are two people's work, and of two decisions at once one counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.participations import decide, propose
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.log import LogEntry
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import Programme
from hub.models.user import Membership, Role, User
from hub.queries.participations import get_participation
from tests.places import all_rows, make_people
from tests.world import World

S = ParticipationState


def newcomer(world: World) -> Participant:
    """Return a person without any participation."""
    (person,) = make_people(world, 1)
    with world.database.transaction() as session:
        for row in session.query(Participation).filter_by(participant_id=person.id):
            session.delete(row)
    return person


def proposal(world: World, person: Participant, *, by: str = "clara", decider: str = "frank", **values: Any) -> Any:
    today = clock.local_date(world.at)
    facts = {"starts_on": today, "ends_on": today + timedelta(days=364), "criteria": ["health_limits"]} | values
    actor = world.actor(by)

    def unit(session: Session) -> Participation:
        return propose(
            session,
            actor=actor,
            participant=session.get_one(Participant, person.id),
            programme=session.get_one(Programme, world.cast.resilience.id),
            case_manager=session.get_one(User, world.user(decider).id),
            at=world.at,
            **facts,
        )

    return world.database.run(unit)


def decision(world: World, row: Participation, *, by: str = "frank", admitted: bool = True, **values: Any) -> None:
    actor = world.actor(by)

    def unit(session: Session) -> None:
        found = get_participation(session, actor, row.public_id, at=world.at)
        decide(session, actor=actor, participation=found, admitted=admitted, at=world.at, **values)

    world.database.run(unit)


def test_one_proposes_and_another_admits(world: World) -> None:
    row = proposal(world, newcomer(world))
    assert row.state is S.PROPOSED
    decision(world, row)
    after = all_rows(world, Participation)[-1]
    assert (after.state, after.decided_by_id) == (S.ADMITTED, world.user("frank").id)
    assert after.proposed_by_id != after.decided_by_id
    assert [entry.action for entry in all_rows(world, LogEntry)] == ["participation.proposed", "participation.admitted"]


def test_who_proposed_can_never_decide_not_even_after_a_change_of_role(world: World) -> None:
    row = proposal(world, newcomer(world))
    with world.database.transaction() as session:
        jobcenter = world.cast.jc_meissen.id
        clara = world.user("clara").id
        session.add(Membership(user_id=clara, organisation_id=jobcenter, role=Role.CASE_MANAGER, created_at=world.at))
        session.get_one(Participation, row.id).case_manager_id = clara
    with pytest.raises(NotAllowed):
        decision(world, row, by="clara")


def test_nobody_proposes_to_themselves_or_to_somebody_who_does_not_decide_here(world: World) -> None:
    person = newcomer(world)
    for decider in ("clara", "lena", "cem", "petra"):
        with pytest.raises(NotFound):
            proposal(world, person, decider=decider)


def test_only_the_named_case_manager_decides(world: World, subtests: pytest.Subtests) -> None:
    row = proposal(world, newcomer(world))
    for key in ["clara", "lena", "cem", "petra", "nora", "anna", "fred"]:
        with subtests.test(key=key):
            with pytest.raises((NotAllowed, NotFound)):
                decision(world, row, by=key)
            assert all_rows(world, Participation)[-1].state is S.PROPOSED


def test_only_who_looks_after_the_person_proposes(world: World, subtests: pytest.Subtests) -> None:
    for key in ["cem", "frank", "lena", "petra", "fred"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            proposal(world, newcomer(world), by=key)


def test_of_two_decisions_at_once_one_counts(world: World) -> None:
    row, start = proposal(world, newcomer(world)), Barrier(6)

    def attempt(n: int) -> str:
        start.wait()
        try:
            decision(world, row, admitted=n % 2 == 0)
        except (SomebodyWasFaster, StepNotPossible):
            return "late"
        return "first"

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(attempt, range(6))) == ["first", *["late"] * 5]
    made = [entry.action for entry in all_rows(world, LogEntry) if entry.action != "participation.proposed"]
    assert len(made) == 1


def test_a_stale_page_does_not_decide(world: World) -> None:
    row = proposal(world, newcomer(world))
    with pytest.raises(SomebodyWasFaster):
        decision(world, row, version=row.version + 1)


def test_a_second_participation_on_the_same_days_is_refused(world: World) -> None:
    person = newcomer(world)
    row = proposal(world, person)
    with pytest.raises(RuleBroken):
        proposal(world, person)
    decision(world, row, admitted=False)
    assert proposal(world, person).state is S.PROPOSED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days": 0}, "ends_on"),
        ({"days": 800}, "ends_on"),
        ({"criteria": []}, "criteria"),
        ({"start": 600}, "starts_on"),
    ],
)
def test_a_proposal_that_does_not_fit_the_programme_is_refused(
    world: World, values: dict[str, Any], field: str
) -> None:
    first = clock.local_date(world.at) + timedelta(days=values.get("start", 0))
    last = first + timedelta(days=values.get("days", 100))
    with pytest.raises(InvalidInput) as caught:
        proposal(
            world, newcomer(world), starts_on=first, ends_on=last, criteria=values.get("criteria", ["health_limits"])
        )
    assert field in caught.value.fields
