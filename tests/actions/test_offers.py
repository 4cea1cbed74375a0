"""Writing, publishing, pausing and ending offers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions.offers import create_offer, end_offer, pause_offer, publish_offer, update_offer
from hub.errors import InvalidInput, NotAllowed, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.booking import Booking
from hub.models.log import LogEntry
from hub.models.offer import Access, Aim, Form, OfferProgramme, OfferState
from hub.models.slot import Slot, SlotState
from hub.models.subscription import FeedKind, Subscription
from hub.queries.offer_entries import Entries
from hub.queries.own_offers import get_own_offer
from tests.places import book, make_offer, make_slot

ENTRIES = Entries(title="Rückenschule", aim=Aim.MOVE, form=Form.GROUP, access=Access.NAMED, places=6)


def create(world, who="sven", organisation="club", **changes):
    organisation = world.cast.organisations[organisation]
    entries = replace(ENTRIES, **changes)
    return world.do(create_offer, actor=world.actor(who), organisation=organisation, entries=entries, at=world.at)


def own(world, offer, who="sven"):
    with world.database.reading() as session:
        return get_own_offer(session, world.actor(who), offer.public_id)


def update(world, offer, who="sven", version=None, **changes):
    actor, fresh = world.actor(who), own(world, offer)

    def verb(session):
        entries = replace(ENTRIES, **changes)
        attached = get_own_offer(session, world.actor("sven"), fresh.public_id)
        update_offer(session, actor=actor, offer=attached, entries=entries, version=version, at=world.at)

    world.do(verb)


def do(world, verb, offer, who="sven"):
    world.do(verb, actor=world.actor(who), offer=own(world, offer), at=world.at)


def rows(world, model):
    with world.database.reading() as session:
        return list(session.scalars(select(model)))


def test_a_new_offer_is_a_draft(world):
    offer = own(world, create(world, location_id=world.cast.locations["gym"].id))
    assert (offer.state, offer.title, offer.location.name) == (OfferState.DRAFT, "Rückenschule", "Sporthalle Coswig")


def test_publishing_says_who_confirmed_it_and_when(world):
    offer = create(world)
    do(world, publish_offer, offer)
    published = own(world, offer)
    assert (published.state, published.confirmed_at, published.confirmed_by_id, published.version) == (
        OfferState.PUBLISHED,
        world.at,
        world.user("sven").id,
        2,
    )


def test_the_life_of_an_offer(world):
    offer = create(world)
    for verb, state in (
        (publish_offer, OfferState.PUBLISHED),
        (pause_offer, OfferState.PAUSED),
        (publish_offer, OfferState.PUBLISHED),
        (end_offer, OfferState.ENDED),
    ):
        do(world, verb, offer)
        assert own(world, offer).state is state
    for verb in (publish_offer, pause_offer, end_offer):
        with pytest.raises(StepNotPossible):
            do(world, verb, offer)
    with pytest.raises(RuleBroken):
        update(world, offer, title="Anders")


def test_strangers_may_neither_write_nor_change_nor_publish(world, subtests):
    offer = create(world)
    for who in ["petra", "clara", "nora", "fred"]:
        with subtests.test(who=who):
            with pytest.raises(NotAllowed):
                create(world, who=who)
            with pytest.raises(NotAllowed):
                update(world, offer, who=who)
            for verb in (publish_offer, pause_offer, end_offer):
                with pytest.raises(NotAllowed):
                    do(world, verb, offer, who=who)


def test_the_umbrella_acts_for_its_member_but_not_the_other_way_round(world):
    do(world, publish_offer, create(world, who="kerstin"), who="kerstin")
    assert {entry.purpose for entry in rows(world, LogEntry) if entry.object_type == "offer"} == {"on_behalf"}
    with pytest.raises(NotAllowed):
        create(world, who="sven", organisation="federation")


def test_health_may_only_be_asked_by_clinics_and_only_with_a_name(world):
    asked = {"field_groups": ["H1"], "field_reason": "Damit die Übungen passen."}
    with pytest.raises(InvalidInput) as refused:
        create(world, **asked)
    assert set(refused.value.fields) == {"field_groups"}
    create(world, who="petra", organisation="clinic", **asked)
    with pytest.raises(InvalidInput):
        create(world, who="petra", organisation="clinic", access=Access.ANONYMOUS, **asked)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"field_groups": ["I2"]}, "field_reason"),
        ({"field_groups": ["N1"], "field_reason": "Neugier"}, "field_groups"),
        ({"youngest": 60, "oldest": 18}, "oldest"),
        ({"places": 0}, "places"),
        ({"join_link": "javascript:alert(1)"}, "join_link"),
    ],
)
def test_what_does_not_go_together_is_named_by_its_field(world, changes, field):
    with pytest.raises(InvalidInput) as refused:
        create(world, **changes)
    assert field in refused.value.fields


def test_a_room_of_strangers_is_refused(world):
    room = world.cast.locations["clinic_house"].rooms[0]
    with pytest.raises(InvalidInput) as refused:
        create(world, location_id=room.location_id, room_id=room.id)
    assert "place" in refused.value.fields


def test_an_offer_that_is_not_public_is_for_the_networks_of_its_organisation(world):
    offer = create(world, public=False)
    assert [row.programme_id for row in rows(world, OfferProgramme)] == [world.cast.programmes["resilience"].id]
    update(world, offer, public=True)
    assert rows(world, OfferProgramme) == []


def test_a_stale_form_changes_nothing(world):
    offer = create(world)
    update(world, offer, title="Zuerst", version=1)
    with pytest.raises(SomebodyWasFaster):
        update(world, offer, title="Danach", version=1)
    assert own(world, offer).title == "Zuerst"


def test_a_new_calendar_title_reaches_the_feeds_of_the_booked(world):
    offer = make_offer(world)
    slot = make_slot(world, offer)
    book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        for person in (world.cast.tarik, world.cast.heinz):
            facts = {"kind": FeedKind.PARTICIPANT, "name": "Telefon", "created_at": world.at}
            session.add(Subscription(participant_id=person.id, token_digest=str(person.id), **facts))
    changes = {"access": offer.access, "title": offer.title, "places": 3, "location_id": offer.location_id}
    update(world, offer, summary="Neu", **changes)
    assert [one.sequence for one in rows(world, Slot)] == [0]
    update(world, offer, short_title="Treffen", **changes)
    assert [one.sequence for one in rows(world, Slot)] == [1]
    assert [one.sequence for one in rows(world, Booking)] == [1]
    raised = {one.participant_id: one.revision for one in rows(world, Subscription)}
    assert raised == {world.cast.tarik.id: 2, world.cast.heinz.id: 1}


def test_how_one_gets_in_stays_while_places_are_booked(world):
    offer = make_offer(world)
    book(world, make_slot(world, offer), world.cast.tarik)
    with pytest.raises(RuleBroken):
        update(world, offer, access=Access.NAMED)
    assert own(world, offer).access is Access.ANONYMOUS


def test_an_offer_ends_only_when_nobody_is_booked_and_takes_empty_dates_along(world):
    offer = make_offer(world)
    booked = make_slot(world, offer)
    empty = make_slot(world, offer, starts_at=world.at + timedelta(days=5))
    booking = book(world, booked, world.cast.tarik)
    with pytest.raises(RuleBroken):
        do(world, end_offer, offer)
    assert own(world, offer).state is OfferState.PUBLISHED
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}
    with world.database.transaction() as session:
        session.get_one(Booking, booking.id).state = "cancelled"
    do(world, end_offer, offer)
    assert {one.id: one.state for one in rows(world, Slot)} == dict.fromkeys(
        [booked.id, empty.id], SlotState.CALLED_OFF
    )
