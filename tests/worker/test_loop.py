"""The worker's tasks: each in its own time, none stopped by another."""

import threading
from datetime import time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions import series as series_actions
from hub.actions.limits import note_failure
from hub.actions.log import record
from hub.actions.notices import Facts, announce
from hub.errors import ConfigurationError
from hub.models.location import Room
from hub.models.log import LogChain, LogEntry
from hub.models.login import Attempt
from hub.models.notice import NoticeState
from hub.models.room_tick import RoomTick
from hub.models.series import Series
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM
from hub.queries.series import Plan, horizon
from hub.worker import loop
from hub.worker.loop import Task, run, run_due, run_once
from tests.places import make_offer
from tests.post import mail_settings, only_notice
from tests.world import AT


def broken(_at) -> None:
    raise ValueError("Tarik Demirci")


def test_a_failing_task_stops_no_other_and_tells_only_its_class(caplog):
    done = []
    work = [Task("bad", timedelta(minutes=1), broken), Task("good", timedelta(minutes=1), done.append)]
    assert not run_due(work, AT)
    assert done == [AT]
    assert caplog.messages == ["bad: ValueError"]
    assert "Tarik" not in caplog.text


def test_a_task_runs_when_its_time_has_come():
    done = []
    work = [Task("good", timedelta(minutes=1), done.append)]
    for seconds in (0, 59, 60, 100, 120):
        assert run_due(work, AT + timedelta(seconds=seconds))
    assert [(at - AT).seconds for at in done] == [0, 60, 120]


def test_a_task_that_failed_is_tried_again_in_its_own_time():
    tried = []

    def work(at):
        tried.append(at)
        broken(at)

    task = Task("bad", timedelta(minutes=1), work)
    assert [task.run_if_due(AT + timedelta(seconds=s)) for s in (0, 30, 60)] == [False, True, False]
    assert len(tried) == 2


def test_a_mail_address_that_cannot_be_is_said_at_the_start(world):
    with pytest.raises(ConfigurationError, match="HUB_MAIL_URL"):
        run_once(world.database, mail_settings(mail_url="ftp://x"))


def weekly(world, title: str) -> Series:
    """Publish a series on every Monday of the club."""
    offer = make_offer(world, title=title)
    with world.database.transaction() as session:
        times = (WeekdayTime(0, time(10), time(11)),)
        rule = Rule(frequency=Frequency.WEEKLY, starts_on=clock.local_date(world.at), weekdays=times)
        return series_actions.publish_series(
            session, actor=world.actor("sven"), offer=offer, plan=Plan(rule=rule, places=5), at=world.at
        )


def counted(world, model) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def count_slots(world, series: Series) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Slot).where(Slot.series_id == series.id))


def test_one_round_does_everything(world, tmp_path):
    series = weekly(world, "Gehen")
    before = count_slots(world, series)
    later = world.at + timedelta(days=14)
    with world.database.transaction() as session:
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at)
        record(session, actor=SYSTEM, action="test.done", at=world.at)
        note_failure(session, "login", "somebody", world.at)
        room = session.scalars(select(Room)).first()
        session.add(RoomTick(room_id=room.id, tick=0, slot_id=session.scalars(select(Slot.id)).first()))
    with time_machine.travel(later, tick=False):
        assert run_once(world.database, mail_settings(data=tmp_path))
    assert only_notice(world).state is NoticeState.SENT
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert counted(world, LogChain) == counted(world, LogEntry) > 1
    assert count_slots(world, series) > before
    assert counted(world, Attempt) == counted(world, RoomTick) == 0


def test_dates_are_made_to_the_horizon_and_only_once(world):
    series = weekly(world, "Gehen")
    later = world.at + timedelta(days=21)
    for _ in range(2):
        loop.make_dates_ahead(world.database, later)
    with world.database.reading() as session:
        days = session.scalars(select(Slot.occurrence_on).where(Slot.series_id == series.id)).all()
    assert len(days) == len(set(days))
    assert timedelta(0) <= horizon(later) - max(days) < timedelta(days=7)


def test_a_series_that_cannot_be_extended_keeps_no_other_from_it(world, caplog):
    bad, good = weekly(world, "Gehen"), weekly(world, "Laufen")
    before = count_slots(world, good)
    with world.database.transaction() as session:
        session.execute(update(Series).where(Series.id == bad.id).values(times=[{}]))
    with pytest.raises(RuntimeError, match="1 series"):
        loop.make_dates_ahead(world.database, world.at + timedelta(days=14))
    assert count_slots(world, good) > before
    assert f"series {bad.id}" in caplog.text


def test_the_loop_goes_on_until_it_is_stopped(world, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "PAUSE_SECONDS", 0.01)
    stop = threading.Event()
    worker = threading.Thread(target=run, args=(world.database, mail_settings(data=tmp_path), stop))
    worker.start()
    with world.database.transaction() as session:
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at)
    give_up = threading.Event()
    for _ in range(100):
        if only_notice(world).state is NoticeState.SENT or give_up.wait(0.1):
            break
    stop.set()
    worker.join(10)
    assert not worker.is_alive()
    assert only_notice(world).state is NoticeState.SENT
