"""The compressed variant: made once for a state of the feed, kept beside the bytes, and never of another state."""

import gzip

import pytest

from hub.models.booking import Booking
from hub.models.subscription import FeedKind, Subscription
from hub.web.feed_answers import compressed
from tests.feeds import change, events, fetch, person, statements, subscribe, touch
from tests.places import book, make_offer, make_slot
from tests.world import AT


@pytest.fixture
def subscribed(world):
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    return booking, *subscribe(world, person(world, "tarik"))


def stored(world, row):
    with world.database.reading() as session:
        found = session.get_one(Subscription, row.id)
        return found.body, found.packed


def test_it_is_compressed_once_and_read_alone_afterwards(app, world, subscribed, monkeypatch):
    _, row, token = subscribed
    plain = fetch(app, token)
    assert stored(world, row) == (plain.data, None)
    first = fetch(app, token, Accept_Encoding="gzip")
    assert stored(world, row) == (plain.data, first.data)
    monkeypatch.delattr("hub.web.feeds.compressed")  # nothing compresses any more
    with statements(world) as sent:
        assert fetch(app, token, Accept_Encoding="gzip").data == first.data
        assert fetch(app, token, Accept_Encoding="gzip", If_None_Match=first.headers["ETag"]).status_code == 304
        assert fetch(app, token).data == plain.data
    assert len(sent) == 3
    head = fetch(app, token, "HEAD", Accept_Encoding="gzip")
    assert int(head.headers["Content-Length"]) == len(first.data)


def test_a_rendering_for_who_takes_it_compressed_keeps_both_in_one_write(app, world, subscribed):
    booking, row, token = subscribed
    for number, asked in enumerate(({"Accept_Encoding": "gzip"}, {}, {"Accept_Encoding": "gzip"}), 1):
        change(world, Booking, booking.id, sequence=number)
        touch(world)
        with statements(world) as sent:
            answer = fetch(app, token, **asked)
        assert len([one for one in sent if one.startswith("UPDATE")]) == 1
        body, packed = stored(world, row)
        assert f"SEQUENCE:{number}\r\n".encode() in body
        assert (packed is None) is not bool(asked)
        assert answer.data == (packed if asked else body)
        if asked:
            assert gzip.decompress(packed) == body


def test_bytes_of_an_older_state_are_never_kept_beside_newer_ones(app, world, subscribed, monkeypatch):
    booking, row, token = subscribed
    fetch(app, token)

    def meddle(body):
        """Somebody changes the date, and another device fetches it, while these bytes are compressed."""
        monkeypatch.undo()
        change(world, Booking, booking.id, sequence=5)
        touch(world)
        fetch(app, token)
        return compressed(body)

    monkeypatch.setattr("hub.web.feeds.compressed", meddle)
    assert b"SEQUENCE:0" in gzip.decompress(fetch(app, token, Accept_Encoding="gzip").data)
    body, packed = stored(world, row)
    assert b"SEQUENCE:5" in body
    assert packed is None
    assert b"SEQUENCE:5" in gzip.decompress(fetch(app, token, Accept_Encoding="gzip").data)


def test_an_ended_feed_keeps_nothing(app, world, subscribed):
    _, row, token = subscribed
    coach, its = subscribe(world, world.actor("clara"), FeedKind.COACH)
    for secret in (token, its):
        fetch(app, secret, Accept_Encoding="gzip")
    change(world, type(world.user("clara")), world.user("clara").id, disabled_at=AT)
    touch(world)
    assert events(fetch(app, its)) == []
    assert stored(world, coach) == (None, None)
    assert stored(world, row)[1] is not None


def test_what_a_head_had_rendered_is_kept_and_notes_no_fetch(app, world, subscribed):
    _, row, token = subscribed
    fetch(app, token, "HEAD")
    with statements(world) as sent:
        fetch(app, token, "HEAD")
    assert len(sent) == 1
    with world.database.reading() as session:
        now = session.get_one(Subscription, row.id)
    assert (now.rendered_revision, now.fetched_on) == (now.revision, None)
