"""Old rows go and young ones stay; no table is without a word about what becomes of its rows."""

from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import select

from hub import clock
from hub.models.barrier import Barrier
from hub.models.base import Base
from hub.models.demand import Demand, DemandRequest
from hub.models.login import Login
from hub.models.notice import Link
from hub.models.offer import Aim
from hub.queries.old_rows import OLD, delete_some_old
from hub.worker.keeping import CLEANED, STAYS, forget_old_rows
from hub.worker.loop import tasks
from tests.places import make_offer
from tests.post import mail_settings

DAY = timedelta(days=1)


def test_of_every_table_it_is_said_once_what_becomes_of_its_rows():
    said = [*CLEANED, *chain.from_iterable(STAYS.values())]
    assert sorted(said) == sorted(Base.metadata.tables)


def test_what_cleans_a_table_is_a_task_of_the_worker(world):
    assert set(CLEANED.values()) <= {task.name for task in tasks(world.database, mail_settings())}
    assert {table.__tablename__ for table in OLD} == {name for name, task in CLEANED.items() if task == "old rows"}


@pytest.fixture(name="rows")
def fixture_rows(world):
    """Give one old and one young row of each kind, by table."""
    at, offer = world.at, make_offer(world)
    about = {"offer_id": offer.id, "organisation_id": offer.organisation_id, "purpose": "keep_offer"}
    begun = {"user_id": world.user("clara").id}

    def login(age):
        return Login(token_digest=f"{age}", created_at=at - age, seen_at=at - age, **begun)

    def link(age):
        return Link(token_digest=f"{age}", created_at=at - 40 * DAY, expires_at=at - age, **about)

    def demand(age):
        return Demand(on=clock.local_date(at) - age, aim=Aim.MOVE, district="14627", times=1)

    def request(age):
        club = world.cast.club.id
        return DemandRequest(organisation_id=club, aim=Aim.MOVE, district="14627", asked_at=at - age)

    def barrier(age):
        return Barrier(words="Zu klein", answer_to="", told_at=at - age)

    aged = ((login, DAY), (link, 30 * DAY), (demand, 89 * DAY), (request, 89 * DAY), (barrier, 364 * DAY))
    rows = [(make(age + DAY * 2), make(age)) for make, age in aged]
    with world.database.transaction() as session:
        session.add_all(chain.from_iterable(rows))
    return {type(old): (old.id, young.id) for old, young in rows}


def test_old_rows_go_and_young_ones_stay(world, rows):
    assert set(rows) == set(OLD)
    forget_old_rows(world.database, world.at)
    with world.database.reading() as session:
        for table, (_, young) in rows.items():
            assert session.scalars(select(table.id)).all() == [young], table


def test_many_old_rows_go_in_portions(world):
    asked = {"organisation_id": world.cast.club.id, "aim": Aim.MOVE, "district": "14627"}
    with world.database.transaction() as session:
        session.add_all(DemandRequest(**asked, asked_at=world.at - 100 * DAY) for _ in range(5))
    gone = [world.do(delete_some_old, table=DemandRequest, at=world.at, limit=2) for _ in range(4)]
    assert gone == [2, 2, 1, 0]
