"""Whose turn it is when a partner is silent: a table of instants, over weekends, holidays and missing desks."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.models.enquiry import hear_by
from hub.queries.ladder import FURTHEST, Desks, Owner, list_desks, turn_of
from tests.calls import without_staff

P, U, D, C = Owner.PARTNER, Owner.UMBRELLA, Owner.DESK, Owner.COACH
BOTH, DESK_ONLY, UMBRELLA_ONLY, NONE = Desks(True, True), Desks(False, True), Desks(True, False), Desks()
SECOND = timedelta(seconds=1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# A date to hear by, then the ends of the umbrella's and the desk's two working days each.
TABLE = [
    ("2026-09-21T08:00", "2026-09-23T08:00", "2026-09-25T08:00"),  # a Monday
    ("2026-09-24T08:00", "2026-09-28T08:00", "2026-09-30T08:00"),  # over a weekend
    ("2026-04-01T08:00", "2026-04-07T08:00", "2026-04-09T08:00"),  # over Easter: Good Friday and Easter Monday
    ("2026-11-16T09:00", "2026-11-19T09:00", "2026-11-23T09:00"),  # Day of Repentance, Saxony's own
    ("2026-10-22T08:00", "2026-10-26T09:00", "2026-10-28T09:00"),  # the clock change: wall time stays
    ("2026-12-23T09:00", "2026-12-28T09:00", "2026-12-30T09:00"),  # over Christmas
]


@pytest.mark.parametrize(("hear_by_at", "first", "second"), TABLE)
def test_each_desk_has_two_working_days_and_then_it_is_the_coach(hear_by_at, first, second):
    due, first, second = utc(hear_by_at), utc(first), utc(second)
    steps = [(due - SECOND, P, due), (due, U, first), (first - SECOND, U, first), (first, D, second)]
    steps += [(second - SECOND, D, second), (second, C, None), (second + timedelta(days=40), C, None)]
    for at, owner, until in steps:
        turn = turn_of(due, BOTH, at)
        assert (turn.owner, turn.until) == (owner, until), at
    assert second - due < FURTHEST


@pytest.mark.parametrize(("hear_by_at", "first", "_second"), TABLE)
@pytest.mark.parametrize(("desks", "owner"), [(DESK_ONLY, D), (UMBRELLA_ONLY, U)])
def test_a_desk_that_does_not_exist_is_no_step(hear_by_at, first, _second, desks, owner):
    due, end = utc(hear_by_at), utc(first)
    assert turn_of(due, desks, due).owner is owner
    assert turn_of(due, desks, end - SECOND).owner is owner
    assert turn_of(due, desks, end).owner is C


def test_without_any_desk_the_coach_is_next_at_once():
    due = utc("2026-09-21T08:00")
    assert turn_of(due, NONE, due - SECOND).owner is P
    assert turn_of(due, NONE, due).owner is C


def test_which_desks_there_are_comes_from_who_works_there(world):
    def desks(key):
        with world.database.reading() as session:
            return list_desks(session, [world.cast.organisations[key].id]).get(world.cast.organisations[key].id)

    assert desks("club") == BOTH
    assert desks("clinic") == DESK_ONLY
    assert desks("jc_meissen") == NONE
    without_staff(world, "federation")
    assert desks("club") == DESK_ONLY


def test_the_partners_own_closed_days_count_for_the_date_to_hear_by():
    monday = utc("2026-09-14T06:30")
    two_weeks = {(monday + timedelta(days=day)).date() for day in range(14)}
    assert hear_by("normal", monday, closed=two_weeks) == utc("2026-10-02T06:30")
    assert hear_by("soon", monday, closed=two_weeks) == utc("2026-09-29T06:30")
    assert hear_by("soon", monday) == utc("2026-09-16T06:30")
