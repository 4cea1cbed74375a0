"""Offers over the seasons: a pause with an end, the same once more, marks that run out."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub import clock
from hub.actions.offers import (
    copy_offer,
    create_offer,
    end_offer,
    pause_offer,
    publish_offer,
    resume_offer,
    update_offer,
)
from hub.errors import InvalidInput, NotAllowed
from hub.models.log import LogEntry
from hub.models.mark import Mark
from hub.models.notice import Notice
from hub.models.offer import Access, Aim, Form, MarkKind, Offer, OfferState
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM
from hub.queries.offer_entries import Entries, entries_of
from hub.queries.own_offers import get_own_offer, list_returning
from hub.worker.deadlines import meet_deadlines
from tests.places import all_rows, make_offer, make_slot

TODAY = date(2026, 9, 14)
ENTRIES = Entries(title="Rückenschule", aim=Aim.MOVE, form=Form.GROUP, access=Access.ANONYMOUS, places=6)
OLD = Mark(kind=MarkKind.ZPP, number="KU-1", expires_on=TODAY - timedelta(days=1)).stored
GOOD = Mark(kind=MarkKind.SPORT_PRO_GESUNDHEIT, number="SPG 12/7", expires_on=TODAY).stored


def do(world, verb, offer, who="sven", at=None, **more):
    actor = world.actor(who)

    def unit(session):
        row = get_own_offer(session, world.actor("sven"), offer.public_id)
        return verb(session, actor=actor, offer=row, at=at or world.at, **more)

    return world.do(unit)


def own(world, offer):
    with world.database.reading() as session:
        return session.get_one(Offer, offer.id)


def test_a_pause_ends_by_itself_on_its_day_and_the_partner_is_told(world):
    offer = make_offer(world)
    do(world, pause_offer, offer, until=TODAY + timedelta(days=3))
    assert own(world, offer).paused_until == TODAY + timedelta(days=3)
    eve, day = world.at + timedelta(days=2), clock.start_of_day(TODAY + timedelta(days=3))
    with world.database.reading() as session:
        assert (list_returning(session, at=eve), list_returning(session, at=day)) == ([], [offer.id])
    meet_deadlines(world.database, eve)
    assert own(world, offer).state is OfferState.PAUSED
    meet_deadlines(world.database, day)
    back = own(world, offer)
    assert (back.state, back.paused_until) == (OfferState.PUBLISHED, None)
    assert [(one.template, one.organisation_id) for one in all_rows(world, Notice)] == [
        ("partner_news", offer.organisation_id)
    ]
    assert not world.do(resume_offer, actor=SYSTEM, offer_id=offer.id, at=day)


def test_a_pause_without_a_day_ends_only_by_hand(world):
    offer = make_offer(world)
    do(world, pause_offer, offer)
    meet_deadlines(world.database, world.at + timedelta(days=500))
    assert own(world, offer).state is OfferState.PAUSED
    do(world, publish_offer, offer)
    assert own(world, offer).state is OfferState.PUBLISHED


def test_the_day_of_return_can_be_changed(world):
    offer = make_offer(world)
    do(world, pause_offer, offer, until=TODAY + timedelta(days=3))
    do(world, pause_offer, offer, until=TODAY + timedelta(days=9))
    assert own(world, offer).paused_until == TODAY + timedelta(days=9)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_pause_ends_on_a_day_ahead(world, days):
    offer = make_offer(world)
    with pytest.raises(InvalidInput) as refused:
        do(world, pause_offer, offer, until=TODAY + timedelta(days=days))
    assert set(refused.value.fields) == {"until"}
    assert own(world, offer).state is OfferState.PUBLISHED


def test_nobody_but_the_clock_ends_a_pause_by_its_day(world):
    offer = make_offer(world, state=OfferState.PAUSED, paused_until=TODAY)
    for who in ("sven", "nora", "fred"):
        with pytest.raises(NotAllowed):
            world.do(resume_offer, actor=world.actor(who), offer_id=offer.id, at=world.at)


def test_an_ended_offer_is_offered_once_more_without_dates_and_old_marks(world):
    facts = {"marks": [OLD, GOOD], "confirmed_at": world.at, "review_note": "Bitte kürzer.", "languages": ["de", "uk"]}
    offer = make_offer(world, public=False, summary="Wir üben.", **facts)
    make_slot(world, offer)
    do(world, end_offer, offer)
    copy = own(world, do(world, copy_offer, offer))
    before, after = entries_of(own(world, offer)), entries_of(copy)
    assert after == replace(before, marks=[GOOD])
    assert (copy.state, copy.copied_from_id, copy.confirmed_at, copy.review_note, copy.paused_until) == (
        OfferState.DRAFT,
        offer.id,
        None,
        "",
        None,
    )
    assert {one.offer_id for one in all_rows(world, Slot)} == {offer.id}
    assert own(world, offer).state is OfferState.ENDED
    assert all_rows(world, LogEntry)[-1].action == "offer.copied"


def test_nobody_offers_once_more_what_is_not_theirs(world, subtests):
    for who in ["petra", "nora", "clara", "fred"]:
        with subtests.test(who=who), pytest.raises(NotAllowed):
            do(world, copy_offer, make_offer(world), who=who)


def create(world, **changes):
    club, sven = world.cast.organisations["club"], world.actor("sven")
    entries = replace(ENTRIES, **changes)
    return world.do(create_offer, actor=sven, organisation=club, entries=entries, at=world.at)


@pytest.mark.parametrize(
    ("mark", "field"),
    [
        (OLD, "zpp_until"),
        (GOOD | {"number": ""}, "sport_pro_gesundheit_number"),
        (GOOD | {"number": "<b>1</b>"}, "sport_pro_gesundheit_number"),
        (GOOD | {"number": "x" * 41}, "sport_pro_gesundheit_number"),
    ],
)
def test_a_mark_has_a_number_and_a_last_day_ahead(world, mark, field):
    with pytest.raises(InvalidInput) as refused:
        create(world, marks=[mark])
    assert set(refused.value.fields) == {field}


def test_a_mark_that_ran_out_keeps_nobody_from_changing_something_else(world):
    offer = make_offer(world, marks=[OLD])
    entries = replace(entries_of(own(world, offer)), bring="Matte")
    do(world, update_offer, offer, entries=entries)
    assert own(world, offer).bring == "Matte"
    with pytest.raises(InvalidInput):
        do(world, update_offer, offer, entries=replace(entries, marks=[OLD | {"number": "KU-2"}]))


def test_who_just_comes_needs_no_number_of_places(world):
    assert own(world, create(world, access=Access.OPEN, places=0)).places == 0
    for access in (Access.ANONYMOUS, Access.NAMED, Access.REQUEST):
        with pytest.raises(InvalidInput):
            create(world, access=access, places=0)
