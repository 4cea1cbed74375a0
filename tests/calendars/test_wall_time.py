"""Wall time becomes UTC, and the two odd hours of the year are named."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.wall_time import WallProblem, resolve

walls = st.datetimes(datetime(1996, 1, 1), datetime(2080, 1, 1))  # noqa: DTZ001


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "utc", "problem"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59Z", None),
        ("2026-03-29T02:00", "2026-03-29T01:00Z", "gap"),
        ("2026-03-29T02:30", "2026-03-29T01:30Z", "gap"),
        ("2026-03-29T03:00", "2026-03-29T01:00Z", None),
        ("2026-10-25T01:59", "2026-10-24T23:59Z", None),
        ("2026-10-25T02:00", "2026-10-25T00:00Z", "doubled"),
        ("2026-10-25T02:59", "2026-10-25T00:59Z", "doubled"),
        ("2026-10-25T03:00", "2026-10-25T02:00Z", None),
        ("2027-03-28T02:30", "2027-03-28T01:30Z", "gap"),
        ("2027-10-31T02:30", "2027-10-31T00:30Z", "doubled"),
        ("2026-07-01T12:00", "2026-07-01T10:00Z", None),
    ],
)
def test_berlin_wall_time_around_the_clock_changes(text, utc, problem):
    assert resolve(wall(text)) == (datetime.fromisoformat(utc), problem)


@given(walls)
def test_only_times_in_the_gap_do_not_come_back(at):
    found = resolve(at)
    assert found.at.tzinfo is UTC
    back = found.at.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None, fold=0)
    assert (back == at) is (found.problem is not WallProblem.GAP)
    assert back - at in (timedelta(0), timedelta(hours=1))


def test_an_aware_time_and_an_unknown_zone_are_refused():
    with pytest.raises(ValueError, match="naive"):
        resolve(datetime(2026, 1, 1, tzinfo=UTC))
    for zone in ("Europe/Bautzen", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="unknown time zone"):
            resolve(wall("2026-01-01T10:00"), zone)
