"""From when and until when something stands on one local day, also past midnight and when the clocks change."""

from datetime import UTC, date, datetime

import pytest

from hub.web.day_times import times_on

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 9, 15), date(2026, 9, 16), date(2026, 9, 17)
BACK, FORTH = date(2026, 10, 25), date(2027, 3, 28)  # a day of 25 hours, and one of 23


@pytest.mark.parametrize(
    ("starts", "ends", "on", "said"),
    [
        ("2026-09-15T08:00", "2026-09-15T09:30", TUESDAY, ("10:00", "bis 11:30")),
        ("2026-09-15T20:00", "2026-09-16T04:00", TUESDAY, ("22:00", "bis Mi, 6:00")),
        ("2026-09-15T20:00", "2026-09-16T04:00", WEDNESDAY, ("0:00", "bis 6:00")),
        ("2026-09-15T11:00", "2026-09-17T13:00", WEDNESDAY, ("ganz\u00adtags", "")),
        ("2026-09-15T11:00", "2026-09-17T13:00", THURSDAY, ("0:00", "bis 15:00")),
        ("2026-09-15T22:00", "2026-09-16T22:00", WEDNESDAY, ("ganz\u00adtags", "")),
        ("2026-10-24T22:00", "2026-10-25T23:00", BACK, ("ganz\u00adtags", "")),
        ("2026-10-24T22:00", "2026-10-25T22:00", BACK, ("0:00", "bis 23:00")),
        ("2026-10-25T00:30", "2026-10-25T01:30", BACK, ("2:30", "bis 2:30")),
        ("2027-03-27T23:00", "2027-03-28T22:00", FORTH, ("ganz\u00adtags", "")),
        ("2027-03-28T00:30", "2027-03-28T01:30", FORTH, ("1:30", "bis 3:30")),
    ],
)
def test_a_day_says_from_when_and_until_when(app, starts, ends, on, said):
    with app.test_request_context():
        assert times_on(*(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (starts, ends)), on) == said
