"""A coach's day worked out on paper: drives between doors, pauses, missing minutes, what fits, the shortest round."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from hub.geography import find_by_name_or_postal_code
from hub.queries.day_plans import (
    Day,
    Habits,
    Journey,
    Stop,
    Wanted,
    find_clash,
    legs_of,
    list_fitting,
    minutes_between,
    missing_minutes,
    pair_of,
    propose,
)
from hub.queries.visit_routes import propose_route

ON = date(2026, 9, 15)


def town(name: str) -> str:
    return find_by_name_or_postal_code(name)[0].code


COSWIG, NOSSEN, RIESA = (town(name) for name in ("Coswig", "Nossen", "Riesa"))
PLAIN = Habits()


def at(hour: int, minute: int = 0, on: date = ON) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)


def stop(hour: int, code: str = "", *, minute: int = 0, minutes: int = 60, **more) -> Stop:
    start = at(hour, minute)
    return Stop(start, start + timedelta(minutes=minutes), code, **more)


@pytest.mark.parametrize(("kilometres", "minutes"), [(0, 5), (1, 10), (10, 25), (45, 90)])
def test_a_journey_is_rounded_up_to_five_minutes(kilometres, minutes):
    assert Journey(kilometres).minutes == minutes


def test_the_own_word_about_two_towns_counts_there_and_back():
    guessed = minutes_between(COSWIG, NOSSEN, {})
    assert guessed
    assert guessed % 5 == 0
    assert minutes_between(NOSSEN, COSWIG, {}) == guessed
    for pair in ((COSWIG, NOSSEN), (NOSSEN, COSWIG)):
        assert minutes_between(*pair, {pair_of(COSWIG, NOSSEN): 7}) == 7
    assert minutes_between(COSWIG, COSWIG, {}) == 10
    assert minutes_between(COSWIG, "00000000", {}) is None


@pytest.mark.parametrize(
    ("first", "then", "pause", "missing"),
    [
        (stop(8, travel_minutes=20), stop(9, travel_minutes=35), 0, 35),  # no towns: the longer way to the office
        (stop(8, travel_minutes=20), stop(9, travel_minutes=35, minute=35), 0, 0),
        (stop(8, COSWIG), stop(9, COSWIG), 0, 10),
        (stop(8, COSWIG), stop(9, COSWIG), 15, 25),
        (stop(8, COSWIG, talk=False), stop(9, COSWIG), 15, 10),  # after own time there is no pause
        (stop(8, COSWIG, door=3), stop(9, COSWIG, door=3), 0, 0),
        (stop(8, COSWIG, door=3), stop(9, COSWIG, door=3), 5, 5),
        (stop(8, COSWIG, travel_minutes=60), stop(9, COSWIG, travel_minutes=60, minute=10), 0, 0),  # door to door
    ],
)
def test_minutes_missing_between_two_stops(first, then, pause, missing):
    habits = Habits(buffer_minutes=pause)
    assert missing_minutes(first, then, habits) == missing
    for one, other in ((first, then), (then, first)):
        assert (find_clash(one, [other], habits) is not None) == bool(missing)


def test_a_stop_inside_another_clashes_however_near():
    outer, inner = stop(8, minutes=240), stop(9)
    assert find_clash(inner, [outer], PLAIN) is outer
    assert find_clash(outer, [inner], PLAIN) is inner


def test_the_drives_of_a_day_go_out_between_the_doors_and_back():
    stops = [stop(8, COSWIG, travel_minutes=20), stop(9, NOSSEN, travel_minutes=30), stop(14, travel_minutes=0)]
    legs = legs_of(stops, PLAIN)
    between = minutes_between(COSWIG, NOSSEN, {})
    assert [(leg.minutes, leg.missing) for leg in legs] == [(20, 0), (between, between), (30, 0)]
    assert legs[0].leaves_at == at(7, 40)
    assert legs_of([stop(8, travel_minutes=15)], PLAIN)[-1].then is None
    assert legs_of([], PLAIN) == []


def test_before_own_time_one_drives_home_when_the_visit_is_over():
    home = legs_of([stop(8, COSWIG, travel_minutes=20), stop(14, talk=False)], PLAIN)[1:]
    assert [(leg.minutes, leg.leaves_at, leg.is_home) for leg in home] == [(20, at(9), True)]
    out = legs_of([stop(6, talk=False), stop(8, COSWIG, travel_minutes=20)], PLAIN)
    assert [(leg.minutes, leg.leaves_at, leg.is_home) for leg in out] == [(20, at(7, 40), False), (20, at(9), True)]


def test_what_fits_keeps_hours_pauses_both_calendars_and_now():
    wanted = Wanted(60, COSWIG, travel_minutes=20, elsewhere=((at(8), at(9)),))
    day = Day(ON, (stop(11, COSWIG),), busy=((at(13), at(14)),), after=at(7))
    fitting = [one.starts_at for one in list_fitting(wanted, day, Habits(buffer_minutes=10))]
    assert fitting[0] == at(9)  # the person is free again
    assert at(9, 30) in fitting
    assert at(9, 45) not in fitting  # ten minutes of pause, ten of driving
    assert at(12, 30) not in fitting  # the way home would reach into the own calendar
    assert all(one + timedelta(minutes=80) <= at(15) for one in fitting)  # 17 o'clock in Saxony


def test_proposals_lie_apart_and_drive_least():
    day = Day(ON, (stop(10, NOSSEN, travel_minutes=40),))
    found = propose(Wanted(60, NOSSEN, travel_minutes=40), day, PLAIN)
    assert len(found) == 3
    starts = [one.starts_at for one in found]
    assert starts == sorted(starts)
    assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(starts))
    assert all(find_clash(one, day.stops, PLAIN) is None for one in found)
    assert propose(Wanted(60), Day(ON, (stop(5, minutes=720),)), PLAIN) == []


@pytest.mark.parametrize(("on", "first"), [(date(2026, 10, 25), 7), (date(2027, 3, 28), 6), (date(2026, 3, 29), 6)])
def test_hours_are_those_on_the_wall_on_both_sundays_of_the_clock(on, first):
    starts = [one.starts_at for one in list_fitting(Wanted(60), Day(on, ()), PLAIN)]
    assert starts[0] == at(first, on=on)
    assert len(starts) == 33


def test_the_round_with_the_least_driving_is_found():
    visits = [Wanted(60, RIESA, travel_minutes=35), Wanted(60, COSWIG, travel_minutes=20), Wanted(60, RIESA)]
    route = propose_route(visits, Day(ON, ()), Habits(day_starts=time(8), day_ends=time(18)))
    assert route is not None
    order = [one.town for one in route]
    assert order in ([COSWIG, RIESA, RIESA], [RIESA, RIESA, COSWIG])
    assert all(find_clash(one, [other for other in route if other is not one], PLAIN) is None for one in route)


def test_a_round_that_does_not_fit_is_no_round():
    assert propose_route([Wanted(300), Wanted(300)], Day(ON, ()), PLAIN) is None
    assert propose_route([], Day(ON, ()), PLAIN) is None
    with pytest.raises(ValueError, match="at most 6"):
        propose_route([Wanted(10)] * 7, Day(ON, ()), PLAIN)
    assert len(propose_route([Wanted(30)] * 6, Day(ON, ()), PLAIN) or []) == 6
