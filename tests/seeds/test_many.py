"""Very many invented dates: as many as asked for, marked as invented, sound, found by searches, never in production."""

from datetime import timedelta

from sqlalchemy import func, select

from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.slot import Pool, Slot
from hub.policy.actor import ANONYMOUS
from hub.queries.invariants import list_broken
from hub.queries.offer_filters import OfferFilter
from hub.queries.offers import search
from hub.seeds.many import DATES_OF_AN_OFFER, INVENTED, load_many

NOSSEN = (51.0575, 13.2972)


def count(session, table, *conditions):
    return session.scalar(select(func.count()).select_from(table).where(*conditions))


def test_so_many_dates_are_written_at_local_times_and_every_name_says_it_is_invented(world):
    seen = []
    sown = load_many(world.database, 5333, at=world.at, progress=seen.append)
    assert (sown.dates, sum(seen)) == (5333, 5333)
    with world.database.reading() as session:
        assert count(session, Slot) == count(session, Pool) == 5333
        offers = session.scalars(select(Offer)).all()
        assert len(offers) == 107 == -(-5333 // DATES_OF_AN_OFFER)
        assert all(one.title.endswith(INVENTED) and one.next_free_at for one in offers)
        assert count(session, Organisation, Organisation.name.endswith(INVENTED)) == 2
        assert list_broken(session, at=world.at) == []
        for slot in session.scalars(select(Slot)):
            assert slot.local_columns(slot.starts_at) == {
                "local_weekday": slot.local_weekday,
                "local_minute": slot.local_minute,
            }
            assert slot.starts_at > world.at
            assert slot.ends_at - slot.starts_at == timedelta(hours=1)
    assert sown.rows > 2 * 5333 + 107


def test_searches_find_them_and_more_can_be_added(world):
    load_many(world.database, 700, at=world.at)
    load_many(world.database, 30, at=world.at)
    with world.database.reading() as session:
        assert search(session, ANONYMOUS, OfferFilter(words="Spaziergang"), at=world.at).total >= 2
        page = search(session, ANONYMOUS, OfferFilter(near=NOSSEN, radius_km=30), at=world.at)
        assert page.total
        assert count(session, Offer) == 15
