"""Offers that a network looks at before they are published: handed in, given back, let in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions.bookings import book_slot
from hub.actions.offers import publish_offer
from hub.actions.reviews import LONGEST_NOTE, approve_offer, return_offer
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Offer, OfferState
from hub.models.programme import Programme
from hub.models.slot import Slot
from hub.models.user import Membership, Role, User
from hub.queries.own_offers import get_own_offer
from hub.queries.participants import get_participant
from hub.queries.reviews import get_reviewed_offer, list_reviewed_offers
from tests.places import all_rows, make_offer, make_slot

DRAFT = {"state": OfferState.DRAFT}


@pytest.fixture(autouse=True)
def reviewing(world):
    """Let the network look at offers."""
    with world.database.transaction() as session:
        session.get_one(Programme, world.cast.programmes["resilience"].id).reviewing = True


def hand_in(world, offer, who="sven"):
    actor = world.actor(who)

    def verb(session):
        return publish_offer(session, actor=actor, offer=get_own_offer(session, actor, offer.public_id), at=world.at)

    return world.do(verb)


def review(world, verb, offer, who="nora", **more):
    actor = world.actor(who)

    def unit(session):
        row = session.scalars(select(Offer).where(Offer.id == offer.id)).one()
        verb(session, actor=actor, offer=row, at=world.at, **more)

    world.do(unit)


def state(world, offer):
    with world.database.reading() as session:
        return session.get_one(Offer, offer.id).state


def notices(world):
    return [(one.template, one.user_id, one.organisation_id) for one in all_rows(world, Notice)]


def test_a_draft_is_handed_in_and_the_coordinators_are_told(world):
    offer = make_offer(world, **DRAFT)
    assert hand_in(world, offer) is OfferState.REVIEW
    assert state(world, offer) is OfferState.REVIEW
    assert notices(world) == [("staff_news", world.user("nora").id, None)]
    assert all_rows(world, LogEntry)[-1].action == "offer.handed_in"


def test_only_coordinators_of_a_network_that_reviews_are_told(world):
    with world.database.transaction() as session:
        other = User(email="otto2@demo.invalid", name="Olga", created_at=world.at)
        gone = User(email="gone@demo.invalid", name="Gerd", created_at=world.at, disabled_at=world.at)
        session.add_all([other, gone])
        session.flush()
        for user, key in ((other, "jc_bautzen"), (gone, "office")):
            organisation = world.cast.organisations[key].id
            facts = {"role": Role.COORDINATOR, "created_at": world.at}
            session.add(Membership(user_id=user.id, organisation_id=organisation, **facts))
    offer = make_offer(world, **DRAFT)
    hand_in(world, offer)
    assert [user for _, user, _ in notices(world)] == [world.user("nora").id]
    with world.database.reading() as session:
        actor = world.actor("nora")
        assert [one.id for one in list_reviewed_offers(session, actor)] == [offer.id]


def test_an_offer_that_waits_cannot_be_published_by_its_own_partner(world):
    offer = make_offer(world, **DRAFT)
    hand_in(world, offer)
    with pytest.raises(StepNotPossible):
        hand_in(world, offer)
    assert state(world, offer) is OfferState.REVIEW


@pytest.mark.parametrize("change", [{"reviewing": False}, {"ends_on": -1}])
def test_where_nobody_reviews_any_more_the_partner_publishes(world, change):
    offer = make_offer(world, **DRAFT)
    hand_in(world, offer)
    with world.database.transaction() as session:
        programme = session.get_one(Programme, world.cast.programmes["resilience"].id)
        if "ends_on" in change:
            programme.ends_on = world.at.date() - timedelta(days=1)
        else:
            programme.reviewing = False
    assert hand_in(world, offer) is OfferState.PUBLISHED


def test_after_a_pause_nobody_looks_again(world):
    assert hand_in(world, make_offer(world, state=OfferState.PAUSED)) is OfferState.PUBLISHED


def test_what_is_let_in_is_published_and_the_partner_is_told(world):
    offer = make_offer(world, state=OfferState.REVIEW)
    review(world, approve_offer, offer)
    assert state(world, offer) is OfferState.PUBLISHED
    assert notices(world) == [("partner_news", None, offer.organisation_id)]
    with pytest.raises(StepNotPossible):
        review(world, approve_offer, offer)


def test_what_is_given_back_is_a_draft_with_the_reason(world):
    offer = make_offer(world, state=OfferState.REVIEW)
    review(world, return_offer, offer, note="  Bitte die Kosten nennen. ")
    with world.database.reading() as session:
        row = session.get_one(Offer, offer.id)
        assert (row.state, row.review_note) == (OfferState.DRAFT, "Bitte die Kosten nennen.")
    assert notices(world) == [("partner_news", None, offer.organisation_id)]
    hand_in(world, offer)
    with world.database.reading() as session:
        assert session.get_one(Offer, offer.id).review_note == ""


@pytest.mark.parametrize("note", ["", "   ", "x" * (LONGEST_NOTE + 1)])
def test_nothing_is_given_back_without_a_short_reason(world, note):
    offer = make_offer(world, state=OfferState.REVIEW)
    with pytest.raises(InvalidInput) as refused:
        review(world, return_offer, offer, note=note)
    assert set(refused.value.fields) == {"note"}
    assert state(world, offer) is OfferState.REVIEW


def test_what_changed_since_it_was_read_is_not_let_in(world):
    offer = make_offer(world, state=OfferState.REVIEW)
    for verb, more in ((approve_offer, {}), (return_offer, {"note": "Nein"})):
        with pytest.raises(SomebodyWasFaster):
            review(world, verb, offer, version=offer.version - 1, **more)
    assert state(world, offer) is OfferState.REVIEW


@pytest.mark.parametrize("before", [OfferState.DRAFT, OfferState.PAUSED, OfferState.PUBLISHED, OfferState.ENDED])
def test_only_what_waits_is_answered(world, before):
    offer = make_offer(world, state=before)
    for verb, more in ((approve_offer, {}), (return_offer, {"note": "Nein"})):
        with pytest.raises(StepNotPossible):
            review(world, verb, offer, **more)


def test_nobody_but_a_coordinator_answers(world, subtests):
    offer = make_offer(world, state=OfferState.REVIEW)
    for who in ["sven", "kerstin", "clara", "otto", "fred"]:
        with subtests.test(who=who):
            for verb, more in ((approve_offer, {}), (return_offer, {"note": "Nein"})):
                with pytest.raises(NotAllowed):
                    review(world, verb, offer, who=who, **more)
            with world.database.reading() as session, pytest.raises(NotFound):
                get_reviewed_offer(session, world.actor(who), offer.public_id)


def test_dates_of_an_offer_that_waits_are_made_but_not_booked(world):
    offer = make_offer(world, state=OfferState.REVIEW)
    slot = make_slot(world, offer)
    clara = world.actor("clara")
    with world.database.reading() as session:
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        row = session.get_one(Slot, slot.id)
        session.refresh(row, ["offer", "pools"])
    with pytest.raises(RuleBroken) as refused:
        world.do(book_slot, actor=clara, slot=row, participant=person, at=world.at)
    assert "nimmt gerade niemanden auf" in str(refused.value.message)
