"""What searches make of the stored next free date: only what has a place, in its order; and how it is checked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from hub.models.offer import Access, Offer
from hub.models.slot import Pool
from hub.policy.actor import ANONYMOUS
from hub.queries import next_free, offers
from hub.queries.invariants import list_broken
from hub.queries.next_free import keep_next_free, list_due
from hub.queries.offer_filters import OfferFilter
from tests.catalogue import make_many_slots, make_offer, make_slot, statements
from tests.plans import explain

DAY = timedelta(days=1)
FREE = OfferFilter(free=True)


def with_dates(session, world, title, *days, taken=0, **more):
    """Add an offer with a date of one place on each of these days from now, and its next free date."""
    offer = make_offer(session, world, title, **more)
    for number in days:
        make_slot(session, offer, world.at + number * DAY, places=1, taken=taken)
    keep_next_free(session, offer_ids=[offer.id], at=world.at)
    return offer


def stored(session, offer):
    session.expire(offer, ["next_free_at"])
    return offer.next_free_at


def titles(session, world, filters=FREE, **more):
    return [hit.offer.title for hit in offers.search(session, ANONYMOUS, filters, at=world.at, **more).hits]


def test_it_is_the_first_date_that_anybody_could_book(session, world):
    offer = with_dates(session, world, "Runde", 1, taken=1)
    assert stored(session, offer) is None
    slot = make_slot(session, offer, world.at + 2 * DAY, places=1, taken=1, kept=[Pool(kept=True, places=3)])
    keep_next_free(session, slot_ids=[slot.id, None], at=world.at)
    assert stored(session, offer) is None, "places kept for somebody are not anybody's"
    make_slot(session, offer, world.at + 100 * DAY)
    keep_next_free(session, offer_ids=[offer.id, None], at=world.at)
    assert stored(session, offer) is None, "beyond the booking window"
    keep_next_free(session, offer_ids=[offer.id], at=world.at + 11 * DAY)
    assert stored(session, offer) == world.at + 100 * DAY


def test_an_open_offer_has_its_next_date_and_one_with_notice_the_one_after(session, world):
    assert stored(session, with_dates(session, world, "Café", 1, taken=1, access=Access.OPEN)) == world.at + DAY
    assert stored(session, with_dates(session, world, "Kurs", 1, 3, notice_minutes=2000)) == world.at + 3 * DAY


def test_only_what_has_a_place_is_found_with_its_free_dates(session, world):
    with_dates(session, world, "Voll", 1, taken=1)
    with_dates(session, world, "Später", 3)
    half = with_dates(session, world, "Halb", 1, taken=1)
    make_slot(session, half, world.at + 2 * DAY)
    make_offer(session, world, "Auf Anfrage", access=Access.REQUEST)
    keep_next_free(session, offer_ids=[half.id], at=world.at)
    assert titles(session, world) == ["Halb", "Später"]
    assert titles(session, world, replace(FREE, until=world.at + 2.5 * DAY)) == ["Halb"]
    (hit,) = offers.search(session, ANONYMOUS, replace(FREE, words="Halb"), at=world.at).hits
    assert [slot.starts_at for slot in hit.slots] == [world.at + 2 * DAY]
    assert titles(session, world, replace(FREE, weekdays=frozenset({1}))) == []


def test_very_many_are_in_the_order_of_the_stored_date_and_all_are_counted(session, world, monkeypatch):
    monkeypatch.setattr(offers, "FEW", 2)
    for number in (4, 2, 3, 1):
        with_dates(session, world, f"Tag {number}", number)
    page = offers.search(session, ANONYMOUS, FREE, at=world.at, limit=3, count_aims=True)
    assert ([hit.offer.title for hit in page.hits], page.total, page.more) == (["Tag 1", "Tag 2", "Tag 3"], 4, False)
    assert titles(session, world, limit=3, offset=3) == ["Tag 4"]
    monkeypatch.setattr(offers, "ENOUGH", 3)
    assert offers.search(session, ANONYMOUS, FREE, at=world.at).more


def test_nothing_is_written_where_nothing_changed(world):
    with world.database.transaction() as session:
        offer = with_dates(session, world, "Runde", 1, 2)
        slot = make_slot(session, offer, world.at + 3 * DAY)
    with world.database.transaction() as session, statements(world.database) as asked:
        keep_next_free(session, slot_ids=[slot.id], at=world.at)
        keep_next_free(session, at=world.at)
    assert len(asked) == 3
    with world.database.reading() as session:
        assert list_due(session, at=world.at) == []
        assert list(list_due(session, at=world.at + 1.5 * DAY)) == [offer.id]


@pytest.mark.parametrize("wrong", [None, -1, 2])
def test_the_check_finds_a_wrong_date_and_lets_the_clock_be_a_little_ahead(world, wrong):
    with world.database.transaction() as session:
        offer = with_dates(session, world, "Runde", 1, 3)
    with world.database.transaction() as session:
        assert list_broken(session, at=world.at) == []
        assert list_broken(session, at=world.at + DAY) == [], "the worker has its minute"
        assert len(list_broken(session, at=world.at + DAY + timedelta(minutes=11))) == 1
        at = None if wrong is None else world.at + wrong * DAY
        session.execute(update(Offer).where(Offer.id == offer.id).values(next_free_at=at))
        assert list_broken(session, at=world.at) == ["every offer knows its next free date: broken by 1"]
        keep_next_free(session, offer_ids=[offer.id], at=world.at)
        assert list_broken(session, at=world.at) == []


def test_the_list_by_next_free_date_stays_on_its_index_and_looks_at_no_other_date(world, monkeypatch):
    monkeypatch.setattr(offers, "ENOUGH", 40)
    with world.database.transaction() as session:
        made = [make_offer(session, world, f"Offer {number:04}") for number in range(1500)]
        make_many_slots(session, made, world.at + DAY, 3000, every=timedelta(minutes=20))
        for start in range(0, len(made), 500):
            keep_next_free(session, offer_ids=[one.id for one in made[start : start + 500]], at=world.at)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
    with world.database.reading() as session, statements(world.database) as asked:
        page = offers.search(session, ANONYMOUS, FREE, at=world.at, limit=10)
    assert [hit.offer.title for hit in page.hits] == [f"Offer {number:04}" for number in range(10)]
    assert len(asked) == 3
    (by_date,) = [one for one in asked if "slots" not in one[0]]
    plan = explain(world.database, *by_date)
    assert "ix_offers_state_next_free_at" in plan, plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    assert "Seq Scan on offers" not in plan, plan


def test_writing_and_checking_look_along_the_index_of_an_offers_dates(world):
    with world.database.transaction() as session:
        made = [make_offer(session, world, f"Offer {number}") for number in range(20)]
        make_many_slots(session, made, world.at, 4000, every=timedelta(minutes=20))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
    with world.database.transaction() as session, statements(world.database) as asked:
        keep_next_free(session, offer_ids=[one.id for one in made], at=world.at)
        list_due(session, at=world.at)
        session.execute(next_free.wrong_next_free(world.at, timedelta(minutes=10)))
    for statement, parameters in asked[1:]:
        plan = explain(world.database, statement, parameters)
        assert "ix_slots_of_offer" in plan, plan
        assert "SCAN slots\n" not in plan, plan
        assert "Seq Scan on slots" not in plan, plan
