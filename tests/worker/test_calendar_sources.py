"""The worker fetches foreign calendars: in its own time, outside transactions, and keeps the last good copy."""

import socket
from datetime import timedelta

import pytest

from calendars.reading import read_calendar
from hub.actions import calendar_sources, source_copies, source_dates
from hub.actions.calendar_sources import Goal
from hub.fetching import Fetched, Fetcher, FetchFailed, Trouble
from hub.models.calendar_source import Light
from hub.models.log import LogEntry
from hub.queries.source_copies import copy_of
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.places import make_offer
from tests.tls import Answer, serving

ADDRESS = "https://kalender.example/geheim-4711.ics"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("tls")) as running:
        yield running


def room_goal(world):
    return Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world))


def room_source(world, url):
    return foreign.add(world, "gudrun", room_goal(world), url=url)


def test_a_calendar_comes_over_tls_and_an_unchanged_one_is_not_read_again(world, server):
    server.answer = Answer(body=calendar(event("a", in_days(world, 1))), headers={"ETag": '"1"'})
    source = room_source(world, server.url())
    foreign.read(world, server.fetcher())
    first = foreign.again(world, source)
    assert foreign.busy(world, source) == [(in_days(world, 1), in_days(world, 1, 9))]
    assert timedelta(hours=1) <= first.next_at - world.at <= timedelta(minutes=70)
    server.asked.clear()
    foreign.read(world, server.fetcher(), at=world.at + timedelta(minutes=59))
    assert server.asked == []  # not due yet
    server.answer = Answer(status=304)
    later = world.at + timedelta(hours=2)
    foreign.read(world, server.fetcher(), at=later)
    assert server.asked[0]["If-None-Match"] == '"1"'
    assert foreign.again(world, source).fetched_at == later
    assert len(foreign.busy(world, source)) == 1
    tomorrow = world.at + timedelta(days=1)
    server.answer = Answer(body=calendar())
    foreign.read(world, server.fetcher(), at=tomorrow)
    assert "If-None-Match" not in server.asked[1]  # the first fetch of a day is whole
    assert foreign.busy(world, source) == []


def test_a_failure_keeps_the_last_good_copy_and_waits_longer_each_time(world, server, caplog):
    server.answer = Answer(body=calendar(event("a", in_days(world, 1))))
    source = room_source(world, server.url("/geheim-4711.ics"))
    foreign.read(world, server.fetcher())
    server.answer, waits, at = Answer(status=302, headers={"Location": "https://127.0.0.1/"}), [], world.at
    for _ in range(6):
        at = foreign.again(world, source).next_at
        foreign.read(world, server.fetcher(), at=at)
        after = foreign.again(world, source)
        waits.append(after.next_at - at)
    assert waits == sorted(waits)
    assert waits[0] >= timedelta(minutes=10)
    assert waits[-1] <= timedelta(hours=6)
    assert (after.trouble, after.fetched_at) == ("moved", world.at)
    assert len(foreign.busy(world, source)) == 1
    assert after.light(world.at + timedelta(hours=4)) is Light.YELLOW
    assert after.light(world.at + timedelta(hours=25)) is Light.RED
    assert "geheim" not in caplog.text


def test_an_address_inside_is_refused_at_every_fetch(world):
    source = room_source(world, ADDRESS)
    for answers in (["127.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"]):
        at = foreign.again(world, source).next_at
        foreign.read(world, Fetcher(resolver=lambda _h, _p, found=answers: found), at=at)
        assert foreign.again(world, source).trouble == "inside"
    assert foreign.again(world, source).fetched_at is None


def test_nothing_is_fetched_inside_a_transaction(world):
    seen = []
    facts = {"actor_ref": "system", "actor_kind": "system", "object_type": "", "object_ref": ""}

    class Writing(Fetcher):
        """Writes where it would fetch: on SQLite an open transaction would hold it up."""

        def fetch(self, url, *, etag=""):
            with world.database.transaction() as session:
                session.add(LogEntry(at=world.at, action="thing.done", fields=[], **facts))
            seen.append(url)
            return Fetched(calendar())

    room_source(world, ADDRESS)
    foreign.read(world, Writing())
    assert seen == [ADDRESS]


def test_two_workers_never_fetch_the_same_and_one_that_died_leaves_it_to_the_next(world):
    source = room_source(world, ADDRESS)
    first = world.do(source_copies.claim_source, source_id=source.id, at=world.at)
    assert first.url == ADDRESS
    assert world.do(source_copies.claim_source, source_id=source.id, at=world.at) is None
    later = world.at + timedelta(minutes=11)
    assert world.do(source_copies.claim_source, source_id=source.id, at=later) is not None


def test_what_was_read_of_an_old_address_or_file_never_replaces_the_newer_one(world):
    """A person changes the calendar while a worker is still reading what it was before."""
    newer = calendar(event("b", in_days(world, 2)))
    by_address, by_file = room_source(world, ADDRESS), foreign.add(world, "gudrun", room_goal(world), calendar())

    def change_both():
        url = "https://kalender.example/neu.ics"
        foreign.do(world, "gudrun", by_address, calendar_sources.edit_source, name="Neu", url=url)
        foreign.do(world, "gudrun", by_file, calendar_sources.renew_file, content=newer)

    old = [world.do(source_copies.claim_source, source_id=one.id, at=world.at) for one in (by_address, by_file)]
    change_both()
    late = world.at + timedelta(seconds=5)
    copy = copy_of(read_calendar(calendar(event("a", in_days(world, 1))), now=world.at), at=world.at)
    for work in old:
        world.do(source_copies.keep_copy, work=work, copy=copy, at=late)
        world.do(source_copies.note_unchanged, work=work, at=late)
        world.do(source_copies.note_trouble, work=work, trouble="too_slow", at=late)
    for one in (by_address, by_file):
        after = foreign.again(world, one)
        assert (after.fetched_at, after.trouble, after.next_at) == (None, "", world.at)
        assert foreign.busy(world, one) == []
    foreign.read(world, Answering(), at=late)
    assert foreign.busy(world, by_file) == [(in_days(world, 2), in_days(world, 2, 9))]


class Answering(Fetcher):
    """Fetches an empty calendar from everywhere."""

    def fetch(self, url, *, etag=""):
        return Fetched(calendar())


def test_a_name_that_leads_inside_later_is_refused_then_and_never_connected(world, monkeypatch):
    source, connected = room_source(world, ADDRESS), []
    foreign.read(world, Answering())
    assert foreign.again(world, source).fetched_at == world.at
    monkeypatch.setattr(socket, "create_connection", lambda address, **_: connected.append(address))
    for inside in ("127.0.0.1", "10.0.0.7", "fd00::1"):
        at = foreign.again(world, source).next_at
        foreign.read(world, Fetcher(resolver=lambda _h, _p, found=inside: [found]), at=at)
        after = foreign.again(world, source)
        assert (after.trouble, after.fetched_at) == ("inside", world.at)
    assert connected == []


def test_one_that_fails_keeps_no_other_from_being_read(world):
    sources = [room_source(world, ADDRESS) for _ in range(2)]

    def resolver(_host, _port):
        raise FetchFailed(Trouble.UNKNOWN_NAME)

    foreign.read(world, Fetcher(resolver=resolver))
    assert [foreign.again(world, one).trouble for one in sources] == ["unknown_name"] * 2


@pytest.mark.slow
def test_five_thousand_events_with_a_second_by_second_rule_are_reported_in_seconds(world):
    offer = make_offer(world, owner="town")
    events = [event(f"e{n}", in_days(world, 1) + timedelta(hours=n), title=f"Termin {n % 7}") for n in range(5000)]
    content = calendar(*events, event("x", in_days(world, 1), "RRULE:FREQ=SECONDLY"))
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), content)
    foreign.read(world)
    after = foreign.again(world, source)
    assert after.incomplete
    assert after.problems["rule_too_frequent"] == 1
    assert foreign.do(world, "gudrun", source, source_dates.choose_dates, titles=["termin 1"], categories=[]) > 100
