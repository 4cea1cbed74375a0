"""After an older backup was put back: every calendar program gets the bytes again, and takes them for newer."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from hub import clock
from hub.actions.restoring import note_restored
from hub.errors import NotAllowed
from hub.models.booking import Booking
from hub.models.log import LogEntry
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import SYSTEM
from tests.feeds import change, events, fetch, only, person, row_of, subscribe, subscribe_person, touch
from tests.places import book, make_offer, make_slot
from tests.world import AT


def columns_of(world, table, key):
    with world.database.reading() as session:
        row = session.get_one(table, key)
        return {column.name: getattr(row, column.name) for column in table.__table__.columns if column.name != "id"}


@pytest.fixture
def booking(world):
    return book(world, make_slot(world, make_offer(world)), world.cast.tarik)


def restored(world, **choices):
    return world.do(note_restored, actor=SYSTEM, at=clock.now(), **choices)


@pytest.fixture
def gone_back(app, world, booking):
    """A feed fetched, its date moved twice, fetched again; then the database of the morning is put back."""
    row, token = subscribe(world, person(world, "tarik"))
    fetch(app, token)
    morning = {(t, one.id): columns_of(world, t, one.id) for t, one in ((Subscription, row), (Booking, booking))}
    with time_machine.travel(AT + timedelta(hours=2), tick=False):
        for times in (1, 2):
            day = timedelta(days=times)
            moved = {"starts_at": booking.starts_at + day, "ends_at": booking.ends_at + day}
            change(world, Booking, booking.id, **moved, sequence=times, changed_at=clock.now())
            touch(world)
            seen = fetch(app, token)
        packed = fetch(app, token, Accept_Encoding="gzip")
    for (table, key), columns in morning.items():
        change(world, table, key, **columns)
    return row, token, seen, packed


@pytest.mark.parametrize("noted", [False, True])
def test_no_program_is_told_that_its_bytes_still_hold(app, world, gone_back, noted):
    _, token, seen, packed = gone_back
    with time_machine.travel(AT + timedelta(hours=3), tick=False):
        if noted:
            assert restored(world).running == 1
        since, tag = seen.headers["Last-Modified"], seen.headers["ETag"]
        for headers in (
            {"If_Modified_Since": since},
            {"If_None_Match": tag},
            {"If_None_Match": packed.headers["ETag"], "Accept_Encoding": "gzip"},
            {"If_Modified_Since": since, "Accept_Encoding": "gzip"},
        ):
            assert fetch(app, token, "HEAD", **headers).status_code == 200, headers
            assert fetch(app, token, **headers).status_code == 200, headers
    with time_machine.travel(AT + timedelta(hours=4), tick=False):
        again = fetch(app, token)
        assert fetch(app, token, If_Modified_Since=again.headers["Last-Modified"]).status_code == 304


def test_entries_are_newer_than_anything_seen_before(app, world, gone_back, booking):
    _, token, seen, _ = gone_back
    old = only(seen)
    with time_machine.travel(AT + timedelta(hours=3), tick=False):
        restored(world)
        new = only(fetch(app, token))
        assert (new["UID"], new.start) == (old["UID"], booking.starts_at)
        assert new["SEQUENCE"] > old["SEQUENCE"] == 2
        assert new["LAST-MODIFIED"].dt == new["DTSTAMP"].dt == clock.now() > old["LAST-MODIFIED"].dt
    # Restored once more from the same backup, and for a reader who came later: higher again, never lower.
    with time_machine.travel(AT + timedelta(hours=4), tick=False):
        restored(world)
        latest = only(fetch(app, token))
        assert latest["SEQUENCE"] > new["SEQUENCE"]
        later = only(fetch(app, subscribe_person(world, "tarik", name="Uhr")))
        assert (later["UID"], later["SEQUENCE"]) == (latest["UID"], latest["SEQUENCE"])
    change(world, Booking, booking.id, sequence=1, changed_at=AT + timedelta(hours=5))
    touch(world)
    with time_machine.travel(AT + timedelta(hours=5), tick=False):
        moved = only(fetch(app, token))
        assert moved["SEQUENCE"] == latest["SEQUENCE"] + 1
        assert moved["LAST-MODIFIED"].dt == AT + timedelta(hours=5)


def test_addresses_of_people_end_where_the_operator_asks(app, world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    _, staff = subscribe(world, world.actor("clara"), FeedKind.COACH)
    first = fetch(app, token)
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        done = restored(world, end_personal=True)
        assert (done.running, done.ended) == (1, 1)
        assert events(fetch(app, token, If_None_Match=first.headers["ETag"])) == []
        assert len(events(fetch(app, staff))) == 1
        assert row_of(world, row).ended_why == "restored"
        assert restored(world, end_personal=True).ended == 0


def test_only_the_house_itself_does_this_and_it_is_logged(world, booking):
    for key in ("clara", "anna", "lena"):
        with pytest.raises(NotAllowed):
            world.do(note_restored, actor=world.actor(key), at=AT)
    restored(world)
    with world.database.reading() as session:
        logged = session.scalars(select(LogEntry.actor_ref).where(LogEntry.action == "house.restored"))
        assert logged.all() == ["system"]
