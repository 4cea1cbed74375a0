"""Places kept for somebody: who may take them, when they go back to everybody, and who is asked first then."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import update

from calendars.rule import Frequency, Rule, WeekdayTime
from hub.actions.pools import release_pool
from hub.actions.series import publish_series
from hub.actions.slots import move_slot
from hub.errors import InvalidInput, NotAllowed, SlotFull
from hub.models.booking import Booking, Waiting
from hub.models.contingent import Contingent
from hub.models.log import LogEntry
from hub.models.participant import Participation
from hub.models.slot import Pool, Slot, SlotState
from hub.models.user import Membership, Role
from hub.queries import places
from hub.queries.offer_filters import OfferFilter, free_places
from hub.queries.offers import search
from hub.queries.own_offers import get_own_offer
from hub.queries.pools import list_keepers, pools_of
from hub.queries.series import Plan
from hub.queries.slots import get_own_slot, get_slot
from hub.worker.deadlines import POOLS
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.queues import broken, cancel, keep, pools, release, states, wait_for

DAY = timedelta(days=1)


@pytest.fixture
def slot(world):
    """Give a date in three days with one place for everybody."""
    return make_slot(world, make_offer(world), places=1)


def plan(*contingents, places=6, weekdays=(2,)):
    times = tuple(WeekdayTime(day, time(10), time(11)) for day in weekdays)
    rule = Rule(frequency=Frequency.WEEKLY, interval=1, weekdays=times, starts_on=date(2026, 9, 14), until_on=None)
    return Plan(rule=rule, places=places, contingents=contingents)


def publish(world, chosen):
    sven, offer = world.actor("sven"), make_offer(world)

    def unit(session):
        own = get_own_offer(session, sven, offer.public_id)
        return publish_series(session, actor=sven, offer=own, plan=chosen, at=world.at)

    return world.database.run(unit)


def test_every_date_of_a_series_keeps_its_places_until_its_own_hour(world):
    meissen, network = world.cast.jc_meissen.id, world.cast.resilience.id
    two = (
        Contingent(places=2, organisation_id=meissen, working_days=2),
        Contingent(places=1, programme_id=network, hours=24),
    )
    publish(world, plan(*two))
    first, later = all_rows(world, Slot)[0], all_rows(world, Slot)[1]
    made = [pool for pool in all_rows(world, Pool) if pool.slot_id == first.id]
    # The first date is on Wednesday at 10: two working days before is Monday at 10, which is still to come.
    assert [(one.kept, one.places, one.organisation_id, one.programme_id) for one in made] == [
        (False, 3, None, None),
        (True, 2, meissen, None),
        (True, 1, None, network),
    ]
    assert [one.release_at for one in made[1:]] == [first.starts_at - 2 * DAY, first.starts_at - DAY]
    of_later = [pool.release_at for pool in all_rows(world, Pool) if pool.slot_id == later.id and pool.kept]
    assert of_later == [later.starts_at - 2 * DAY, later.starts_at - DAY]
    assert broken(world) == []


def test_saxon_holidays_and_weekends_are_no_working_days():
    repentance = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)  # the day after Buß- und Bettag, at 10
    assert Contingent(places=1, working_days=2).release_at(repentance) == datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    monday = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)  # the clock goes back in the night before
    assert Contingent(places=1, working_days=1, hours=2).release_at(monday) == datetime(2026, 10, 23, 6, tzinfo=UTC)
    assert Contingent(places=1, hours=1).release_at(monday) == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)


def test_what_would_be_released_by_now_is_open_from_the_beginning(world):
    chosen = plan(Contingent(places=2, programme_id=world.cast.resilience.id, working_days=3))
    made = pools_of(chosen, 6, world.at + 2 * DAY, at=world.at)
    assert [(one.kept, one.places) for one in made] == [(False, 6)]


def test_fewer_places_by_an_exception_are_missing_from_the_open_pool_first(world):
    chosen = plan(Contingent(places=2, hours=1), Contingent(places=2, hours=2))
    made = pools_of(chosen, 3, world.at + DAY, at=world.at)
    assert [(bool(one.kept), one.places) for one in made] == [(False, 0), (True, 2), (True, 1)]


def test_places_may_be_kept_for_the_networks_of_an_offer_and_whoever_has_coaches_there(world):
    with world.database.reading() as session:
        found = [one.name for one in list_keepers(session, get_own_offer_of(session, world))]
    assert found == [
        "Resilienz-Netzwerk",
        "Amt für Eingliederung Leipzig-Land (Demo)",
        "Amt für Eingliederung Meißen (Demo)",
    ]


def get_own_offer_of(session, world):
    return get_own_offer(session, world.actor("sven"), make_offer(world).public_id)


@pytest.mark.parametrize(
    ("values", "whom"),
    [
        ({"places": 7, "hours": 1}, "resilience"),
        ({"places": 0, "hours": 1}, "resilience"),
        ({"places": 2}, "resilience"),
        ({"places": 2, "hours": -1, "working_days": 2}, "resilience"),
        ({"places": 1, "hours": 1}, "house"),
        ({"places": 1, "hours": 1}, "jc_bautzen"),
        ({"places": 1, "hours": 1}, "clinic"),  # nobody there takes places
        ({"places": 1, "hours": 1}, None),
    ],
)
def test_nonsense_is_refused_beside_the_field(world, values, whom):
    network, house = world.cast.programmes.get(whom), world.cast.organisations.get(whom)
    keepers = {"programme_id": network and network.id, "organisation_id": house and house.id}
    with pytest.raises(InvalidInput) as refused:
        publish(world, plan(Contingent(**keepers, **values)))
    assert set(refused.value.fields) == {"contingents"}
    assert all_rows(world, Slot) == []


def test_a_place_kept_for_one_house_is_taken_by_its_people_only(world):
    slot = make_slot(world, make_offer(world), places=0)
    keep(world, slot, 1, organisation_id=world.cast.jc_meissen.id)
    with pytest.raises(SlotFull):
        book(world, slot, world.cast.mandy, by="cem")
    assert book(world, slot, world.cast.tarik).pool_id == all_rows(world, Pool)[1].id
    assert broken(world) == []


def test_kept_places_are_taken_before_open_ones(world, slot):
    keep(world, slot, 1, programme_id=world.cast.resilience.id)
    book(world, slot, world.cast.tarik)
    assert [taken for taken, *_ in pools(world)] == [0, 1]


def test_people_of_another_network_do_not_take_what_is_kept(world, slot):
    keep(world, slot, 1, programme_id=world.cast.resilience.id)
    one, other = make_people(world, 2)
    with world.database.transaction() as session:
        theirs = update(Participation).where(Participation.participant_id.in_([one.id, other.id]))
        session.execute(theirs.values(programme_id=world.cast.house.id))
    assert book(world, slot, one).pool_id == all_rows(world, Pool)[0].id
    with pytest.raises(SlotFull):
        book(world, slot, other)
    assert book(world, slot, world.cast.tarik).pool_id == all_rows(world, Pool)[1].id


def test_a_place_kept_for_the_house_a_coach_works_in_besides_is_for_the_coachs_people(world, slot):
    with world.database.transaction() as session:
        seat = {"user_id": world.cast.clara.id, "organisation_id": world.cast.town.id}
        session.add(Membership(role=Role.COACH, created_at=world.at, **seat))
    keep(world, slot, 1, organisation_id=world.cast.town.id)
    assert book(world, slot, world.cast.tarik).pool_id == all_rows(world, Pool)[1].id


def test_search_pages_and_the_taking_itself_agree(world):
    slot = make_slot(world, make_offer(world), places=0)
    keep(world, slot, 2, organisation_id=world.cast.jc_meissen.id)
    asked = OfferFilter(min_free=1, bookable=True)
    for key, free in (("clara", 2), ("cem", 0), ("fred", 0)):
        actor = world.actor(key)
        with world.database.reading() as session:
            found = get_slot(session, actor, slot.public_id)
            assert free_places(found, actor) == free
            assert search(session, actor, asked, at=world.at).total == (1 if free else 0)
            assert places.fits(found, places.taker_of(actor), 2) is (free == 2)
            assert places.has_places(session, slot_id=slot.id, n=2, taker=places.taker_of(actor)) is (free == 2)
    book(world, slot, world.cast.tarik, party=2)
    with pytest.raises(SlotFull):
        book(world, slot, world.cast.mandy, by="cem")


def test_released_places_are_open_to_everybody_and_taken_ones_stay(world, slot):
    pool = keep(world, slot, 3, organisation_id=world.cast.jc_meissen.id)
    book(world, slot, world.cast.tarik)
    assert release(world, pool)
    assert pools(world) == [(0, 3, "open"), (1, 1, "released")]
    assert broken(world) == []
    book(world, slot, world.cast.mandy, by="cem")
    assert pools(world) == [(1, 3, "open"), (1, 1, "released")]


def test_what_comes_back_to_a_released_pool_is_open(world, slot):
    pool = keep(world, slot, 2, organisation_id=world.cast.jc_meissen.id)
    booking = book(world, slot, world.cast.tarik)
    release(world, pool)
    cancel(world, booking)
    assert pools(world) == [(0, 3, "open"), (0, 0, "released")]
    assert broken(world) == []


def test_a_pool_is_released_once_and_not_before_its_time(world, slot):
    pool = keep(world, slot, 2)
    early = pool.release_at - timedelta(seconds=1)
    assert [release(world, pool, at) for at in (early, pool.release_at, pool.release_at)] == [False, True, False]
    assert [entry.action for entry in all_rows(world, LogEntry)] == ["pool.released"]


def test_the_clock_releases_what_is_due_on_dates_that_take_place(world, slot):
    due = keep(world, slot, 1)
    off = keep(world, make_slot(world, make_offer(world), state=SlotState.CALLED_OFF), 1)
    later = keep(world, make_slot(world, make_offer(world), starts_at=world.at + 9 * DAY), 1)
    POOLS.meet(world.database, due.release_at)
    found = {pool.id: pool.state.value for pool in all_rows(world, Pool)}
    assert [found[one.id] for one in (due, off, later)] == ["released", "open", "open"]


def test_who_waits_is_asked_before_released_places_are_open(world):
    slot = make_slot(world, make_offer(world), places=0)
    pool = keep(world, slot, 2, organisation_id=world.cast.jc_leipzig.id)
    wait_for(world, slot, world.cast.tarik)
    release(world, pool)
    assert (pools(world), states(world, Waiting)) == ([(1, 2, "open"), (0, 0, "released")], ["offered"])
    offer = all_rows(world, Booking)[0]
    assert (offer.participant_id, offer.pool_id) == (world.cast.tarik.id, all_rows(world, Pool)[0].id)
    assert broken(world, pool.release_at) == []


def test_more_waiting_than_released_leaves_nothing_open(world):
    slot = make_slot(world, make_offer(world), places=0)
    pool = keep(world, slot, 2, organisation_id=world.cast.jc_leipzig.id)
    for person in make_people(world, 3):
        wait_for(world, slot, person)
    release(world, pool)
    assert (pools(world)[0], states(world, Waiting)) == ((2, 2, "open"), ["offered", "offered", "waiting"])


def test_the_partner_releases_early_and_nobody_else_does(world, slot):
    pool = keep(world, slot, 2)
    for key in ("petra", "clara", "nora", "fred", "otto"):
        with pytest.raises(NotAllowed):
            world.do(release_pool, actor=world.actor(key), pool_id=pool.id, at=world.at)
    assert world.do(release_pool, actor=world.actor("kerstin"), pool_id=pool.id, at=world.at)
    entry = all_rows(world, LogEntry)[-1]
    assert (entry.action, entry.purpose) == ("pool.released", "on_behalf")


def test_a_moved_date_keeps_its_places_as_long_before_its_new_start(world, slot):
    pool, sven = keep(world, slot, 1), world.actor("sven")
    with world.database.transaction() as session:
        own = get_own_slot(session, sven, slot.public_id)
        times = {"starts_at": own.starts_at - DAY, "ends_at": own.ends_at - DAY}
        move_slot(session, actor=sven, slot=own, at=world.at, **times)
    assert all_rows(world, Pool)[1].release_at == pool.release_at - DAY
