"""Reminders where the reader asked for them, and a person's feed in the language they read now."""

from datetime import timedelta

import pytest

from hub.actions import subscriptions as verbs
from hub.actions.bookings import cancel_booking
from hub.actions.participants import choose_language
from hub.errors import InvalidInput, NotAllowed, StepNotPossible
from hub.models.log import LogEntry
from hub.models.subscription import FeedKind
from hub.queries.bookings import get_booking
from hub.queries.participants import get_self
from hub.queries.subscriptions import get_subscription
from tests.feeds import events, fetch, only, person, row_of, subscribe
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import AT


@pytest.fixture
def booking(world):
    return book(world, make_slot(world, make_offer(world)), world.cast.tarik)


def minutes(event):
    """Return how long before its start an event rings, and check that nothing but the own words is shown."""
    alarms = event.walk("VALARM")
    for one in alarms:
        assert (str(one["ACTION"]), str(one["DESCRIPTION"])) == ("DISPLAY", str(event["SUMMARY"]))
        assert {name for name, _ in one.property_items() if name not in ("BEGIN", "END")} == {
            "ACTION", "DESCRIPTION", "TRIGGER",
        }  # fmt: skip
    return sorted(-one["TRIGGER"].dt // timedelta(minutes=1) for one in alarms)


def choose(world, actor, row, alarms):
    world.database.run(
        lambda session: verbs.change_alarms(
            session, actor=actor, subscription=get_subscription(session, actor, row.public_id), alarms=alarms, at=AT
        )
    )


def test_a_calendar_reminds_only_where_it_was_asked_to(app, world, booking):
    tarik = person(world, "tarik")
    row, token = subscribe(world, tarik)
    silent, other = fetch(app, token), subscribe(world, tarik, name="Computer", alarms=[1440, 60])[1]
    assert minutes(only(silent)) == []
    assert minutes(only(fetch(app, other))) == [60, 1440]
    choose(world, tarik, row, [60])
    since = {"If_None_Match": silent.headers["ETag"]}
    assert minutes(only(fetch(app, token, **since))) == [60]
    assert row_of(world, row).revision == 2
    choose(world, tarik, row, [60])
    assert row_of(world, row).revision == 2
    fresh, token = world.do(verbs.rotate_subscription, actor=tarik, subscription=row, at=AT)
    assert fresh.alarms == [60]
    assert minutes(only(fetch(app, token))) == [60]
    choose(world, tarik, fresh, [])
    assert fetch(app, token).data == silent.data
    actions = [one.action for one in all_rows(world, LogEntry) if one.action == "subscription.alarms_changed"]
    assert len(actions) == 2


def test_what_was_called_off_rings_nobody(app, world, booking):
    token = subscribe(world, person(world, "tarik"), alarms=[60])[1]
    world.database.run(
        lambda session: cancel_booking(
            session,
            actor=world.actor("clara"),
            booking=get_booking(session, world.actor("clara"), booking.public_id, at=AT),
            by="coach",
            at=AT,
        )
    )
    found = only(fetch(app, token))
    assert (str(found["STATUS"]), minutes(found)) == ("CANCELLED", [])


def test_staff_are_reminded_too_and_nobody_of_others_calendars(app, world, booking):
    clara, tarik = world.actor("clara"), person(world, "tarik")
    coachs, token = subscribe(world, clara, FeedKind.COACH, alarms=[1440])
    assert minutes(only(fetch(app, token))) == [1440]
    persons, _ = subscribe(world, tarik)
    for actor, row in ((clara, persons), (tarik, coachs), (world.actor("fred"), coachs)):
        with pytest.raises(NotAllowed):
            world.do(verbs.change_alarms, actor=actor, subscription=row, alarms=[60], at=AT)
    for odd in ([0], [61], [60, -1440]):
        with pytest.raises(InvalidInput):
            choose(world, clara, coachs, odd)
        with pytest.raises(InvalidInput):
            subscribe(world, clara, FeedKind.COACH, name="Uhr", alarms=odd)
    world.do(verbs.end_subscription, actor=clara, subscription=coachs, at=AT)
    with pytest.raises(StepNotPossible):
        world.do(verbs.change_alarms, actor=clara, subscription=coachs, alarms=[60], at=AT)


def test_a_persons_feed_speaks_the_language_they_read_now(app, world, booking):
    tarik = person(world, "tarik")
    token = subscribe(world, tarik, locale="de")[1]
    coachs = subscribe(world, world.actor("clara"), FeedKind.COACH, locale="de")[1]
    german, hers = fetch(app, token), fetch(app, coachs)
    assert b"X-WR-CALNAME:Termine" in german.data
    world.database.run(
        lambda session: choose_language(
            session, actor=tarik, participant=get_self(session, tarik, at=AT), locale="en", at=AT
        )
    )
    english = fetch(app, token, If_None_Match=german.headers["ETag"])
    assert b"X-WR-CALNAME:Dates" in english.data
    assert events(english) == events(german)  # the own word is nobody's to translate
    assert fetch(app, coachs).data == hers.data
