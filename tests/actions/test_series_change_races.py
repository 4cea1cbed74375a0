"""A series changes while somebody books, while the worker makes dates, while somebody else changes it."""

import threading
from collections import Counter
from datetime import date, timedelta

from hub import clock
from hub.actions.series import extend_series
from hub.actions.series_changes import Removed
from hub.errors import HubError, SomebodyWasFaster
from hub.models.booking import Booking
from hub.models.series import Series
from hub.models.slot import Slot, SlotState
from hub.queries.invariants import list_broken
from tests.places import all_rows, book, make_people
from tests.series import FRIDAY, THURSDAY, change, compare, publish, slots_of, weekly


def at_once(*verbs):
    """Run these at the same time and return what each answered: "done", or the name of the refusal."""
    barrier, answers = threading.Barrier(len(verbs)), {}

    def attempt(number, verb):
        barrier.wait()
        try:
            verb()
            answers[number] = "done"
        except HubError as error:
            answers[number] = type(error).__name__

    threads = [threading.Thread(target=attempt, args=one) for one in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers.get(number, "died") for number in range(len(verbs))]


def broken(world):
    with world.database.reading() as session:
        return list_broken(session, at=world.at)


def test_a_booking_at_the_same_time_is_seen_or_lands_on_the_changed_date(world):
    series = publish(world, places=9)
    slots, people = slots_of(world, series), make_people(world, 4)
    seen = compare(world, series, weekly(THURSDAY)).digest
    answers = at_once(
        lambda: change(world, series, weekly(THURSDAY), expected=seen),
        *(lambda person=person: book(world, slots[1], person) for person in people),
    )
    changed, booked = answers[0], answers[1:]
    assert set(booked) == {"done"}
    assert changed in ("done", "SomebodyWasFaster")
    day = "Thu" if changed == "done" else "Wed"
    rows = all_rows(world, Booking)
    assert [f"{clock.local(row.starts_at):%a}" for row in rows] == [day] * 4
    assert broken(world) == []


def test_a_date_that_goes_is_never_booked_in_the_same_moment(world):
    series = publish(world)
    slots = slots_of(world, series)
    shorter = weekly(until_on=date(2026, 9, 23))
    seen = compare(world, series, shorter).digest
    changed, booked = at_once(
        lambda: change(world, series, shorter, expected=seen, removed=Removed.KEEP),
        lambda: book(world, slots[3], world.cast.tarik),
    )
    assert (changed, booked) in (("done", "SomebodyWasFaster"), ("done", "NotFound"), ("SomebodyWasFaster", "done"))
    assert len(all_rows(world, Booking)) == (booked == "done")
    assert len(all_rows(world, Slot)) == (2 if changed == "done" else 25)
    assert broken(world) == []


def test_the_worker_makes_no_date_twice_beside_a_change(world):
    series = publish(world)
    later = world.at + timedelta(weeks=5)
    since = clock.local_date(later)
    seen = compare(world, series, weekly(FRIDAY), since=since, at=later).digest
    answers = at_once(
        lambda: change(world, series, weekly(FRIDAY), since=since, expected=seen, at=later),
        lambda: world.database.run(lambda session: extend_series(session, series_id=series.id, at=later)),
        lambda: world.database.run(lambda session: extend_series(session, series_id=series.id, at=later)),
    )
    assert answers[1:] == ["done", "done"]
    for one in all_rows(world, Series):
        world.do(extend_series, series_id=one.id, at=later)
    days = Counter(clock.local_date(slot.starts_at) for slot in all_rows(world, Slot))
    assert max(days.values()) == 1
    expected = FRIDAY if answers[0] == "done" else 2
    assert {day.weekday() for day in days if day >= since} == {expected}


def test_of_two_changes_at_once_one_is_made_and_the_other_looks_again(world):
    series = publish(world)
    book(world, slots_of(world, series)[1], world.cast.tarik)
    rules = (weekly(THURSDAY), weekly(FRIDAY))
    seen = [compare(world, series, rule).digest for rule in rules]
    answers = at_once(
        *(lambda n=n: change(world, series, rules[n], expected=seen[n]) for n in (0, 1)),
    )
    assert sorted(answers) == ["SomebodyWasFaster", "done"] == sorted(["done", SomebodyWasFaster.__name__])
    day = (THURSDAY, FRIDAY)[answers.index("done")]
    planned = [slot for slot in all_rows(world, Slot) if slot.state is SlotState.PLANNED]
    assert {clock.local(slot.starts_at).weekday() for slot in planned} == {day}
    assert {row.version for row in all_rows(world, Series)} == {2}
    assert broken(world) == []
