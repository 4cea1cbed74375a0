"""Which feeds a change raises, and that the number of questions for a rendering does not grow with the dates."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import inspect

from hub.models.participant import Cover
from hub.models.subscription import FeedKind, Subscription
from hub.models.user import Membership, Role
from hub.queries import subscriptions
from hub.queries.feeds import raise_revisions
from tests.feeds import events, fetch, person, row_of, statements, subscribe, touch
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import AT


@pytest.fixture
def feeds(world):
    """One feed of each of the cast who might see Tarik."""
    club, clinic = (world.cast.organisations[key].id for key in ("club", "clinic"))
    owners = {
        "tarik": (person(world, "tarik"), FeedKind.PARTICIPANT, None),
        "jolanta": (person(world, "jolanta"), FeedKind.PARTICIPANT, None),
        "clara": (world.actor("clara"), FeedKind.COACH, None),
        "cem": (world.actor("cem"), FeedKind.COACH, None),
        "sven": (world.actor("sven"), FeedKind.ORGANISATION, club),
        "petra": (world.actor("petra"), FeedKind.ORGANISATION, clinic),
    }
    return {
        key: subscribe(world, actor, kind, organisation_id=organisation)[0]
        for key, (actor, kind, organisation) in owners.items()
    }


def raised(world, feeds):
    return {key for key, row in feeds.items() if row_of(world, row).revision > 1}


def deputise(world, **times):
    """Let Frank, a second coach in Clara's house, stand in for her."""
    with world.database.transaction() as session:
        frank = world.user("frank").id
        house = world.cast.organisations["jc_meissen"].id
        session.add(Membership(user_id=frank, organisation_id=house, role=Role.COACH, created_at=AT))
        cover = {"starts_at": AT, "ends_at": AT + timedelta(days=7)} | times
        lena = world.user("lena").id
        session.add(Cover(coach_id=world.user("clara").id, deputy_id=frank, ordered_by_id=lena, **cover))


def test_a_person_raises_their_own_feeds_and_their_coachs(world, feeds):
    world.do(raise_revisions, participants=[world.cast.tarik.id, None])
    assert raised(world, feeds) == {"tarik", "clara"}


def test_a_person_raises_the_deputys_too(world, feeds):
    deputise(world)
    feeds["frank"] = subscribe(world, world.actor("frank"), FeedKind.COACH)[0]
    world.do(raise_revisions, participants=[world.cast.tarik.id])
    assert raised(world, feeds) == {"tarik", "clara", "frank"}


def test_coaches_and_organisations_raise_theirs(world, feeds):
    world.do(raise_revisions, users=[world.user("cem").id], organisations=[world.cast.organisations["club"].id])
    assert raised(world, feeds) == {"cem", "sven"}


def test_nothing_named_raises_nothing(world, feeds):
    world.do(raise_revisions, participants=[None])
    assert raised(world, feeds) == set()


def test_each_raises_by_one_even_if_named_twice(world, feeds):
    tarik, clara = world.cast.tarik.id, world.user("clara").id
    world.do(raise_revisions, participants=[tarik, tarik], users=[clara])
    assert {row.revision for row in all_rows(world, Subscription)} == {1, 2}


def test_booking_raises_all_feeds_that_show_it(world, feeds):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    assert raised(world, feeds) == {"tarik", "clara", "sven"}


def test_what_each_request_reads_stands_before_the_stored_bytes(world):
    order = [column["name"] for column in inspect(world.database.engine).get_columns("subscriptions")]
    last = max(order.index(column.name) for column in subscriptions.HEAD)
    assert last < min(order.index(name) for name in ("body", "parts", "packed"))


@pytest.mark.parametrize("key", ["tarik", "clara", "sven"])
def test_a_rendering_asks_the_same_however_many_dates(app, world, key):
    actor = person(world, key) if key == "tarik" else world.actor(key)
    kinds = {"tarik": FeedKind.PARTICIPANT, "clara": FeedKind.COACH, "sven": FeedKind.ORGANISATION}
    club = world.cast.organisations["club"].id if key == "sven" else None
    _, token = subscribe(world, actor, kinds[key], organisation_id=club)
    offer = make_offer(world, window_days=400)
    counts = []
    for first, last in ((1, 2), (2, 22)):
        for day in range(first, last):
            book(world, make_slot(world, offer, starts_at=AT + timedelta(days=day)), world.cast.tarik)
        touch(world)
        with statements(world) as sent:
            assert len(events(fetch(app, token))) == last - 1
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert max(counts) <= 10


def test_a_cover_shows_its_people_while_it_lasts_by_the_clock_alone(app, world):
    begins, ends = AT + timedelta(hours=3), AT + timedelta(hours=9)
    deputise(world, starts_at=begins, ends_at=ends)
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    _, token = subscribe(world, world.actor("frank"), FeedKind.COACH)
    assert events(fetch(app, token)) == []
    for instant, dates in ((begins, 1), (ends - timedelta(seconds=1), 1), (ends, 0)):
        with time_machine.travel(instant, tick=False):
            assert len(events(fetch(app, token))) == dates
