"""Both Sundays from the series to the calendar: what was planned at ten is at ten in every feed, summer and winter."""

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub.actions.series import extend_series
from hub.models.subscription import FeedKind
from hub.policy.actor import SYSTEM
from tests.feeds import fetch, subscribe, subscribe_person
from tests.kinds import fetch_public
from tests.places import book, make_offer
from tests.series import publish, slots_of

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = WeekdayTime(5, time(22), time(6))
MORNINGS = WeekdayTime(6, time(10), time(11))
AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
# The night of the change is an hour longer or shorter; its wall times are those of all others.
HOURS = {AUTUMN - timedelta(days=1): 9, SPRING - timedelta(days=1): 7}


@pytest.fixture
def around(world):
    """Publish a series over the winter and let Tarik have the dates of three weeks around each change."""
    rule = Rule(
        frequency=Frequency.WEEKLY,
        starts_on=AUTUMN - timedelta(days=14),
        until_on=SPRING + timedelta(days=14),
        weekdays=(NIGHTS, MORNINGS),
    )
    series = publish(world, rule, offer=make_offer(world, window_days=300))
    world.do(
        extend_series, actor=SYSTEM, series_id=series.id, at=world.at + timedelta(weeks=6)
    )  # the worker, in autumn
    near = []
    for slot in slots_of(world, series):
        day = slot.starts_at.astimezone(BERLIN).date()
        if any(abs(day - sunday) <= timedelta(days=8) for sunday in (AUTUMN, SPRING)):
            book(world, slot, world.cast.tarik)
            near.append(day)
    return near


def seen_in_berlin(data: bytes) -> dict[date, tuple[str, str, timedelta]]:
    """Return each date's day, its wall times as a calendar in Berlin shows them, and how long it really is."""
    found = {}
    for event in recurring_ical_events.of(Calendar.from_ical(data)).between(date(2026, 9, 1), date(2027, 6, 1)):
        start, end = (at.astimezone(BERLIN) for at in (event.start, event.end))
        found[start.date()] = (f"{start:%H:%M}", f"{end:%H:%M}", end.astimezone(UTC) - start.astimezone(UTC))
    return found


def planned(day: date) -> tuple[str, str, timedelta]:
    if day.weekday() == NIGHTS.weekday:
        return "22:00", "06:00", timedelta(hours=HOURS.get(day, 8))
    return "10:00", "11:00", timedelta(hours=1)


def test_every_reader_sees_the_planned_hours_around_both_changes(app, world, around, subtests):
    club = world.cast.organisations["club"].id
    assert {AUTUMN, SPRING, *HOURS} <= set(around)
    tokens = {
        "person": subscribe_person(world, "tarik"),
        "coach": subscribe(world, world.actor("clara"), FeedKind.COACH)[1],
        "club": subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club)[1],
    }
    answers = {reader: fetch(app, token) for reader, token in tokens.items()}
    answers["network"] = fetch_public(app, f"networks/{world.cast.programmes['resilience'].public_id}")
    for reader, answer in answers.items():
        with subtests.test(reader):
            seen = seen_in_berlin(answer.data)
            assert {day: seen[day] for day in around} == {day: planned(day) for day in around}
            assert (sorted(seen) == sorted(around)) is (reader in ("person", "coach")), "others see the whole winter"
