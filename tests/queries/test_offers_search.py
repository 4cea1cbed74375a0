"""The search for offers: what it finds, in which order, and that it stays on its indexes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.errors import NotFound
from hub.models.location import Location, Room
from hub.models.offer import Access, Aim, Form, Freshness, OfferProgramme, OfferState
from hub.models.slot import Pool, SlotState
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.offer_filters import DayPart, OfferFilter, free_places
from tests.catalogue import make_many_slots, make_offer, make_slot, statements
from tests.plans import explain

COSWIG = (51.1320, 13.5800)
DAY = timedelta(days=1)


def found(session, world, *, actor=ANONYMOUS, **filters):
    """Return the titles of the hits in order."""
    page = offers.search(session, actor, OfferFilter(**filters), at=world.at)
    assert page.total == len(page.hits)
    return [hit.offer.title for hit in page.hits]


def offer_with_slot(session, world, title, after=DAY, **more):
    slot_facts = {key: more.pop(key) for key in ("places", "taken", "kept") if key in more}
    offer = make_offer(session, world, title, **more)
    return offer, make_slot(session, offer, world.at + after, **slot_facts)


def test_the_next_date_comes_first_then_what_is_nearer(session, world):
    offer_with_slot(session, world, "Later", 2 * DAY)
    offer_with_slot(session, world, "Far", location_id=world.cast.clinic_house.id)
    offer_with_slot(session, world, "Near")
    assert found(session, world, near=COSWIG, radius_km=30) == ["Near", "Far", "Later"]


def test_what_nobody_confirms_comes_last_and_what_is_hidden_not_at_all(session, world):
    offer_with_slot(session, world, "Fading", freshness=Freshness.FADING)
    offer_with_slot(session, world, "Hidden", freshness=Freshness.HIDDEN)
    offer_with_slot(session, world, "Asked", 2 * DAY, freshness=Freshness.ASKED)
    make_offer(session, world, "By enquiry", access=Access.REQUEST)
    assert found(session, world) == ["Asked", "By enquiry", "Fading"]
    assert found(session, world, words="hidden") == []


def test_what_nobody_confirms_comes_last_among_very_many_too(session, world, monkeypatch):
    monkeypatch.setattr(offers, "FEW", 1)
    offer_with_slot(session, world, "Fading", freshness=Freshness.FADING)
    offer_with_slot(session, world, "Hidden", freshness=Freshness.HIDDEN)
    offer_with_slot(session, world, "Fresh", 2 * DAY)
    page = offers.search(session, ANONYMOUS, OfferFilter(), at=world.at)
    assert ([hit.offer.title for hit in page.hits], page.more) == (["Fresh", "Fading"], True)


def test_a_hit_has_its_next_three_dates_and_its_distance(session, world):
    offer = make_offer(session, world, "Walk")
    for days in (4, 1, 3, 2, -1):
        make_slot(session, offer, world.at + days * DAY)
    make_slot(session, offer, world.at + timedelta(hours=2), state=SlotState.CALLED_OFF)
    (hit,) = offers.search(session, ANONYMOUS, OfferFilter(near=COSWIG), at=world.at).hits
    assert [(slot.starts_at - world.at) // DAY for slot in hit.slots] == [1, 2, 3]
    assert hit.distance_km == pytest.approx(0.38, abs=0.05)
    assert hit.slots[0].offer is hit.offer


def test_every_filter_leaves_out_what_does_not_fit(session, world):
    offer_with_slot(session, world, "Rückenschule", summary="Für Frühaufsteher", languages=["de", "tr"])
    offer_with_slot(session, world, "Chor", aim=Aim.PEOPLE, form=Form.OPEN_HOUR, access=Access.OPEN)
    assert found(session, world, words="RUECKEN frueh") == ["Rückenschule"]
    assert found(session, world, words="Elbaue chor") == ["Chor"]
    assert found(session, world, words="50%") == []
    assert found(session, world, language="tr") == ["Rückenschule"]
    assert found(session, world, aims=frozenset({Aim.PEOPLE})) == ["Chor"]
    assert found(session, world, forms=frozenset({Form.GROUP})) == ["Rückenschule"]
    assert found(session, world, accesses=frozenset({Access.OPEN, Access.NAMED})) == ["Chor"]


def test_the_circle_is_round_and_follows_the_place_of_the_date(session, world):
    club = world.cast.club.id
    corner = Location(
        organisation_id=club, name="Corner", municipality_code="x", latitude=51.132 + 0.085, longitude=13.58 + 0.135
    )
    session.add(corner)
    session.flush()
    offer_with_slot(session, world, "In the corner of the box", location_id=corner.id)
    assert found(session, world, near=COSWIG, radius_km=10) == []
    assert found(session, world, near=COSWIG, radius_km=20) == ["In the corner of the box"]
    moved, _ = offer_with_slot(session, world, "Elsewhere today")
    make_slot(session, moved, world.at + timedelta(hours=3), location_id=world.cast.town_hall.id)
    (hit,) = offers.search(session, ANONYMOUS, OfferFilter(near=COSWIG, radius_km=5), at=world.at).hits
    assert [slot.location_id for slot in hit.slots] == [None]


def test_however_many_places_are_near_the_statements_and_their_values_are_as_many(world):
    with world.database.transaction() as session:
        offer_with_slot(session, world, "Offer")
    asked = []
    for more in (1, 400):
        with world.database.transaction() as session:
            club, (north, east) = world.cast.club.id, COSWIG
            for number in range(more):
                place = Location(organisation_id=club, name=f"{more}-{number}", municipality_code="x")
                place.latitude, place.longitude = north + number / 10_000, east
                session.add(place)
        with world.database.reading() as session, statements(world.database) as sent:
            assert len(offers.search(session, ANONYMOUS, FIVE, at=world.at, count_aims=True).hits) == 1
        asked.append([(statement, len(parameters)) for statement, parameters in sent])
    assert asked[0] == asked[1]


def test_an_online_offer_is_near_everybody(session, world):
    offer_with_slot(session, world, "Online", form=Form.ONLINE, location_id=None)
    (hit,) = offers.search(session, ANONYMOUS, OfferFilter(near=COSWIG, step_free=True), at=world.at).hits
    assert hit.distance_km is None


def test_step_free_means_place_and_room(session, world):
    upstairs = Room(location_id=world.cast.gym.id, name="Upstairs", step_free=False)
    session.add(upstairs)
    session.flush()
    offer_with_slot(session, world, "Hall")
    offer_with_slot(session, world, "Stairs inside", room_id=upstairs.id)
    offer_with_slot(session, world, "Stairs outside", location_id=world.cast.town_hall.id)
    assert found(session, world, step_free=True) == ["Hall"]


def test_days_and_times_are_those_of_the_clock_on_the_wall(session, world):
    summer, winter = datetime(2026, 10, 22, 15, 30, tzinfo=UTC), datetime(2026, 10, 29, 15, 30, tzinfo=UTC)
    before, after = (make_offer(session, world, name) for name in ("17:30 in summer", "16:30 in winter"))
    make_slot(session, before, summer)
    make_slot(session, after, winter)
    evening, afternoon = frozenset({DayPart.EVENING}), frozenset({DayPart.AFTERNOON})
    assert found(session, world, parts=evening) == ["17:30 in summer"]
    assert found(session, world, parts=afternoon) == ["16:30 in winter"]
    assert found(session, world, weekdays=frozenset({3}), parts=afternoon | evening) == [
        "17:30 in summer",
        "16:30 in winter",
    ]
    after_midnight = make_offer(session, world, "Tuesday here, Monday in London")
    make_slot(session, after_midnight, datetime(2026, 9, 21, 22, 30, tzinfo=UTC))
    assert found(session, world, weekdays=frozenset({1})) == ["Tuesday here, Monday in London"]
    assert found(session, world, weekdays=frozenset({0})) == []


def test_a_moved_date_is_found_on_its_new_day(session, world):
    _, slot = offer_with_slot(session, world, "Walk")
    slot.set_times(world.at + 3 * DAY, world.at + 3 * DAY + timedelta(hours=1))
    session.flush()
    assert found(session, world, weekdays=frozenset({3})) == ["Walk"]
    assert found(session, world, weekdays=frozenset({1})) == []


def test_free_places_count_the_pools_of_the_own_network(session, world):
    clara = world.actor("clara")
    kept = Pool(kept=True, programme_id=world.cast.resilience.id, places=2)
    foreign = Pool(kept=True, programme_id=world.cast.house.id, places=3)
    _, slot = offer_with_slot(session, world, "Kept", places=1, taken=1, kept=[kept, foreign])
    offer_with_slot(session, world, "Full", places=1, taken=1)
    offer_with_slot(session, world, "Open", access=Access.OPEN, places=1, taken=1)
    assert found(session, world, min_free=1) == ["Open"]
    assert found(session, world, actor=clara, min_free=2) == ["Kept", "Open"]
    assert found(session, world, actor=clara, min_free=3) == ["Open"]
    assert (free_places(slot, ANONYMOUS), free_places(slot, clara)) == (0, 2)


def test_bookable_respects_notice_and_window(session, world):
    offer = make_offer(session, world, "Course", notice_minutes=2880, window_days=10)
    for days in (1, 2, 10, 11):
        make_slot(session, offer, world.at + days * DAY)
    (hit,) = offers.search(session, ANONYMOUS, OfferFilter(bookable=True), at=world.at).hits
    assert [(slot.starts_at - world.at).days for slot in hit.slots] == [2, 10]


def test_an_offer_by_enquiry_is_found_without_dates(session, world):
    make_offer(session, world, "By enquiry", access=Access.REQUEST)
    make_offer(session, world, "No dates", access=Access.NAMED)
    offer_with_slot(session, world, "Dated", 30 * DAY)
    assert found(session, world) == ["Dated", "By enquiry"]
    assert found(session, world, near=COSWIG) == ["Dated", "By enquiry"]
    assert found(session, world, near=(51.3, 12.4)) == []
    assert found(session, world, weekdays=frozenset(range(7))) == ["Dated"]


def test_each_sees_published_offers_of_their_networks_only(session, world):
    offer_with_slot(session, world, "Draft", state=OfferState.DRAFT)
    offer_with_slot(session, world, "Paused", state=OfferState.PAUSED)
    inside, _ = offer_with_slot(session, world, "For the network", public=False)
    session.add(OfferProgramme(offer_id=inside.id, programme_id=world.cast.resilience.id))
    session.flush()
    assert found(session, world) == []
    assert found(session, world, actor=world.actor("clara")) == ["For the network"]
    assert found(session, world, actor=world.actor("sven")) == ["For the network"]
    with pytest.raises(NotFound):
        offers.get_offer(session, world.actor("fred"), inside.public_id)


def test_pages_follow_each_other(session, world):
    made = [make_offer(session, world, f"Offer {number:02}") for number in range(25)]
    make_many_slots(session, made, world.at + DAY, 75, every=timedelta(hours=1))
    pages = [
        offers.search(session, ANONYMOUS, OfferFilter(), at=world.at, limit=10, offset=offset) for offset in (0, 10, 20)
    ]
    assert [hit.offer.title for page in pages for hit in page.hits] == [offer.title for offer in made]
    assert {(page.total, page.more) for page in pages} == {(25, False)}


FIVE = OfferFilter(
    words="Offer",
    aims=frozenset({Aim.MOVE}),
    weekdays=frozenset({1, 3}),
    parts=frozenset({DayPart.MORNING}),
    step_free=True,
    min_free=1,
    bookable=True,
    near=COSWIG,
    radius_km=30,
)


# With few dates PostgreSQL rightly reads and sorts them all; the walk along the dates needs more to show its index.
ANY_TIME = replace(FIVE, weekdays=frozenset(), parts=frozenset())


@pytest.mark.parametrize(
    ("many", "dates", "wanted"), [(1, 4000, FIVE), (50, 4000, FIVE), (offers.FEW + 50, 12000, ANY_TIME)]
)
def test_a_search_takes_at_most_four_statements_and_stays_on_its_indexes(world, many, dates, wanted):
    with world.database.transaction() as session:
        made = [make_offer(session, world, f"Offer {number:03}") for number in range(many)]
        make_many_slots(session, made, world.at, dates, every=timedelta(minutes=25))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
    clara = world.actor("clara")
    with world.database.reading() as session, statements(world.database) as asked:
        page = offers.search(session, clara, wanted, at=world.at, limit=20)
    assert len(page.hits) == min(many, 20)
    assert page.more is (many > offers.FEW)
    shown = [slot for hit in page.hits for slot in hit.slots]
    assert wanted is ANY_TIME or all(slot.local_weekday in (1, 3) and slot.local_minute < 720 for slot in shown)
    assert len(asked) == (4 if page.more else 3)
    assert page.similar is False
    sent = [one for one in asked if "slots" in one[0]]
    assert len(sent) == len(asked) - 1
    if page.more:  # the dates walked by come from within the limit: with a million a server joins all before it counts
        assert "JOIN (SELECT slots" in sent[1][0]
        assert "JOIN slots" not in sent[1][0]
    for statement, parameters in sent:
        plan = explain(world.database, statement, parameters)
        assert "ix_slots_of_offer" in plan or "ix_slots_by_time" in plan, plan
        assert "SCAN slots\n" not in plan, plan
        assert "Seq Scan on slots" not in plan, plan
