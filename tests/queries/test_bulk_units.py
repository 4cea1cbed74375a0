"""The order in which many dates move: whoever leaves a room before whoever needs it, in any timetable."""

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.models.slot import Slot
from hub.queries.bulk_units import units_of_moves
from hub.queries.moved_dates import times_after

MORNING, HOUR = datetime(2026, 9, 1, 6, tzinfo=UTC), timedelta(hours=1)
PAUSE = 15  # minutes a room needs after a date
dates = st.lists(
    st.tuples(
        st.integers(0, 11), st.integers(0, 4), st.sampled_from([None, 1, 2]), st.sampled_from([None, None, 1, 2])
    ),
    unique_by=lambda one: one[:3],
    max_size=12,
)


def make_slots(rows):
    """Return dates that lie on a day at an hour in a room, some of them sessions of a course."""
    return [
        Slot(id=number + 1, room_id=room, course_id=course, starts_at=start, ends_at=start + HOUR)
        for number, (day, hour, room, course) in enumerate(rows)
        for start in [MORNING + timedelta(days=day, hours=2 * hour)]
    ]


@given(rows=dates, days=st.integers(-5, 5).filter(bool))
def test_no_unit_needs_a_room_in_which_a_later_one_still_is(rows, days):
    slots = make_slots(rows)
    times, pause = {slot.id: times_after(slot, days) for slot in slots}, timedelta(minutes=PAUSE)
    units = units_of_moves(slots, times, {1: PAUSE, 2: PAUSE})
    assert sorted(slot.id for unit in units for slot in unit) == [slot.id for slot in slots]
    for number, unit in enumerate(units):
        still_there = [slot for later in units[number + 1 :] for slot in later if slot.room_id is not None]
        for slot in unit:
            new = times[slot.id]
            in_the_way = [
                other.id
                for other in still_there
                if other.room_id == slot.room_id
                and new.starts_at < other.ends_at + pause
                and other.starts_at < new.ends_at + pause
            ]
            assert in_the_way == []


def test_three_thousand_dates_of_one_room_are_put_in_order_while_nobody_waits():
    slots = make_slots([(day, hour, 1, None) for day in range(300) for hour in range(10)])
    times = {slot.id: times_after(slot, 7) for slot in slots}
    began = time.process_time()
    assert len(units_of_moves(slots, times, {1: PAUSE})) == 3000
    assert time.process_time() - began < 5, "every other writer waits for it; each with each takes a minute"
