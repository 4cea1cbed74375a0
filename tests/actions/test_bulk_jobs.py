"""Many dates changed unit by unit: each in its own transaction, guarded, resumable, everybody told once in the end."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from hub.actions import bulk_jobs, bulk_units
from hub.actions.calling_off import call_off_dates
from hub.errors import InvalidInput, NotAllowed, NotFound, StepNotPossible
from hub.models.bulk_job import BulkItem, BulkJob, BulkState
from hub.models.location import Room
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.models.user import User
from hub.policy.actor import Actor, ActorKind
from hub.queries import bulk_jobs as queries
from hub.queries import invariants
from hub.queries.bulk_jobs import is_bulk
from hub.queries.bulk_units import units_of_moves
from hub.queries.moved_dates import times_after
from hub.queries.room_ticks import take_room
from hub.worker.bulk import do_jobs, forget_jobs
from tests.actions.test_slots import own
from tests.bulk import outcome, start_ending, start_moving, work
from tests.courses import join, make_course, sessions_of
from tests.crowd import rush
from tests.places import all_rows, book, counted, make_offer, make_slot

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def dates(world, n, **values):
    """N dates of one offer, a day apart; the first two people of the cast are booked on each of the first three."""
    offer = make_offer(world, **values)
    slots = [make_slot(world, offer, starts_at=world.at + (3 + day) * DAY, places=30) for day in range(n)]
    for slot in slots[:3]:
        book(world, slot, world.cast.tarik)
        book(world, slot, world.cast.mandy, by="cem")
    return slots


def staff_news(world, since=0):
    names = {world.user(key).id: key for key in ("clara", "cem", "lena")}
    return sorted((names.get(one.user_id, "?"), one.template) for one in all_rows(world, Notice)[since:])


def states(world):
    return [slot.state for slot in all_rows(world, Slot)]


def sound(world, at=None):
    with world.database.reading() as session:
        return invariants.list_broken(session, at=at or world.at) == []


@pytest.mark.parametrize(
    ("number", "booked", "expected"), [(10, 50, False), (11, 0, True), (2, 51, True), (1, 400, False)]
)
def test_few_dates_are_done_at_once_and_many_one_after_the_other(number, booked, expected):
    assert is_bulk(number, booked) is expected


@pytest.mark.parametrize(("how", "state"), [("call_off", SlotState.CALLED_OFF), ("unsettle", SlotState.UNSETTLED)])
def test_the_worker_ends_every_date_and_each_coach_hears_once(world, how, state):
    slots = dates(world, 12)
    before = len(all_rows(world, Notice))
    job = start_ending(world, slots, how)
    assert states(world) == [SlotState.PLANNED] * 12, "starting changes nothing"
    work(world)
    assert states(world) == [state] * 12
    assert outcome(world) == ["done"] * 12
    assert staff_news(world, before) == [("cem", "staff_news"), ("clara", "staff_news")]
    (done,) = all_rows(world, BulkJob)
    assert (done.state, done.finished_at, done.organisation_id) == (BulkState.DONE, world.at, world.cast.club.id)
    steps = [one for one in all_rows(world, LogEntry) if one.request_id == job.public_id]
    assert {(one.actor_ref, one.action) for one in steps} == {
        (world.user("sven").public_id, "slot.called_off" if how == "call_off" else "slot.unsettled")
    }
    assert len(steps) == 12
    assert sound(world)
    work(world)  # nothing is left to do, and nobody hears it twice
    assert len(all_rows(world, Notice)) == before + 2


def test_what_changed_since_it_was_seen_is_left_and_the_others_go_on(world):
    slots = dates(world, 6)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).coach_id = None
    start_ending(world, slots)
    book(world, slots[4], world.cast.heinz)
    found = own(world, slots[5])
    world.do(call_off_dates, actor=world.actor("sven"), slots=[found], how="call_off", at=world.at)
    before = len(all_rows(world, Notice))
    begun = world.at + 3 * DAY + HOUR / 2
    work(world, at=begun)
    assert outcome(world) == ["in_the_way", "done", "done", "done", "changed", "changed"]
    assert [one.state for one in all_rows(world, Slot)][4] is SlotState.PLANNED
    told = [("cem", "staff_news"), ("lena", "team_news")]
    assert staff_news(world, before) == told, "nobody coaches Tarik now, so the lead hears it"
    assert all_rows(world, BulkJob)[0].state is BulkState.DONE
    assert sound(world, begun)


class Killed(BaseException):
    """The process dies."""


def test_a_worker_that_dies_between_and_within_units_leaves_nothing_half_done(world):
    slots, before = dates(world, 8), None
    start_ending(world, slots)
    before = len(all_rows(world, Notice))
    seen = []

    def die(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE slots SET"):
            seen.append(statement)
            if len(seen) == 3:
                raise Killed

    event.listen(world.database.engine, "after_cursor_execute", die)
    try:
        with pytest.raises(Killed):
            work(world)
    finally:
        event.remove(world.database.engine, "after_cursor_execute", die)
    assert outcome(world) == ["done"] * 2 + ["open"] * 6
    assert states(world) == [SlotState.CALLED_OFF] * 2 + [SlotState.PLANNED] * 6
    assert (len(all_rows(world, Notice)), sound(world)) == (before, True)
    work(world)
    assert outcome(world) == ["done"] * 8
    assert len(all_rows(world, Notice)) == before + 2
    off = [one for one in all_rows(world, LogEntry) if one.action == "slot.called_off"]
    assert len(off) == 8


def test_a_unit_done_twice_does_nothing_and_no_job_ends_before_its_last_unit(world):
    job = start_ending(world, dates(world, 2))
    facts = {"job_id": job.id, "at": world.at}
    before = len(all_rows(world, Notice))
    for _ in range(2):
        assert world.do(bulk_units.do_unit, unit=0, **facts)
    assert not world.do(bulk_jobs.finish_job, **facts)
    assert (outcome(world), len(all_rows(world, Notice))) == (["done", "open"], before)
    assert world.do(bulk_units.do_unit, unit=1, **facts)
    assert [world.do(bulk_jobs.finish_job, **facts) for _ in range(2)] == [True, False]
    assert not world.do(bulk_units.do_unit, unit=1, **facts)
    assert len(all_rows(world, Notice)) == before + 2


def test_a_worker_that_is_asked_to_stop_stops_between_two_units(world):
    stop = threading.Event()
    start_ending(world, dates(world, 4))
    stop.set()
    do_jobs(world.database, world.at, stop)
    assert outcome(world) == ["open"] * 4
    assert all_rows(world, BulkJob)[0].state is BulkState.RUNNING


def test_two_workers_do_each_unit_once(world):
    start_ending(world, dates(world, 12))
    before = len(all_rows(world, Notice))
    rush([lambda: do_jobs(world.database, world.at)] * 3)
    assert outcome(world) == ["done"] * 12
    assert len([one for one in all_rows(world, LogEntry) if one.action == "slot.called_off"]) == 12
    assert staff_news(world, before) == [("cem", "staff_news"), ("clara", "staff_news")]


def test_a_unit_takes_as_many_statements_with_a_hundred_dates_as_with_ten(world):
    costs = []
    for number in (10, 100):
        slots = [make_slot(world, make_offer(world), starts_at=world.at + (3 + day) * DAY) for day in range(number)]
        job = start_ending(world, slots)
        with counted(world) as statements, world.database.transaction() as session:
            assert bulk_units.do_unit(session, job_id=job.id, unit=number // 2, at=world.at)
        costs.append(len(statements))
        work(world)
    assert costs[0] == costs[1] <= 30


def test_a_fault_of_ours_is_said_and_leaves_only_its_own_date(world):
    slots = dates(world, 3)
    start_ending(world, slots)
    seen = []

    def fail(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE slots SET"):
            seen.append(statement)
            if len(seen) == 2:
                raise ZeroDivisionError

    event.listen(world.database.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(RuntimeError, match="1 bulk jobs failed"):
            work(world)
    finally:
        event.remove(world.database.engine, "before_cursor_execute", fail)
    assert outcome(world) == ["done", "fault", "open"]
    work(world)
    assert outcome(world) == ["done", "fault", "done"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NoConnectionFree(), "open"),
        (DisconnectionError(), "open"),
        (OperationalError("", {}, sqlite3.OperationalError("no such column: places")), "fault"),
    ],
    ids=["none free", "gone", "a wrong statement"],
)
def test_a_database_out_of_reach_marks_nothing_and_a_wrong_statement_is_a_fault(world, error, expected):
    start_ending(world, dates(world, 1))

    def fail(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE slots SET"):
            raise error

    event.listen(world.database.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(RuntimeError, match="1 bulk jobs failed"):
            work(world)
    finally:
        event.remove(world.database.engine, "before_cursor_execute", fail)
    assert outcome(world) == [expected]


def test_stopping_keeps_what_was_done_and_tells_it(world):
    slots = dates(world, 5)
    job = start_ending(world, slots)
    with world.database.transaction() as session:
        bulk_units.do_unit(session, job_id=job.id, unit=0, at=world.at)
    before = len(all_rows(world, Notice))
    world.do(bulk_jobs.stop_job, actor=world.actor("kerstin"), job=job, at=world.at)
    work(world)
    assert outcome(world) == ["done"] + ["stopped"] * 4
    assert states(world) == [SlotState.CALLED_OFF] + [SlotState.PLANNED] * 4
    assert len(all_rows(world, Notice)) == before + 2
    with pytest.raises(StepNotPossible):
        world.do(bulk_jobs.stop_job, actor=world.actor("sven"), job=job, at=world.at)


def moved(world, slots):
    """By how many days each of these dates moved."""
    now = {slot.id: slot.starts_at for slot in all_rows(world, Slot)}
    return [(now[slot.id] - slot.starts_at).days for slot in slots]


def in_one_room(world, n):
    """N dates of one offer in one room, a day apart, which have taken it."""
    offer = make_offer(world)
    with world.database.transaction() as session:
        room = Room(location_id=world.cast.locations["gym"].id, name="Halle", places=10)
        session.add(room)
    slots = [make_slot(world, offer, starts_at=world.at + (3 + day) * DAY, room_id=room.id) for day in range(n)]
    with world.database.transaction() as session:
        take_room(session, [session.get_one(Slot, slot.id) for slot in slots], despite_busy=False, at=world.at)
    return slots


@pytest.mark.parametrize("days", [1, -1])
def test_dates_pass_their_room_on_from_day_to_day(world, days):
    slots = in_one_room(world, 12)
    book(world, slots[0], world.cast.tarik)
    before = len(all_rows(world, Notice))
    job = start_moving(world, slots, days)
    units = [one.slot_id for one in sorted(all_rows(world, BulkItem), key=lambda one: one.unit)]
    assert units == [slot.id for slot in (slots[::-1] if days > 0 else slots)], "who leaves before who follows"
    work(world)
    assert outcome(world) == ["done"] * 12
    assert moved(world, slots) == [days] * 12
    assert staff_news(world, before) == [("clara", "staff_news")]
    assert (job.values["days"], sound(world)) == (days, True)


def test_a_date_that_stays_keeps_its_room_and_whoever_wanted_it_stays_too(world):
    slots = in_one_room(world, 4)
    start_moving(world, slots, 1)
    book(world, slots[2], world.cast.tarik)
    work(world)
    assert outcome(world) == ["done", "changed", "in_the_way", "in_the_way"], "from the last date to the first"
    assert moved(world, slots) == [0, 0, 0, 1]
    assert sound(world)


def test_the_sessions_of_a_course_move_together_or_not_at_all(world):
    course = make_course(world, count=4)
    join(world, course, world.cast.tarik)
    single = make_slot(world, make_offer(world))
    slots = sessions_of(world, course)
    start_moving(world, [*slots, single], 21)
    assert len({one.unit for one in all_rows(world, BulkItem)}) == 2
    with world.database.transaction() as session:  # a room changed hands, say
        session.execute(update(Slot).where(Slot.id == slots[2].id).values(version=Slot.version + 1))
    work(world)
    assert sorted(outcome(world)) == ["changed"] * 4 + ["done"]
    assert moved(world, [*slots, single]) == [0] * 4 + [21]
    start_moving(world, slots, 21)
    work(world)
    assert moved(world, slots) == [21] * 4
    assert sound(world)


def test_units_wait_for_rooms_and_rings_move_as_one():
    def slot(key, day, *, room=1, course=None):
        start = datetime(2026, 9, 1, 8, tzinfo=UTC) + day * DAY
        return Slot(id=key, room_id=room, course_id=course, starts_at=start, ends_at=start + HOUR)

    def units(*slots, days=1, buffer=0):
        times = {one.id: times_after(one, days) for one in slots}
        return [sorted(one.id for one in unit) for unit in units_of_moves(slots, times, {1: buffer})]

    assert units(slot(1, 0), slot(2, 1), slot(3, 2)) == [[3], [2], [1]]
    assert units(slot(1, 0), slot(2, 1), slot(3, 2), days=-1) == [[1], [2], [3]]
    assert units(slot(1, 0), slot(2, 1, room=2)) == [[1], [2]]
    assert units(slot(1, 0, room=None), slot(2, 1, room=None)) == [[1], [2]]
    assert units(slot(1, 0, course=7), slot(2, 1), slot(3, 2, course=7)) == [[1, 2, 3]], "each waits for the other"
    assert units(slot(1, 0, course=7), slot(2, 5, course=7), slot(3, 1)) == [[3], [1, 2]]
    near = slot(2, 1)
    near.starts_at += HOUR + HOUR / 2
    near.ends_at += HOUR + HOUR / 2
    assert units(slot(1, 0), near) == [[1], [2]]
    assert units(slot(1, 0), near, buffer=45) == [[2], [1]], "the room needs three quarters of an hour in between"


def test_what_is_in_the_way_already_is_refused_at_once_and_nothing_starts(world):
    slots = in_one_room(world, 4)
    with pytest.raises(InvalidInput) as refused:
        start_moving(world, slots[:3], 1)
    assert "Der Raum ist dann schon vergeben." in str(refused.value.message)
    assert all_rows(world, BulkJob) == []


def test_only_who_may_change_the_dates_starts_and_only_they_stop(world):
    slots = dates(world, 3)
    offer = all_rows(world, Offer)[0]
    link = Actor(ActorKind.LINK, "link", offer_id=offer.id, organisation_id=offer.organisation_id)
    for who in ("petra", "clara", "lena", "nora", "fred", "otto", link):
        with pytest.raises(NotAllowed):
            start_ending(world, slots, who=who)
    assert all_rows(world, BulkJob) == []
    job = start_ending(world, slots)
    for who in ("petra", "clara", "lena", "nora", "fred", "otto"):
        with pytest.raises(NotAllowed):
            world.do(bulk_jobs.stop_job, actor=world.actor(who), job=job, at=world.at)
        with world.database.reading() as session, pytest.raises(NotFound):
            queries.get_job(session, world.actor(who), job.public_id)
        with pytest.raises(NotAllowed):
            world.do(bulk_units.do_unit, actor=world.actor(who), job_id=job.id, unit=0, at=world.at)


def test_who_lost_the_right_meanwhile_changes_nothing_any_more(world):
    slots = dates(world, 3)
    start_ending(world, slots)
    with world.database.transaction() as session:
        session.execute(update(User).where(User.id == world.user("sven").id).values(disabled_at=world.at))
    work(world)
    assert outcome(world) == ["not_allowed"] * 3
    assert states(world) == [SlotState.PLANNED] * 3
    assert all_rows(world, BulkJob)[0].state is BulkState.DONE


def test_the_umbrella_does_it_for_its_member_and_the_member_hears_once(world):
    slots = dates(world, 4)
    before = len(all_rows(world, Notice))
    start_ending(world, slots, who="kerstin")
    work(world)
    desks = [one for one in all_rows(world, Notice)[before:] if one.organisation_id == world.cast.club.id]
    assert [one.template for one in desks] == ["partner_news"]
    steps = [one for one in all_rows(world, LogEntry) if one.action in ("bulk.started", "slot.called_off")]
    assert {one.purpose for one in steps} == {"on_behalf"}


def test_an_old_job_is_forgotten_and_a_running_one_is_not(world):
    done = start_ending(world, dates(world, 2))
    work(world)
    running = start_ending(world, [make_slot(world, make_offer(world))])
    forget_jobs(world.database, world.at + 30 * DAY)
    assert {one.id for one in all_rows(world, BulkJob)} == {done.id, running.id}
    forget_jobs(world.database, world.at + 31 * DAY)
    assert [one.id for one in all_rows(world, BulkJob)] == [running.id]
    assert [one.job_id for one in all_rows(world, BulkItem)] == [running.id]
