"""The history of an offer: every change with who and what, and who is told when it matters to people."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions.offers import create_offer, end_offer, pause_offer, publish_offer, resume_offer, update_offer
from hub.actions.reviews import approve_offer, return_offer
from hub.models.notice import Notice
from hub.models.offer import Access, Aim, Form, Offer, OfferState, OfferVersion
from hub.models.programme import Programme
from hub.policy.actor import SYSTEM
from hub.queries.offer_entries import Entries, entries_of
from hub.queries.offer_versions import MATTERS, add_version, list_news
from hub.queries.own_offers import get_own_offer
from tests.loop import sent_enquiry, withdraw
from tests.places import all_rows, book, make_offer, make_people, make_slot

ENTRIES = Entries(title="Rückenschule", aim=Aim.MOVE, form=Form.GROUP, access=Access.ANONYMOUS, places=6)
SECRET = "https://video.example/raum-4711"


def do(world, verb, offer, who="sven", **more):
    actor = world.actor(who)

    def unit(session):
        row = session.scalars(select(Offer).where(Offer.id == offer.id)).one()
        session.refresh(row, ["organisation"])
        return verb(session, actor=actor, offer=row, at=world.at, **more)

    return world.do(unit)


def update(world, offer, who="sven", **changes):
    with world.database.reading() as session:
        before = entries_of(session.get_one(Offer, offer.id))
    return do(world, update_offer, offer, who=who, entries=replace(before, **changes))


def history(world):
    return [(one.number, one.user_id, one.on_behalf, one.changed) for one in all_rows(world, OfferVersion)]


def test_every_step_of_an_offers_life_leaves_a_version(world):
    sven, kerstin, nora = (world.user(key).id for key in ("sven", "kerstin", "nora"))
    with world.database.transaction() as session:
        session.get_one(Programme, world.cast.programmes["resilience"].id).reviewing = True
    club = world.cast.organisations["club"]
    offer = world.do(create_offer, actor=world.actor("sven"), organisation=club, entries=ENTRIES, at=world.at)
    do(world, publish_offer, offer)
    do(world, return_offer, offer, who="nora", note="Bitte die Kosten nennen.")
    update(world, offer, who="kerstin", cost="5 Euro", bring="Matte")
    do(world, publish_offer, offer)
    do(world, approve_offer, offer, who="nora")
    tomorrow = world.at.date() + timedelta(days=1)
    do(world, pause_offer, offer, until=tomorrow)
    world.do(resume_offer, actor=SYSTEM, offer_id=offer.id, at=world.at + timedelta(days=1))
    do(world, end_offer, offer)
    assert history(world) == [
        (1, sven, False, []),
        (2, sven, False, ["state"]),
        (3, nora, False, ["state", "review_note"]),
        (4, kerstin, True, ["bring", "cost"]),
        (5, sven, False, ["state", "review_note"]),
        (6, nora, False, ["state"]),
        (7, sven, False, ["state", "paused_until"]),
        (8, None, False, ["state", "paused_until"]),
        (9, sven, False, ["state"]),
    ]


def test_what_differs_not_leaves_no_version(world):
    offer = make_offer(world)
    update(world, offer)
    assert [one[0] for one in history(world)] == [1]  # what it said before its history began

    def unit(session):
        row = get_own_offer(session, world.actor("sven"), offer.public_id)
        return add_version(session, actor=world.actor("sven"), offer=row, at=world.at)

    assert world.do(unit) is None


def test_an_offer_older_than_its_history_keeps_what_it_said_before(world):
    offer = make_offer(world, title="Alt")
    update(world, offer, title="Neu")
    before, after = all_rows(world, OfferVersion)
    assert (before.entries["title"], after.entries["title"], after.changed) == ("Alt", "Neu", ["title"])
    assert (before.user_id, before.at) == (None, world.at)


def test_of_the_address_to_join_only_the_change_is_kept(world):
    offer = make_offer(world, join_link=SECRET)
    update(world, offer, join_link=f"{SECRET}-neu")
    versions = all_rows(world, OfferVersion)
    assert versions[-1].changed == ["join_link"]
    assert all("4711" not in repr(one.entries) and "join_link" not in one.entries for one in versions)


def test_the_place_is_kept_as_it_was_called_then(world):
    offer, gym, house = make_offer(world), world.cast.locations["gym"], world.cast.locations["town_hall"]
    update(world, offer, location_id=house.id)
    before, after = all_rows(world, OfferVersion)
    assert (before.entries["place"], after.entries["place"]) == (gym.name, house.name)
    assert after.changed == ["location_id"]


def asked(world):
    """Let Clara ask the clinic for a place for Tarik; return the offer and his consent."""
    enquiry, consent = sent_enquiry(world)
    with world.database.transaction() as session:
        offer = session.get_one(Offer, enquiry.offer_id)
        offer.field_groups, offer.field_reason, offer.location_id = ["I2"], "Damit wir anrufen können.", None
    return offer, consent


def told(world):
    rows = [one for one in all_rows(world, Notice) if one.template == "staff_news" and one.slot_id is None]
    return [one.user_id for one in rows if one.offer_id is not None]


def test_coaches_of_who_comes_and_who_asks_are_told_once_each(world):
    offer, _ = asked(world)
    assert update(world, offer, who="petra", cost="3 Euro", bring="Handtuch") == 1
    assert told(world) == [world.user("clara").id]
    other = make_offer(world)
    slot = make_slot(world, other)
    for person in (world.cast.tarik, *make_people(world, 1)):
        book(world, slot, person)
    book(world, slot, world.cast.mandy, by="cem")
    assert update(world, other, title="Anders") == 2
    assert told(world)[1:] == sorted([world.user("clara").id, world.user("cem").id])


@pytest.mark.parametrize("changes", [{"summary": "Neu"}, {"places": 9}, {"stage": "rehabilitation"}])
def test_what_does_not_matter_to_people_tells_nobody(world, changes):
    offer = make_offer(world)
    book(world, make_slot(world, offer), world.cast.tarik)
    assert update(world, offer, **changes) == 0
    assert told(world) == []


@pytest.mark.parametrize("name", sorted(MATTERS - {"access", "room_id", "location_id", "form"}))
def test_each_entry_that_matters_tells(world, name):
    offer = make_offer(world)
    book(world, make_slot(world, offer), world.cast.tarik)
    value = {"women_only": True, "youngest": 18, "oldest": 80}.get(name, "Neu")
    assert update(world, offer, **{name: value}) == 1


def test_who_came_or_asked_no_longer_is_no_reason_to_tell(world):
    offer, consent = asked(world)
    withdraw(world, world.cast.tarik, consent)
    assert update(world, offer, who="petra", cost="3 Euro") == 0
    past = make_offer(world)
    book(world, make_slot(world, past, starts_at=world.at + timedelta(hours=1)), world.cast.tarik)

    def later(session):
        row = get_own_offer(session, world.actor("sven"), past.public_id)
        entries = replace(entries_of(row), cost="3 Euro")
        return update_offer(
            session, actor=world.actor("sven"), offer=row, entries=entries, at=world.at + timedelta(days=1)
        )

    assert world.do(later) == 0


def test_a_draft_tells_nobody_and_a_pause_does_not_silence(world):
    offer, _ = asked(world)
    for state, expected in ((OfferState.DRAFT, 0), (OfferState.PAUSED, 1)):
        with world.database.transaction() as session:
            session.get_one(Offer, offer.id).state = state
        assert update(world, offer, who="petra", cost=f"{expected} Euro") == expected


def test_a_coach_learns_what_changed_for_the_own_people_only(world):
    offer, _ = asked(world)
    update(world, offer, who="petra", cost="3 Euro")
    update(world, offer, who="petra", summary="Nur Worte")
    since = world.at - timedelta(days=14)
    with world.database.reading() as session:
        news = list_news(session, [world.cast.tarik.id], since=since, at=world.at)
        assert [(one.id, version.changed) for one, version in news] == [(offer.id, ["cost"])]
        assert list_news(session, [world.cast.mandy.id], since=since, at=world.at) == []
        assert list_news(session, [world.cast.tarik.id], since=world.at + timedelta(seconds=1), at=world.at) == []
