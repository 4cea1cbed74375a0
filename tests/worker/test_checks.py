"""The nightly check: once a night, made up for by a worker that starts later, and what does not hold is said aloud."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.actions.check_runs import KEPT
from hub.models.check_run import CheckRun
from hub.models.slot import Pool
from hub.worker.checks import check_nightly, check_now, last_night
from tests.loop import rows
from tests.places import make_offer, make_slot


@pytest.mark.parametrize(
    ("at", "night"),
    [
        ("2026-09-14 06:30", "2026-09-14 01:00"),  # three o'clock in summer
        ("2026-09-14 00:59", "2026-09-13 01:00"),
        ("2026-09-14 01:00", "2026-09-14 01:00"),
        ("2026-10-25 00:30", "2026-10-24 01:00"),  # before the clocks go back
        ("2026-10-25 05:00", "2026-10-25 02:00"),
        ("2027-03-28 00:59", "2027-03-27 02:00"),  # the night without two o'clock
        ("2027-03-28 01:00", "2027-03-28 01:00"),
    ],
)
def test_the_last_night_is_three_oclock_by_the_wall(at, night):
    assert last_night(_utc(at)) == _utc(night)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_it_checks_once_a_night_and_forgets_what_is_old(world):
    for hours in (0, 1, 18, 19, 20):
        check_nightly(world.database, world.at + timedelta(hours=hours))
    night = world.at + timedelta(hours=19)  # 1:30 UTC, after three o'clock
    assert [run.ran_at for run in rows(world, CheckRun)] == [world.at, night]
    check_nightly(world.database, world.at + KEPT + timedelta(hours=1))
    assert [run.ran_at for run in rows(world, CheckRun)] == [night, world.at + KEPT + timedelta(hours=1)]


def test_what_does_not_hold_is_kept_and_said_without_saying_which_rows(world, caplog):
    slot = make_slot(world, make_offer(world))
    with world.database.transaction() as session:
        session.get_one(Pool, slot.pools[0].id).taken = 2
    run = check_now(world.database, world.at)
    assert run.broken == {"pools count their live bookings": 1}
    assert [record.getMessage() for record in caplog.records] == [
        "data check: pools count their live bookings: broken by 1"
    ]
