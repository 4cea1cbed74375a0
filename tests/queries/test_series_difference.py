"""What a partner is shown before a running series changes: which dates, with whom in them."""

from datetime import date, time, timedelta

import pytest

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub import clock
from hub.actions.slots import call_off_slot, change_places, move_slot, unsettle_slot
from hub.models.series import HolidayRule
from hub.models.subscription import FeedKind, Level, Subscription
from hub.queries.series_dates import Kind, Stays
from hub.queries.slots import get_own_slot
from tests.places import book, make_offer, make_people, make_slot
from tests.series import FIRST, FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, compare, publish, slots_of, weekly

WEEK = timedelta(weeks=1)


def counted(found):
    """How many dates of each kind, and in how many of them somebody is booked."""
    kinds = {kind: found.of(kind) for kind in Kind if found.of(kind)}
    return {kind: (len(rows), sum(row.people for row in rows)) for kind, rows in kinds.items()}


def local(row):
    return f"{clock.local(row.starts_at):%a %d.%m. %H:%M}"


def one(world, series, kind, **more):
    """Return the first row of a kind."""
    return compare(world, series, **more).of(kind)[0]


@pytest.fixture
def booked(world):
    """Give a weekly series of 25 Wednesdays with two people in the second date and one in the third."""
    series = publish(world)
    slots, people = slots_of(world, series), make_people(world, 2)
    for person in people:
        book(world, slots[1], person)
    book(world, slots[2], people[0])
    return series


def test_the_same_rule_changes_nothing(world, booked):
    found = compare(world, booked)
    assert counted(found) == {Kind.UNCHANGED: (25, 3)}


def test_another_time_moves_every_date_with_its_people(world, booked):
    found = compare(world, booked, weekly(at=(14, 15)))
    assert counted(found) == {Kind.MOVED: (25, 3)}
    row = found.of(Kind.MOVED)[1]
    assert (local(row), row.people, len(row.unreached), row.clashing) == ("Wed 23.09. 14:00", 2, 2, 0)
    assert row.slot.id == slots_of(world, booked)[1].id


def test_another_weekday_moves_each_date_within_its_week(world, booked):
    found = compare(world, booked, weekly(THURSDAY))
    # Wednesday 18 November is a holiday and has no date; its Thursday has one now. Christmas Eve is no holiday.
    assert counted(found)[Kind.MOVED] == (25, 3)
    assert [local(row) for row in found.of(Kind.NEW)] == ["Thu 19.11. 10:00"]
    row = found.of(Kind.MOVED)[1]
    assert (clock.local_date(row.slot.starts_at), local(row), row.people) == (date(2026, 9, 23), "Thu 24.09. 10:00", 2)


def test_a_date_that_would_fall_on_a_holiday_goes_and_says_which(world):
    series = publish(world, weekly(THURSDAY, starts_on=date(2026, 11, 16), until_on=date(2026, 11, 22)))
    book(world, slots_of(world, series)[0], world.cast.tarik)
    found = compare(world, series, weekly(WEDNESDAY, starts_on=date(2026, 11, 16), until_on=date(2026, 11, 22)))
    assert [(row.closed_for, row.people) for row in found.of(Kind.REMOVED)] == [("Buß- und Bettag", 1)]
    assert len(found.undecided) == 1


def test_fewer_places_keep_what_is_taken_and_name_the_date(world, booked):
    found = compare(world, booked, places=1)
    assert counted(found) == {Kind.PLACES: (25, 3)}
    assert [(row.places, row.too_few) for row in found.rows[:4]] == [(1, False), (2, True), (1, False), (1, False)]


def test_another_room_moves_the_dates_without_changing_their_time(world, booked):
    hall = world.cast.locations["town_hall"]
    found = compare(world, booked, location_id=hall.id, room_id=hall.rooms[0].id)
    assert counted(found) == {Kind.MOVED: (25, 3)}
    assert not any(row.retimed or row.clashing or row.room_taken for row in found.rows)


def test_a_taken_room_is_named_on_its_date(world, booked):
    hall = world.cast.locations["town_hall"]
    place = {"location_id": hall.id, "room_id": hall.rooms[0].id}
    publish(world, weekly(at=(9, 12), starts_on=date(2026, 10, 1), count=2), **place)
    found = compare(world, booked, **place)
    assert [local(row) for row in found.rows if row.room_taken] == ["Wed 07.10. 10:00", "Wed 14.10. 10:00"]


def test_a_room_the_series_has_already_is_not_in_its_own_way(world):
    hall = world.cast.locations["town_hall"]
    series = publish(world, location_id=hall.id, room_id=hall.rooms[0].id)
    found = compare(
        world,
        series,
        Rule(
            frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=(WeekdayTime(WEDNESDAY, time(10, 30), time(11, 30)),)
        ),
    )
    assert {row.kind for row in found.rows} == {Kind.MOVED}
    assert not any(row.room_taken for row in found.rows)


def test_an_earlier_end_removes_the_later_dates_and_asks_about_their_people(world, booked):
    found = compare(world, booked, weekly(until_on=date(2026, 9, 23)))
    assert counted(found) == {Kind.UNCHANGED: (2, 2), Kind.REMOVED: (23, 1)}
    assert [local(row) for row in found.undecided] == ["Wed 30.09. 10:00"]


def test_every_second_week_removes_the_weeks_between(world, booked):
    found = compare(world, booked, weekly(interval=2))
    # 18 November was in such a week, and closed.
    assert counted(found) == {Kind.UNCHANGED: (13, 1), Kind.REMOVED: (12, 2)}
    assert [local(row) for row in found.undecided] == ["Wed 23.09. 10:00"]


def test_a_second_weekday_is_new_and_leaves_the_first_alone(world, booked):
    found = compare(world, booked, weekly(MONDAY, WEDNESDAY))
    assert counted(found)[Kind.UNCHANGED] == (25, 3)
    assert {local(row)[:3] for row in found.of(Kind.NEW)} == {"Mon"}
    assert set(counted(found)) == {Kind.UNCHANGED, Kind.NEW}


def test_a_weekday_taken_away_goes_and_the_other_stays(world):
    series = publish(world, weekly(MONDAY, WEDNESDAY, starts_on=date(2026, 9, 21), count=4))
    for slot in slots_of(world, series):
        book(world, slot, world.cast.tarik)
    found = compare(world, series, weekly(WEDNESDAY, starts_on=date(2026, 9, 21), until_on=date(2026, 10, 4)))
    assert [(row.kind, local(row)[:3]) for row in found.rows] == [(Kind.REMOVED, "Mon"), (Kind.UNCHANGED, "Wed")] * 2
    assert len(found.undecided) == 2


def test_two_weekdays_move_in_order(world):
    series = publish(world, weekly(MONDAY, WEDNESDAY, starts_on=date(2026, 9, 21), count=2))
    found = compare(world, series, weekly(TUESDAY, THURSDAY, starts_on=date(2026, 9, 21), count=2))
    assert [(f"{clock.local(row.slot.starts_at):%a}", local(row)[:3]) for row in found.rows] == [
        ("Mon", "Tue"),
        ("Wed", "Thu"),
    ]


def test_of_two_dates_on_one_day_the_one_whose_time_stays_stays(world):
    both = (WeekdayTime(WEDNESDAY, time(9), time(10)), WeekdayTime(WEDNESDAY, time(14), time(15)))
    series = publish(world, Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=both, count=1))
    found = compare(world, series, Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=both[1:], count=1))
    assert [(row.kind, local(row)) for row in found.rows] == [
        (Kind.REMOVED, "Wed 16.09. 09:00"),
        (Kind.UNCHANGED, "Wed 16.09. 14:00"),
    ]


def test_the_last_date_made_moves_too_though_its_new_day_lies_beyond(world):
    series = publish(world, weekly(MONDAY), holidays=HolidayRule.OPEN)
    found = compare(world, series, weekly(FRIDAY))
    assert found.of(Kind.REMOVED) == []
    assert (local(found.of(Kind.MOVED)[-1]), found.last) == ("Fri 19.03. 10:00", date(2027, 3, 15))
    assert [local(row) for row in found.of(Kind.NEW)] == ["Fri 18.09. 10:00"]  # the Monday before was no date of it


def test_single_days_are_paired_within_their_week_only(world):
    def on(*days):
        dates = tuple(SingleDate(day, time(10), time(11)) for day in days)
        return Rule(frequency=Frequency.DATES, starts_on=days[0], dates=dates)

    series = publish(world, on(date(2026, 9, 22), date(2026, 10, 20)))
    found = compare(world, series, on(date(2026, 9, 24), date(2026, 11, 3)))
    assert [(row.kind, local(row)[:9]) for row in found.rows] == [
        (Kind.MOVED, "Thu 24.09"),
        (Kind.REMOVED, "Tue 20.10"),
        (Kind.NEW, "Tue 03.11"),
    ]


def test_a_monthly_date_is_paired_within_its_month(world):
    def monthly(weekday, nth):
        times = (WeekdayTime(weekday, time(10), time(11), nth),)
        return Rule(frequency=Frequency.MONTHLY_BY_WEEKDAY, starts_on=date(2026, 10, 1), weekdays=times, count=3)

    found = compare(world, publish(world, monthly(MONDAY, 1)), monthly(FRIDAY, -1))
    assert [local(row)[:10] for row in found.of(Kind.MOVED)] == ["Fri 30.10.", "Fri 27.11."]
    # On 25 December nothing takes place, so this one would go.
    assert [row.closed_for for row in found.of(Kind.REMOVED)] == ["Erster Weihnachtstag"]


def own(world, slot):
    with world.database.reading() as session:
        return get_own_slot(session, world.actor("sven"), slot.public_id)


def test_what_was_decided_for_one_date_stays(world, booked):
    slots, sven = slots_of(world, booked), world.actor("sven")
    world.do(call_off_slot, actor=sven, slot=own(world, slots[0]), at=world.at)
    start = slots[1].starts_at + timedelta(days=2)
    move = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
    world.do(move_slot, actor=sven, slot=own(world, slots[1]), **move, at=world.at)
    world.do(unsettle_slot, actor=sven, slot=own(world, slots[2]), at=world.at)
    world.do(change_places, actor=sven, slot=own(world, slots[3]), number=9, at=world.at)
    found = compare(world, booked, weekly(THURSDAY, at=(14, 15)), places=5)
    assert len(found.of(Kind.NEW)) == 1  # the Thursday after the holiday, and none beside the four
    by_id = {row.slot.id: row for row in found.rows if row.slot}
    rows = [by_id[slot.id] for slot in slots[:5]]
    assert [row.stays for row in rows] == [Stays.CALLED_OFF, Stays.BY_HAND, Stays.UNSETTLED, None, None]
    assert [row.starts_at for row in rows[:3]] == [slots[0].starts_at, start, slots[2].starts_at]
    assert [row.places for row in rows] == [3, 5, 3, 9, 5]
    assert [local(row) for row in rows[3:]] == ["Thu 08.10. 14:00", "Thu 15.10. 14:00"]
    assert [row.key[0] for row in rows[:3]] == [date(2026, 9, day) for day in (17, 24)] + [date(2026, 10, 1)]


def test_who_has_something_else_at_the_new_time_is_counted(world, booked):
    slots = slots_of(world, booked)
    tarik = world.cast.tarik
    book(world, slots[1], tarik)
    other = make_slot(world, make_offer(world), starts_at=slots[1].starts_at + timedelta(hours=4))
    book(world, other, tarik)
    found = compare(world, booked, weekly(at=(14, 15)))
    assert [row.clashing for row in found.rows[:3]] == [0, 1, 0]


def test_two_dates_of_the_series_that_come_to_overlap_count_as_well(world):
    both = (WeekdayTime(WEDNESDAY, time(9), time(10)), WeekdayTime(WEDNESDAY, time(14), time(15)))
    series = publish(world, Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=both, count=1))
    for slot in slots_of(world, series):
        book(world, slot, world.cast.tarik)
    closer = (both[0], WeekdayTime(WEDNESDAY, time(9, 30), time(11)))
    found = compare(world, series, Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=closer, count=1))
    assert [(row.kind, row.clashing) for row in found.rows] == [(Kind.UNCHANGED, 0), (Kind.MOVED, 1)]


def test_a_calendar_that_was_fetched_tells_its_person(world):
    series = publish(world)
    slot = slots_of(world, series)[0]
    book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        session.add(
            Subscription(
                kind=FeedKind.PARTICIPANT,
                participant_id=world.cast.tarik.id,
                name="Handy",
                level=Level.DISCREET,
                token_digest="0" * 64,
                created_at=world.at,
                fetched_on=FIRST,
            )
        )
    row = one(world, series, Kind.MOVED, rule=weekly(at=(8, 9)))
    assert (row.people, row.unreached) == (1, ())


def test_the_past_never_changes_and_today_only_what_lies_ahead(world):
    today = date(2026, 9, 14)
    times = (WeekdayTime(MONDAY, time(9), time(10)), WeekdayTime(MONDAY, time(15), time(16)))
    series = publish(world, Rule(frequency=Frequency.WEEKLY, starts_on=today, weekdays=times, count=1))
    noon = world.at + timedelta(hours=4)
    later = (WeekdayTime(MONDAY, time(11), time(12)), WeekdayTime(MONDAY, time(17), time(18)))
    with_earlier = compare(
        world, series, Rule(frequency=Frequency.WEEKLY, starts_on=today, weekdays=later, count=1), at=noon
    )
    assert [(row.kind, row.stays, local(row)[-5:]) for row in with_earlier.rows] == [
        (Kind.UNCHANGED, Stays.BEGUN, "09:00"),
        (Kind.MOVED, None, "17:00"),
    ]
    over = (WeekdayTime(MONDAY, time(8), time(9)), WeekdayTime(MONDAY, time(11), time(12)))
    too_late = compare(
        world, series, Rule(frequency=Frequency.WEEKLY, starts_on=today, weekdays=over, count=1), at=noon
    )
    assert [(row.kind, row.stays) for row in too_late.rows] == [
        (Kind.UNCHANGED, Stays.BEGUN),
        (Kind.UNCHANGED, Stays.TOO_LATE),
    ]


def test_dates_that_stand_on_a_closed_day_stand_unless_closed_days_are_changed(world):
    series = publish(world, holidays=HolidayRule.OPEN)
    assert counted(compare(world, series)) == {Kind.UNCHANGED: (26, 0)}
    found = compare(world, series, holidays=HolidayRule.CLOSED)
    assert [row.closed_for for row in found.of(Kind.REMOVED)] == ["Buß- und Bettag"]


def test_only_dates_from_the_chosen_day_on_are_compared(world, booked):
    found = compare(world, booked, weekly(at=(8, 9), starts_on=date(2026, 9, 30)), since=date(2026, 9, 30))
    assert counted(found) == {Kind.MOVED: (23, 1)}


def test_the_digest_changes_with_a_booking_and_with_nothing_else(world, booked):
    before = compare(world, booked, weekly(THURSDAY)).digest
    assert compare(world, booked, weekly(THURSDAY)).digest == before
    book(world, slots_of(world, booked)[5], world.cast.tarik)
    assert compare(world, booked, weekly(THURSDAY)).digest != before
