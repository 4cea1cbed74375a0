"""A feed whose fetch cannot be noted, or whose bytes cannot be kept, is answered all the same."""

import logging
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from hub.queries import subscriptions
from tests.feeds import events, fetch, person, row_of, subscribe, touch
from tests.places import book, make_offer, make_slot
from tests.world import AT

FULL = OperationalError("UPDATE", {}, Exception("database or disk is full"))


@pytest.fixture
def subscribed(world):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    return subscribe(world, person(world, "tarik"))


@pytest.fixture
def refuse(monkeypatch):
    """Let the database refuse one kind of write."""

    def refuse(name, error=FULL):
        def fail(*_arguments, **_named):
            raise error

        monkeypatch.setattr(subscriptions, name, fail)

    yield refuse
    monkeypatch.undo()


@pytest.mark.parametrize("error", [FULL, NoConnectionFree()])
def test_a_fetch_that_cannot_be_noted_is_answered(app, world, subscribed, refuse, monkeypatch, caplog, error):
    row, token = subscribed
    first = fetch(app, token)
    with time_machine.travel(AT + timedelta(hours=20)):
        refuse("note_fetch", error)
        assert fetch(app, token).data == first.data
        assert fetch(app, token, If_None_Match=first.headers["ETag"]).status_code == 304
        assert row_of(world, row).fetched_on.day == AT.day
        assert type(error).__name__ in caplog.text
        assert token not in caplog.text
        monkeypatch.undo()
        assert fetch(app, token, If_None_Match=first.headers["ETag"]).status_code == 304
        assert row_of(world, row).fetched_on.day == AT.day + 1


def test_bytes_that_cannot_be_kept_are_sent(app, world, subscribed, refuse, monkeypatch, caplog):
    row, token = subscribed
    first = fetch(app, token)
    touch(world)
    refuse("store_rendering")
    with caplog.at_level(logging.ERROR):
        answer = fetch(app, token)
    assert (answer.data, answer.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert (row_of(world, row).rendered_revision, row_of(world, row).fetched_revision) == (1, 1)
    monkeypatch.undo()
    fetch(app, token)
    assert (row_of(world, row).rendered_revision, row_of(world, row).fetched_revision) == (2, 2)


def test_an_ending_that_cannot_be_kept_still_empties_the_calendar(app, world, subscribed, refuse, monkeypatch):
    row, token = subscribed
    first = fetch(app, token)
    with time_machine.travel(AT + timedelta(days=420)):
        refuse("end_feed")
        assert events(fetch(app, token, If_None_Match=first.headers["ETag"])) == []
        monkeypatch.undo()
        assert events(fetch(app, token)) == []
        assert row_of(world, row).ended_why in ("consent", "participation")


def test_compressed_bytes_that_cannot_be_kept_are_sent(app, world, subscribed, refuse):
    _, token = subscribed
    first = fetch(app, token)
    refuse("keep_packed")
    packed = fetch(app, token, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == first.headers["ETag"][:-1] + '-gzip"'
