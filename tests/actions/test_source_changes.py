"""A changed source shows a difference and never overwrites a booking; each kind of change, with people booked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions import calendar_sources as verbs
from hub.actions import source_dates
from hub.errors import RuleBroken
from hub.models.booking import Booking
from hub.models.calendar_source import SourceDateState
from hub.models.notice import Notice
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.queries import calendar_sources as queries
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.places import all_rows, book, make_offer

S = SourceDateState
HOUR = timedelta(hours=1)


@pytest.fixture
def first(world):
    return in_days(world, 3)


@pytest.fixture
def source(world, first):
    """Gudrun's calendar, a weekly series of three dates and a single one; all four taken over, somebody in each."""
    offer = make_offer(world, owner="town", location_id=world.cast.town_hall.id)
    one = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(*before(first)))
    foreign.read(world)
    foreign.do(world, "gudrun", one, source_dates.choose_dates, titles=["sprechstunde"], categories=[])
    keys = [row.key_digest for row in foreign.rows(world, one)]
    assert foreign.do(world, "gudrun", one, source_dates.take_over, keys=keys) == (4, 0)
    for slot in all_rows(world, Slot):
        book(world, slot, world.cast.tarik)
    return one


def weekly(first, *lines, **facts):
    return event("series", first, "RRULE:FREQ=WEEKLY;COUNT=3", *lines, **facts)


def single(first, *lines, shift=timedelta(0), uid="single", **facts):
    return event(uid, first + timedelta(days=1) + shift, *lines, **facts)


def before(first):
    return weekly(first), single(first)


def replaced(first, *lines, shift=timedelta(0)):
    """The second date of the series, told apart."""
    planned = first + timedelta(days=7)
    return event("series", planned + shift, f"RECURRENCE-ID:{planned:%Y%m%dT%H%M%SZ}", *lines)


def whole_day(first):
    return f"BEGIN:VEVENT\r\nUID:single\r\nDTSTART;VALUE=DATE:{first:%Y%m%d}\r\nSUMMARY:Sprechstunde\r\nEND:VEVENT\r\n"


def excluded(first):
    return f"EXDATE:{first + timedelta(days=7):%Y%m%dT%H%M%SZ}"


# Each change of the file, and how the four dates stand then: three of the series, the single one between them.
CHANGES = {
    "nothing": (before, "taken taken taken taken"),
    "the single one moves": (lambda f: (weekly(f), single(f, shift=HOUR)), "taken changed taken taken"),
    "it lasts longer": (lambda f: (weekly(f), single(f, minutes=90)), "taken changed taken taken"),
    "it is called off": (lambda f: (weekly(f), single(f, "STATUS:CANCELLED")), "taken gone taken taken"),
    "it is missing": (lambda f: (weekly(f),), "taken gone taken taken"),
    "it has another title": (lambda f: (weekly(f), single(f, title="Urlaub")), "taken gone taken taken"),
    "it lasts all day": (lambda f: (weekly(f), whole_day(f)), "taken gone taken taken"),
    "it has another identity": (lambda f: (weekly(f), single(f, uid="x")), "taken taken taken taken"),
    "it is a series now": (lambda f: (weekly(f), single(f, "RRULE:FREQ=DAILY;COUNT=1")), "taken taken taken taken"),
    "it is private now": (lambda f: (weekly(f), single(f, "TRANSP:TRANSPARENT")), "taken taken taken taken"),
    "the series moves": (lambda f: (weekly(f + HOUR), single(f)), "changed taken changed changed"),
    "the series is shorter": (
        lambda f: (event("series", f, "RRULE:FREQ=WEEKLY;COUNT=2"), single(f)),
        "taken taken taken gone",
    ),
    "one of the series is excluded": (lambda f: (weekly(f, excluded(f)), single(f)), "taken taken gone taken"),
    "one of the series moves": (
        lambda f: (weekly(f), replaced(f, shift=HOUR), single(f)),
        "taken taken changed taken",
    ),
    "one of the series is called off": (
        lambda f: (weekly(f), replaced(f, "STATUS:CANCELLED"), single(f)),
        "taken taken gone taken",
    ),
    "all is gone": (lambda f: (), "gone gone gone gone"),
    "a new one comes": (lambda f: (*before(f), event("n", f + timedelta(days=2))), "taken taken new taken taken"),
    "a part cannot be read": (lambda f: (event("p", f, "RRULE:FREQ=SECONDLY"),), "taken new taken taken taken"),
}


def kept(world):
    """Every column of every date, booking and message there is."""
    return [
        [{c.name: getattr(row, c.key) for c in model.__table__.columns} for row in all_rows(world, model)]
        for model in (Slot, Booking, Notice)
    ]


def states(world, source):
    with world.database.reading() as session:
        lines = queries.list_lines(session, foreign.again(world, source), at=world.at)
    return " ".join(line.state.value for line in sorted(lines, key=place))


def place(line):
    return line.row.slot.starts_at if line.row.slot else line.row.starts_at


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_as_a_difference_and_leaves_every_booking_as_it_is(world, source, first, name):
    change, expected = CHANGES[name]
    unchanged = kept(world)
    foreign.renew(world, "gudrun", source, calendar(*change(first)))
    assert kept(world) == unchanged
    assert states(world, source) == expected


@pytest.mark.parametrize("name", [name for name, (_, expected) in CHANGES.items() if "changed" in expected])
def test_no_step_of_the_page_moves_a_booked_date_either(world, source, first, name):
    foreign.renew(world, "gudrun", source, calendar(*CHANGES[name][0](first)))
    unchanged = kept(world)
    with world.database.reading() as session:
        lines = queries.list_lines(session, foreign.again(world, source), at=world.at)
    for line in [line for line in lines if line.state is S.CHANGED]:
        with pytest.raises(RuleBroken):
            foreign.do(world, "gudrun", source, source_dates.follow_change, key=line.row.key_digest)
    assert kept(world) == unchanged


def test_another_address_says_nothing_until_it_is_read_and_changes_no_booking(world, source):
    unchanged = kept(world)
    url = "https://kalender.example/anders.ics"
    foreign.do(world, "gudrun", source, verbs.edit_source, name="Neu", url=url)
    foreign.do(world, "gudrun", source, verbs.end_source)
    assert kept(world) == unchanged


def test_the_same_calendar_entered_again_makes_no_date_twice(world, source, first):
    unchanged = kept(world)
    foreign.do(world, "gudrun", source, verbs.end_source)
    with world.database.reading() as session:
        offer = session.get_one(Offer, source.offer_id)
    anew = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(*before(first)))
    foreign.read(world)
    foreign.do(world, "gudrun", anew, source_dates.choose_dates, titles=["sprechstunde"], categories=[])
    keys = [row.key_digest for row in foreign.rows(world, anew)]
    assert foreign.do(world, "gudrun", anew, source_dates.take_over, keys=keys) == (4, 0)
    assert kept(world) == unchanged
    assert states(world, anew) == "taken taken taken taken"


def test_two_entries_at_the_same_time_are_one_date(world, first):
    offer = make_offer(world, owner="town", location_id=world.cast.town_hall.id)
    one = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(event("a", first), event("b", first)))
    foreign.read(world)
    foreign.do(world, "gudrun", one, source_dates.choose_dates, titles=["sprechstunde"], categories=[])
    keys = [row.key_digest for row in foreign.rows(world, one)]
    assert foreign.do(world, "gudrun", one, source_dates.take_over, keys=keys) == (2, 0)
    with world.database.reading() as session:
        assert len(session.scalars(select(Slot)).all()) == 1
