"""A room or a coach is busy, free or unknown according to a calendar; in doubt unknown, never free."""

from datetime import timedelta

import pytest

from hub.actions import calendar_sources as verbs
from hub.actions import source_copies
from hub.actions.calendar_sources import Goal
from hub.fetching import Fetcher
from hub.models.calendar_source import CalendarSource
from hub.queries.busy_times import Known, of_coach, of_rooms
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days


@pytest.fixture
def room(world):
    return foreign.room_of(world)


def known(world, room, start, *, minutes=60, at=None):
    with world.database.reading() as session:
        end, at = start + timedelta(minutes=minutes), at or world.at
        busy = of_rooms(session, {room.id}, first=start, last=end, at=at).get(room.id)
        return busy.state(start, end) if busy else None


def add(world, room, content=None, url=None):
    return foreign.add(world, "gudrun", Goal(organisation_id=world.cast.town.id, room=room), content, url)


def test_a_room_without_a_calendar_is_not_spoken_of(world, room):
    assert known(world, room, in_days(world, 1)) is None


def test_a_calendar_never_read_says_unknown(world, room):
    add(world, room, url="https://kalender.example/a.ics")
    assert known(world, room, in_days(world, 1)) is Known.UNKNOWN


def test_busy_and_free_and_what_only_touches(world, room):
    source = add(world, room, calendar(event("a", in_days(world, 1), minutes=60), event("b", in_days(world, 1, 9))))
    foreign.read(world)
    assert known(world, room, in_days(world, 1), minutes=10) is Known.BUSY
    assert known(world, room, in_days(world, 1, 9), minutes=600) is Known.BUSY
    assert known(world, room, in_days(world, 1, 10)) is Known.FREE
    assert known(world, room, in_days(world, 1, 7)) is Known.FREE
    assert foreign.busy(world, source) == [(in_days(world, 1), in_days(world, 1, 10))]  # merged, without titles


def test_transparent_and_cancelled_entries_make_nobody_busy_and_whole_days_do(world, room):
    start = in_days(world, 1)
    whole = "BEGIN:VEVENT\r\nUID:w\r\nDTSTART;VALUE=DATE:20260918\r\nSUMMARY:Umbau\r\nEND:VEVENT\r\n"
    odd = [event("a", start, "TRANSP:TRANSPARENT"), event("b", start, "STATUS:CANCELLED"), whole]
    add(world, room, calendar(*odd))
    foreign.read(world)
    assert known(world, room, start) is Known.FREE
    assert known(world, room, in_days(world, 4)) is Known.BUSY


def test_an_incomplete_calendar_says_busy_or_unknown_and_never_free(world, room):
    start = in_days(world, 1)
    add(world, room, calendar(event("a", start), event("x", start, "RRULE:FREQ=SECONDLY")))
    foreign.read(world)
    assert known(world, room, start) is Known.BUSY
    assert known(world, room, in_days(world, 2)) is Known.UNKNOWN


@pytest.mark.parametrize(("days", "expected"), [(13, Known.FREE), (15, Known.UNKNOWN)])
def test_an_old_file_no_longer_says_free(world, room, days, expected):
    add(world, room, calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    assert known(world, room, in_days(world, 20), at=world.at + timedelta(days=days)) is expected


@pytest.mark.parametrize(("hours", "expected"), [(23, Known.FREE), (25, Known.UNKNOWN)])
def test_an_address_that_fails_for_a_day_no_longer_says_free(world, room, hours, expected):
    source = add(world, room, url="https://kalender.example/a.ics")
    work = world.do(source_copies.claim_source, source_id=source.id, at=world.at)
    world.do(source_copies.note_unchanged, work=work, at=world.at)
    late = world.at + timedelta(hours=hours)
    work = world.do(source_copies.claim_source, source_id=source.id, at=late)
    world.do(source_copies.note_trouble, work=work, trouble="too_slow", at=late)
    assert known(world, room, in_days(world, 20), at=late) is expected


def test_what_lies_beyond_the_reading_is_unknown(world, room):
    add(world, room, calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    assert known(world, room, in_days(world, 699)) is Known.FREE
    assert known(world, room, in_days(world, 701)) is Known.UNKNOWN


def test_one_of_two_calendars_that_is_unknown_makes_the_room_unknown(world, room):
    add(world, room, calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    add(world, room, url="https://kalender.example/a.ics")
    assert known(world, room, in_days(world, 1)) is Known.BUSY
    assert known(world, room, in_days(world, 2)) is Known.UNKNOWN


def test_a_coachs_calendar_is_the_coachs_alone(world):
    clara, cem = world.user("clara").id, world.user("cem").id
    foreign.add(world, "clara", Goal(user_id=clara), calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    with world.database.reading() as session:
        span = {"first": in_days(world, 1), "last": in_days(world, 1, 9), "at": world.at}
        assert of_coach(session, clara, **span).state(span["first"], span["last"]) is Known.BUSY
        assert of_coach(session, cem, **span) is None


def never_read(world, room):
    add(world, room, url="https://kalender.example/a.ics")


def not_readable(world, room):
    add(world, room, content=b"no calendar")
    foreign.read(world)


def failing_from_the_start(world, room):
    add(world, room, url="https://kalender.example/a.ics")
    foreign.read(world, Fetcher(resolver=lambda _host, _port: ["10.0.0.1"]))


def moved_to_another_address(world, room):
    source = add(world, room, calendar())
    foreign.read(world)
    foreign.do(world, "gudrun", source, verbs.edit_source, name="Neu", url="https://kalender.example/b.ics")


def paused(world, room):
    """Nobody fetches it any more, however that came about."""
    source = add(world, room, calendar())
    foreign.read(world)
    with world.database.transaction() as session:
        kept = session.get_one(CalendarSource, source.id)
        kept.next_at, kept.fetched_at = None, world.at - timedelta(days=15)


def another_one_ended(world, room):
    ended = add(world, room, calendar())
    foreign.read(world)
    add(world, room, url="https://kalender.example/a.ics")
    foreign.do(world, "gudrun", ended, verbs.end_source)


CLOSED = [never_read, not_readable, failing_from_the_start, moved_to_another_address, paused, another_one_ended]


@pytest.mark.parametrize("standing", CLOSED, ids=lambda one: one.__name__)
def test_whatever_keeps_a_calendar_from_being_known_reads_as_unknown_and_never_as_free(world, room, standing):
    standing(world, room)
    assert known(world, room, in_days(world, 2)) is Known.UNKNOWN


def test_a_calendar_that_was_ended_is_not_spoken_of_and_its_busy_times_are_gone(world, room):
    source = add(world, room, calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    foreign.do(world, "gudrun", source, verbs.end_source)
    assert known(world, room, in_days(world, 1)) is None  # no word of it, neither busy nor free
    assert foreign.busy(world, source) == []
