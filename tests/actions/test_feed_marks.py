"""Which events are written anew: those of which something changed that a calendar shows, and no others."""

from datetime import timedelta

import pytest

from hub.models.booking import Booking, BookingState
from hub.models.location import Location
from hub.models.offer import Form, Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.subscription import FeedKind, Level, Subscription
from tests.feeds import change, fetch, subscribe, subscribe_person, touch
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import AT

LATER = AT + timedelta(days=9)
READERS = ("own", "coach", "partner")
# What changes, and the readers whose bytes differ then.
SHOWN = {
    "start": ((Booking, "starts_at", AT + timedelta(days=1)), {"own", "coach"}),
    "end": ((Booking, "ends_at", LATER), {"own", "coach"}),
    "cancelled": ((Booking, "state", BookingState.CANCELLED), {"own", "coach"}),
    "sequence": ((Booking, "sequence", 7), {"own", "coach"}),
    "changed": ((Booking, "changed_at", AT + timedelta(minutes=9)), {"own", "coach", "partner"}),
    "call word": ((Participant, "call_word", "Reiher"), {"coach"}),
    "partner's name": ((Organisation, "name", "SV Neu"), {"own"}),
    "street": ((Location, "street", "Neue Straße 1"), set(READERS)),
    "town": ((Location, "municipality_code", "14627230"), set(READERS)),
    "title": ((Offer, "title", "Anderer Titel"), {"partner"}),
    "short title": ((Offer, "short_title", "Kurz"), {"own"}),
    "form": ((Offer, "form", Form.ONLINE), set(READERS)),
    "places": ((Slot, "places", 9), {"partner"}),
    "start of the date": ((Slot, "starts_at", AT + timedelta(days=1)), {"partner"}),
}
UNSHOWN = {
    "notes": (Participant, "notes", "Bus 400"),
    "summary": (Offer, "summary", "Neu beschrieben"),
    "code": (Booking, "code", "Kranich 7"),
    "told": (Booking, "told_at", AT),
    "came": (Booking, "state", BookingState.ATTENDED),
    "partner's telephone": (Organisation, "phone", "03521 1"),
}


@pytest.fixture
def dates(world):
    """Three dates of one offer, the first of which, its person, offer and place are changed."""
    offer = make_offer(world, title="Rückenschule", short_title="Rücken")
    slots = [make_slot(world, offer, starts_at=AT + timedelta(days=days)) for days in (3, 4, 5)]
    bookings = [book(world, slot, world.cast.tarik) for slot in slots]
    keys = (bookings[0].id, world.cast.tarik.id, offer.id, slots[0].id, offer.location_id, world.cast.club.id)
    return dict(zip((Booking, Participant, Offer, Slot, Location, Organisation), keys, strict=True))


@pytest.fixture
def read(app, world):
    """The bytes of each reader's feed, pieced together from stored events and checked against a whole rendering."""
    club = world.cast.club.id
    tokens = {
        "own": subscribe_person(world, "tarik", Level.FULL),
        "coach": subscribe(world, world.actor("clara"), FeedKind.COACH)[1],
        "partner": subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club)[1],
    }

    def read():
        touch(world)
        pieced = {reader: fetch(app, token).data for reader, token in tokens.items()}
        for row in all_rows(world, Subscription):
            change(world, Subscription, row.id, body=None, parts=None, fresh_until=None)
        assert {reader: fetch(app, token).data for reader, token in tokens.items()} == pieced
        return pieced

    return read


def test_whatever_is_shown_changes_the_bytes_of_who_sees_it(world, dates, read, subtests):
    before = read()
    for what, ((table, column, value), readers) in SHOWN.items():
        with subtests.test(what):
            change(world, table, dates[table], **{column: value})
            after = read()
            assert {reader for reader in READERS if before[reader] != after[reader]} == readers
            before = after


def test_what_is_not_shown_changes_no_byte(world, dates, read, subtests):
    before = read()
    for what, (table, column, value) in UNSHOWN.items():
        with subtests.test(what):
            change(world, table, dates[table], **{column: value})
            assert read() == before
