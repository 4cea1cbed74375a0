"""What nobody found: counted without anybody's trace, shown where it is enough to be told, and asked for politely."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions.demands import ask_partners, note_demand
from hub.errors import NotAllowed, NotFound, RuleBroken, TooManyAttempts
from hub.models.demand import Demand, DemandRequest
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Aim
from hub.models.organisation import Organisation, OrganisationKind
from hub.queries.demands import list_gaps, list_requests
from tests.crowd import rush

DISTRICT = "14627"
TODAY = timedelta(0)


def note(world, *aims, district=DISTRICT, times=1, ago=TODAY):
    with world.database.transaction() as session:
        for _ in range(times):
            note_demand(session, aims=frozenset(aims), district=district, at=world.at - ago)


def ask(world, who="nora", aim=Aim.MOVE, district=DISTRICT, later=TODAY):
    with world.database.transaction() as session:
        return ask_partners(session, actor=world.actor(who), aim=aim, district=district, at=world.at + later)


def gaps(world, who="nora"):
    with world.database.reading() as session:
        return [(one.aim, one.district, one.times) for one in list_gaps(session, world.actor(who), on=world.at.date())]


def partners_there(world):
    with world.database.reading() as session:
        query = select(Organisation.id).where(
            Organisation.municipality_code.startswith(DISTRICT), Organisation.kind != OrganisationKind.JOBCENTER
        )
        return set(session.scalars(query))


def test_a_search_is_counted_by_need_district_and_day_and_nothing_else(world):
    note(world, Aim.MOVE, Aim.MIND, times=2)
    note(world)
    with world.database.reading() as session:
        rows = {(one.aim, one.district, one.on, one.times) for one in session.scalars(select(Demand))}
    on = world.at.date()
    assert rows == {("move", DISTRICT, on, 2), ("mind", DISTRICT, on, 2), ("", DISTRICT, on, 1)}
    assert set(Demand.__table__.columns.keys()) == {"id", "on", "aim", "district", "times"}


def test_searches_at_the_same_moment_are_all_counted(world):
    rush([lambda: note(world, Aim.WORK)] * 8)
    with world.database.reading() as session:
        assert session.scalars(select(Demand.times)).all() == [8]


def test_visitors_are_counted_up_to_a_limit_for_each_address(world):
    for _ in range(20):
        with world.database.transaction() as session:
            note_demand(session, aims=frozenset(), district="", at=world.at, client="203.0.113.9")
    with world.database.transaction() as session, pytest.raises(TooManyAttempts):
        note_demand(session, aims=frozenset(), district="", at=world.at, client="203.0.113.9")


def test_a_coordinator_sees_sums_and_small_ones_without_their_number(world):
    note(world, Aim.MOVE, times=2)
    note(world, Aim.MOVE, ago=timedelta(days=20))
    note(world, Aim.MIND, times=2)
    note(world, Aim.WORK, district="", times=4)
    note(world, Aim.WORK, district="09162", times=9)
    note(world, Aim.BODY, times=9, ago=timedelta(days=91))
    assert gaps(world) == [(Aim.WORK, "", 4), (Aim.MOVE, DISTRICT, 3), (Aim.MIND, DISTRICT, None)]
    assert gaps(world, "petra") == gaps(world, "fred") == []


def test_partners_of_the_district_are_asked_once_in_thirty_days(world):
    note(world, Aim.MOVE, times=3)
    expected = partners_there(world)
    assert ask(world) == len(expected) > 0
    with world.database.reading() as session:
        told = session.execute(select(Notice.template, Notice.organisation_id)).all()
        assert {tuple(one) for one in told} == {("partner_wanted", key) for key in expected}
        logged = session.scalars(select(LogEntry).where(LogEntry.action == "demand.asked")).all()
        assert len(logged) == len(expected)
        assert list_requests(session, world.actor("sven"), at=world.at) == [(Aim.MOVE, DISTRICT)]
    with pytest.raises(RuleBroken):
        ask(world, later=timedelta(days=29))
    note(world, Aim.MIND)
    assert ask(world, aim=Aim.MIND) == len(expected)
    assert ask(world, later=timedelta(days=31)) == len(expected)


def test_two_coordinators_at_once_ask_each_partner_once(world):
    note(world, Aim.MOVE)
    results = rush([lambda: ask(world)] * 4)
    assert sorted(str(one) for one in results if one is not RuleBroken) == [str(len(partners_there(world)))]
    with world.database.reading() as session:
        asked = session.scalars(select(DemandRequest.organisation_id)).all()
    assert sorted(asked) == sorted(partners_there(world))


def test_only_a_coordinator_asks_and_only_for_what_was_missing(world):
    note(world, Aim.MOVE)
    note(world, Aim.MOVE, district="09162")
    for who in ("petra", "clara", "fred", "otto"):
        with pytest.raises(NotAllowed):
            ask(world, who)
    for wrong in ({"aim": Aim.WORK}, {"district": "09162"}, {"district": "14625"}):
        with pytest.raises(NotFound):
            ask(world, **wrong)
