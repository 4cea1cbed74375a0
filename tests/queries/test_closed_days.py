"""A plan in real dates: no date on a closed day unless kept, wall time constant, the right one of the month."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.holidays import public_holidays
from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub import clock
from hub.errors import InvalidInput
from hub.models.series import Closure, HolidayRule
from hub.queries.closures import ClosedBy
from hub.queries.plans import check_rule
from hub.queries.series import Plan, plan_dates
from hub.school_holidays import days_between, school_days_off
from tests.models.test_series import SPANS, WEEKLY

AT = datetime(2026, 9, 14, 8, 30, tzinfo=clock.ZONE)
FIRST, LAST = date(2026, 9, 14), date(2027, 4, 30)  # both changes of the clock lie between
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NTHS = st.sampled_from([1, 2, 3, 4, -1])
MONTHLY = st.builds(
    Rule,
    frequency=st.just(Frequency.MONTHLY_BY_WEEKDAY),
    starts_on=st.dates(date(2026, 6, 1), date(2026, 12, 31)),
    interval=st.integers(1, 3),
    weekdays=st.lists(st.tuples(st.integers(0, 6), SPANS, NTHS), min_size=1, max_size=3).map(
        lambda items: tuple(WeekdayTime(day, *span, nth) for day, span, nth in items)
    ),
)
DAYS = st.dates(FIRST, LAST)
CLOSURES = st.lists(st.tuples(DAYS, st.integers(0, 20)), max_size=4)


def dates(session, plan, organisation_id, **span):
    return plan_dates(session, plan, organisation_id=organisation_id, at=AT, **{"first": FIRST, "last": LAST} | span)


def close(session, organisation, *spans):
    """Close an organisation (None: the schools) on these days instead of whatever was there."""
    session.query(Closure).delete()
    for first, length in spans:
        last = first + timedelta(days=length)
        session.add(Closure(organisation_id=organisation, name="Umbau", first_on=first, last_on=last))
    session.flush()
    return {day for first, length in spans for day in days_between(first, first + timedelta(days=length))}


@QUIET
@given(
    rule=WEEKLY | MONTHLY,
    holidays=st.sampled_from(HolidayRule),
    school_closed=st.booleans(),
    closures=CLOSURES,
    kept=st.frozensets(DAYS, max_size=40),
)
def test_no_date_takes_place_on_a_closed_day_unless_it_is_kept(
    world, session, rule, holidays, school_closed, closures, kept
):
    club = world.cast.organisations["club"].id
    closed = close(session, club, *closures)
    if holidays is not HolidayRule.OPEN:
        closed |= set(public_holidays(FIRST, LAST))
    if school_closed:
        closed |= set(school_days_off(FIRST, LAST))
    plan = Plan(rule=rule, places=1, holidays=holidays, school_closed=school_closed, kept_days=tuple(kept))
    for planned in dates(session, plan, club):
        on = planned.occurrence.on
        assert planned.takes_place is (on not in closed or on in kept)
        assert bool(planned.closed_for) is (on in closed)
        assert (planned.closed_by is None) is (on not in closed)


@QUIET
@given(rule=WEEKLY | MONTHLY)
def test_the_wall_time_stays_the_same_across_both_clock_changes(session, rule):
    wanted = {(item.weekday, item.start) for item in rule.weekdays}
    for planned in dates(session, Plan(rule=rule, places=1, holidays=HolidayRule.OPEN), 0):
        one = planned.occurrence
        if one.problem is None:
            here = clock.local(one.starts_at)
            assert (one.on.weekday(), here.time()) in wanted
            assert here.date() == one.on


@QUIET
@given(rule=MONTHLY)
def test_a_monthly_date_is_the_one_of_its_month_that_was_meant(session, rule):
    wanted = {(item.weekday, item.nth) for item in rule.weekdays}
    for planned in dates(session, Plan(rule=rule, places=1, holidays=HolidayRule.OPEN), 0):
        on = planned.occurrence.on
        from_start = (on.day - 1) // 7 + 1
        is_last = (on + timedelta(days=7)).month != on.month
        assert (on.weekday(), from_start) in wanted or (is_last and (on.weekday(), -1) in wanted)
        months = (on.year - rule.starts_on.year) * 12 + on.month - rule.starts_on.month
        assert months % rule.interval == 0


def wednesdays(**more):
    weekdays = (WeekdayTime(2, time(10), time(11)),)
    return Plan(rule=Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=weekdays), places=1, **more)


def by_day(session, plan, organisation_id=0):
    return {one.occurrence.on: one for one in dates(session, plan, organisation_id)}


def test_each_kind_of_closed_day_has_its_name(world, session):
    club = world.cast.organisations["club"].id
    close(session, club, (date(2026, 9, 30), 0))
    found = by_day(session, wednesdays(school_closed=True), club)
    named = {
        date(2026, 9, 30): (ClosedBy.CLOSURE, "Umbau"),
        date(2026, 10, 14): (ClosedBy.SCHOOL, "Herbstferien"),
        date(2026, 11, 18): (ClosedBy.HOLIDAY, "Buß- und Bettag"),
    }
    for day, (by, name) in named.items():
        assert (found[day].closed_by, found[day].closed_for, found[day].takes_place) == (by, name, False)


def test_school_holidays_are_named_also_where_it_takes_place_in_them(session):
    found = by_day(session, wednesdays())[date(2026, 10, 14)]
    assert (found.takes_place, found.closed_for, found.school_holiday) == (True, "", "Herbstferien")


def test_days_that_coordinators_add_close_for_all_who_leave_out_school_holidays(session):
    close(session, None, (date(2026, 9, 30), 0))
    assert by_day(session, wednesdays(school_closed=True))[date(2026, 9, 30)].closed_for == "Umbau"
    assert by_day(session, wednesdays())[date(2026, 9, 30)].takes_place


def test_closures_of_others_do_not_matter(world, session):
    close(session, world.cast.organisations["clinic"].id, (FIRST, 200))
    found = dates(session, wednesdays(), world.cast.organisations["club"].id)
    assert {one.closed_by for one in found} == {None, ClosedBy.HOLIDAY}


def test_a_holiday_one_is_asked_about_is_not_asked_about_where_schools_are_closed_anyway(session):
    plan = wednesdays(holidays=HolidayRule.ASK, school_closed=True)
    rule = Rule(frequency=Frequency.DATES, starts_on=date(2026, 12, 25), dates=(christmas(),))
    found = dates(session, Plan(rule=rule, places=1, holidays=HolidayRule.ASK, school_closed=True), 0)
    assert [(one.closed_by, one.asked) for one in found] == [(ClosedBy.SCHOOL, False)]
    assert by_day(session, plan)[date(2026, 11, 18)].asked


def christmas():
    return SingleDate(date(2026, 12, 25), time(10), time(11))


@pytest.mark.parametrize(
    ("start", "end", "field", "named"), [("02:30", "04:00", "start", "02:30"), ("01:30", "02:30", "end", "02:30")]
)
def test_the_hour_the_clock_leaves_out_is_named_where_it_was_entered(start, end, field, named):
    span = (time.fromisoformat(start), time.fromisoformat(end))
    rule = Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=(WeekdayTime(6, *span),))
    with pytest.raises(InvalidInput) as refused:
        check_rule(rule)
    assert f"{named} Uhr gibt es da nicht" in str(refused.value.fields[field])
    assert "28.03.2027" in str(refused.value.fields[field])
