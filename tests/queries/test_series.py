"""What a rule means in real dates: across both clock changes, and the same in one go or step by step."""

from datetime import date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub import clock
from hub.models.series import Closure, HolidayRule
from hub.queries.series import Plan, plan_dates
from tests.models.test_series import WEEKLY

AT = datetime(2026, 9, 14, 8, 30, tzinfo=clock.ZONE)
FIRST, LAST = date(2026, 9, 14), date(2027, 4, 30)  # both changes of the clock lie between
QUIET = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def dates(session, plan, first=FIRST, last=LAST, organisation_id=0):
    return plan_dates(session, plan, organisation_id=organisation_id, first=first, last=last, at=AT)


@QUIET
@given(rule=WEEKLY, closed=st.sampled_from(HolidayRule), cut=st.dates(FIRST, LAST))
def test_dates_are_the_same_step_by_step_as_in_one_go(session, rule, closed, cut):
    plan = Plan(rule=rule, places=1, holidays=closed)
    at_once = dates(session, plan)
    steps = [*dates(session, plan, last=cut), *dates(session, plan, first=cut)]
    keys = {(one.occurrence.on, one.occurrence.index): one for one in steps}
    assert list(keys.values()) == at_once


@QUIET
@given(rule=WEEKLY)
def test_every_date_keeps_its_wall_time_and_lies_ahead(session, rule):
    wanted = {(item.weekday, item.start) for item in rule.weekdays}
    for planned in dates(session, Plan(rule=rule, places=1)):
        one = planned.occurrence
        assert AT < one.starts_at < one.ends_at
        if one.problem is None:
            here = clock.local(one.starts_at)
            assert (one.on.weekday(), here.time()) in wanted


def weekly(*days):
    times = tuple(WeekdayTime(day, time(10), time(11)) for day in days)
    return Rule(frequency=Frequency.WEEKLY, starts_on=FIRST, weekdays=times)


def test_a_closed_day_has_a_name_and_is_asked_about_only_if_wanted(session):
    for rule, asked in ((HolidayRule.CLOSED, False), (HolidayRule.ASK, True)):
        found = {one.occurrence.on: one for one in dates(session, Plan(rule=weekly(2), places=1, holidays=rule))}
        planned = found[date(2026, 11, 18)]
        assert (planned.closed_for, planned.asked, planned.takes_place) == ("Buß- und Bettag", asked, False)
        assert found[date(2026, 11, 11)].takes_place


def test_a_closure_closes_also_where_holidays_are_open(world, session):
    club = world.cast.organisations["club"]
    last = FIRST + timedelta(days=6)
    session.add(Closure(organisation_id=club.id, name="Umbau", first_on=FIRST, last_on=last))
    found = dates(session, Plan(rule=weekly(2), places=1, holidays=HolidayRule.OPEN), organisation_id=club.id)
    assert [(one.closed_for, one.takes_place) for one in found[:2]] == [("Umbau", False), ("", True)]
