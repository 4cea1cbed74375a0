"""Whatever a feed shows of an offer, its place or its partner: a change reaches every feed as a newer entry."""

from dataclasses import fields
from typing import Any

import pytest

from hub.actions import locations, offers, organisations
from hub.models.offer import Access, Form
from hub.models.subscription import FeedKind, Level
from hub.queries.locations import get_location
from hub.queries.organisations import get_organisation
from hub.queries.own_offers import get_own_offer
from tests.feeds import events, fetch, only, subscribe, subscribe_person
from tests.loop import ask, say, withdraw
from tests.places import book, make_offer, make_slot


def entries_of(kind: Any, row: Any, **changes: Any) -> Any:
    """Return what a form would send for a row, with a few entries changed."""
    return kind(**{one.name: getattr(row, one.name) for one in fields(kind) if hasattr(row, one.name)} | changes)


def change_offer(**changes):
    def act(session, world, offer):
        sven = world.actor("sven")
        row = get_own_offer(session, sven, offer.public_id)
        offers.update_offer(
            session, actor=sven, offer=row, entries=entries_of(offers.Entries, row, **changes), at=world.at
        )

    return act


def change_place(session, world, offer):
    sven = world.actor("sven")
    row = get_location(session, sven, world.cast.gym.public_id)
    entries = entries_of(locations.Entries, row, street="Neue Straße 1", facts=[])
    locations.update_location(session, actor=sven, location=row, entries=entries, at=world.at)


def change_partner(session, world, offer):
    nora = world.actor("nora")
    row = get_organisation(session, nora, world.cast.club.public_id)
    part_of = frozenset({world.cast.resilience.id})
    entries = entries_of(organisations.Entries, row, name="SV Elbaue 1990", programme_ids=part_of)
    organisations.update_organisation(session, actor=nora, organisation=row, entries=entries, at=world.at)


def move_offer(session, world, offer):
    change_offer(location_id=world.cast.town_hall.id)(session, world, offer)


CHANGES = {
    "title": (change_offer(title="Starker Rücken"), {"organisation"}),
    "neutral title": (change_offer(short_title="Treffen"), {"person"}),
    "form": (change_offer(form=Form.ONLINE), {"person", "organisation", "coach"}),
    "place": (move_offer, {"person", "organisation", "coach"}),
    "address": (change_place, {"person", "organisation", "coach"}),
    "partner": (change_partner, {"person"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_every_feed_newer_under_the_same_uid(app, world, what):
    offer = make_offer(world, title="Rückenschule", short_title="Kurs")
    slot = make_slot(world, offer)
    if what == "place":
        with world.database.transaction() as session:
            session.merge(slot).location_id = None  # it takes place where its offer does
    book(world, slot, world.cast.tarik)
    tokens = {
        "person": subscribe_person(world, "tarik", Level.FULL),
        "organisation": subscribe(
            world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=world.cast.club.id
        )[1],
        "coach": subscribe(world, world.actor("clara"), FeedKind.COACH)[1],
    }
    before = {reader: fetch(app, token) for reader, token in tokens.items()}
    change, readers = CHANGES[what]
    world.do(change, world=world, offer=offer)
    for reader, token in tokens.items():
        answer = fetch(app, token, If_None_Match=before[reader].headers["ETag"])
        old, new = only(before[reader]), only(answer)
        assert (new["UID"], new["SEQUENCE"]) == (old["UID"], old["SEQUENCE"] + 1), reader
        shown = [(old[name], new[name]) for name in ("SUMMARY", "LOCATION") if name in old and name in new]
        changed = any(was != now for was, now in shown) or ("LOCATION" in old) != ("LOCATION" in new)
        assert changed == (reader in readers), reader


def test_a_change_that_no_calendar_shows_leaves_them_as_they_are(app, world):
    offer = make_offer(world, short_title="Kurs")
    book(world, make_slot(world, offer), world.cast.tarik)
    token = subscribe_person(world, "tarik", Level.FULL)
    etag = fetch(app, token).headers["ETag"]
    world.do(change_offer(summary="Neu beschrieben", location_id=world.cast.town_hall.id), world=world, offer=offer)
    assert fetch(app, token, If_None_Match=etag).status_code == 304


def test_a_date_kept_without_its_consent_is_a_word_and_a_time_in_the_own_calendar_alone(app, world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"], title="Rückenschule")
    slot = make_slot(world, offer)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    book(world, slot, world.cast.tarik)
    own = subscribe_person(world, "tarik", Level.FULL)
    coach = subscribe(world, world.actor("clara"), FeedKind.COACH)[1]
    told = only(fetch(app, own))
    assert (str(told["SUMMARY"]), len(events(fetch(app, coach)))) == ("Rückenschule", 1)
    withdraw(world, world.cast.tarik, consent, keep_bookings=True)
    kept = only(fetch(app, own))
    assert (str(kept["SUMMARY"]), str(kept["STATUS"]), kept.start) == ("Termin", "CONFIRMED", slot.starts_at)
    assert "LOCATION" not in kept
    assert (kept["UID"], kept["SEQUENCE"]) == (told["UID"], told["SEQUENCE"] + 1)
    assert events(fetch(app, coach)) == []
