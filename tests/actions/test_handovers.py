"""A coach's people handed over one after the other: each a transaction, whoever changed meanwhile stays, told once."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from hub.actions import bulk_jobs
from hub.actions.team import assign_coach
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.models.booking import Booking, BookingState
from hub.models.bulk_job import BulkJob, BulkState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.models.user import Membership
from hub.queries import bulk_jobs as queries
from hub.queries import handovers
from hub.worker.bulk import do_jobs
from tests.actions.test_appointments import visit
from tests.bulk import outcome, start_handover, work
from tests.crowd import rush
from tests.places import all_rows, make_people, running_from
from tests.worker.test_deputies import hire

HOUR = timedelta(hours=1)


def coach_of(world, people):
    now = {one.id: one.coach_id for one in all_rows(world, Participant)}
    names = {world.user(key).id: key for key in ("clara", "fred", "cem")}
    return [names.get(now[person.id]) for person in people]


def told(world, since):
    names = {world.user(key).id: key for key in ("clara", "fred", "lena", "cem")}
    return sorted((names.get(one.user_id, "?"), one.template) for one in all_rows(world, Notice)[since:])


def test_a_caseload_goes_over_with_its_visits_and_each_coach_hears_once(world):
    fred, people = hire(world), make_people(world, 4)
    visits = [visit(world, people[n], world.at + timedelta(days=2 + n)) for n in (0, 1)]
    before = len(all_rows(world, Notice))
    job = start_handover(world, people, fred)
    assert coach_of(world, people) == ["clara"] * 4, "starting changes nothing"
    work(world)
    assert coach_of(world, people) == ["fred"] * 4
    kept = {one.id: one for one in all_rows(world, Booking)}
    assert {(kept[one.id].coach_id, kept[one.id].state) for one in visits} == {(fred.id, BookingState.CONFIRMED)}
    assert told(world, before) == [("clara", "staff_news"), ("fred", "staff_news")]
    (done,) = all_rows(world, BulkJob)
    assert (done.state, done.jobcenter_id, done.coach_id) == (
        BulkState.DONE,
        world.cast.jc_meissen.id,
        world.user("clara").id,
    )
    steps = [one for one in all_rows(world, LogEntry) if one.request_id == job.public_id]
    assert [one.action for one in steps].count("person.coach_assigned") == 4
    assert {one.actor_ref for one in steps if one.action == "person.coach_assigned"} == {world.user("lena").public_id}


def test_a_deputy_who_loses_a_visit_hears_it_too(world):
    fred, people = hire(world), make_people(world, 2)
    hire(world, "cem")
    visits = [visit(world, person, world.at + timedelta(days=2 + n)) for n, person in enumerate(people)]
    with world.database.transaction() as session:  # the deputy holds the second one
        session.execute(update(Booking).where(Booking.id == visits[1].id).values(coach_id=world.user("cem").id))
    before = len(all_rows(world, Notice))
    start_handover(world, people, fred)
    work(world)
    assert told(world, before) == [("cem", "staff_news"), ("clara", "staff_news"), ("fred", "staff_news")]


def test_whoever_got_another_coach_meanwhile_keeps_them_and_the_others_go_on(world):
    fred, people = hire(world), make_people(world, 3)
    hire(world, "cem")
    start_handover(world, people, fred)

    def other(session):
        person = session.get_one(Participant, people[1].id)
        assign_coach(session, actor=world.actor("lena"), participant=person, coach=world.user("cem"), at=world.at)

    world.database.run(other)
    work(world)
    assert outcome(world) == ["done", "changed", "done"]
    assert coach_of(world, people) == ["fred", "cem", "fred"]


def test_a_coach_who_left_meanwhile_gets_nobody(world):
    fred, people = hire(world), make_people(world, 2)
    start_handover(world, people, fred)
    with world.database.transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == fred.id).values(ended_at=world.at))
    before = len(all_rows(world, Notice))
    work(world)
    assert (outcome(world), coach_of(world, people)) == (["gone"] * 2, ["clara"] * 2)
    assert told(world, before) == []


def test_two_workers_hand_each_person_over_once(world):
    fred, people = hire(world), make_people(world, 8)
    start_handover(world, people, fred)
    rush([lambda: do_jobs(world.database, world.at)] * 3)
    assert outcome(world) == ["done"] * 8
    assert [one.action for one in all_rows(world, LogEntry)].count("person.coach_assigned") == 8


def test_only_the_lead_of_the_team_hands_over_sees_it_and_stops_it(world):
    fred, people = hire(world), make_people(world, 2)
    for who in ("clara", "cem", "frank", "sven", "nora", "anna", "otto", "fred"):
        with pytest.raises(NotAllowed):
            start_handover(world, people, fred, who=who)
    with pytest.raises(NotAllowed):
        start_handover(world, [world.cast.mandy], fred, from_key="cem")  # of another Jobcenter
    with pytest.raises(InvalidInput):
        start_handover(world, [], fred)
    job = start_handover(world, people, fred)
    for who in ("clara", "cem", "frank", "sven", "nora", "anna", "otto", "fred"):
        with world.database.reading() as session, pytest.raises(NotFound):
            queries.get_job(session, world.actor(who), job.public_id)
        with pytest.raises(NotAllowed):
            world.do(bulk_jobs.stop_job, actor=world.actor(who), job=job, at=world.at)
    world.do(bulk_jobs.stop_job, actor=world.actor("lena"), job=job, at=world.at)
    work(world)
    assert (outcome(world), coach_of(world, people)) == (["stopped"] * 2, ["clara"] * 2)


def test_a_proposal_fills_up_who_has_the_fewest(world):
    anna, bert, emil = (SimpleNamespace(id=key, name=name) for key, name in ((1, "Anna"), (2, "Bert"), (3, "Emil")))
    people = [
        Participant(id=key, jobcenter_id=7, participations=[running_from(world, world.cast.tarik)]) for key in range(4)
    ]
    people.append(Participant(id=9, jobcenter_id=8, participations=[]))
    takers = {7: [anna, bert, emil], 8: [emil]}

    def names(chosen, counts):
        found = handovers.propose(people, takers, chosen, counts, at=world.at)
        return {key: coach.name for key, coach in found.items()}

    assert names({1, 2}, {1: 3}) == {0: "Bert", 1: "Bert", 2: "Bert", 3: "Anna"}
    assert names({3}, {}) == {0: "Emil", 1: "Emil", 2: "Emil", 3: "Emil", 9: "Emil"}
    assert names(set(), {}) == {}
    to = handovers.propose(people, takers, {1, 2}, {1: 3}, at=world.at)
    assert handovers.loads_after(people, to, {1: 3}, at=world.at) == {1: 4, 2: 3}
