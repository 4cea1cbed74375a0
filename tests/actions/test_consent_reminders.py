"""Reminders that a consent ends (T8): thirty and seven days before, each exactly once, one mail for a person."""

from datetime import timedelta

import pytest

from hub.actions.consent_reminders import remind_of_consents
from hub.errors import NotAllowed
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.policy.actor import SYSTEM
from hub.queries.consent_reminders import list_asked_and_ending, list_to_remind
from hub.worker.deadlines import meet_deadlines
from tests.loop import now, rows, withdraw
from tests.places import give_consent, make_offer

DAY = timedelta(days=1)
NAMES = ("I1", "I0", "G1", "B1")


def give(world, days, **more):
    offer = make_offer(world, **more)
    return offer, give_consent(world, world.cast.tarik, offer, days=days, groups=NAMES)


def remind(world, at):
    return world.do(remind_of_consents, actor=SYSTEM, participant_id=world.cast.tarik.id, at=at)


def test_the_coach_is_reminded_twice_and_never_a_third_time(world):
    _, consent = give(world, 60)
    told = []
    for day in range(61):
        before = len(rows(world, LogEntry, LogEntry.action == "consent.reminded"))
        with world.database.reading() as session:
            due = list_to_remind(session, at=world.at + day * DAY)
        done = [world.do(remind_of_consents, actor=SYSTEM, participant_id=one, at=world.at + day * DAY) for one in due]
        assert all(done)
        after = len(rows(world, LogEntry, LogEntry.action == "consent.reminded"))
        told += [(60 - day)] * (after - before)
    assert told == [29, 6], "in the morning after it became less than thirty, and seven, full days"
    assert now(world, consent).reminded_days == 7
    mails = rows(world, Notice, Notice.user_id == world.user("clara").id)
    assert [one.template for one in mails] == ["staff_news", "staff_news"]


def test_several_consents_of_a_person_are_one_mail(world):
    for number in range(3):
        give(world, 20, title=f"Angebot {number}")
    assert remind(world, world.at)
    assert len(rows(world, Notice)) == 1
    assert len(rows(world, LogEntry, LogEntry.action == "consent.reminded")) == 3
    assert not remind(world, world.at + timedelta(minutes=1))


def test_late_is_one_reminder_not_two(world):
    give(world, 3)
    assert remind(world, world.at)
    assert not remind(world, world.at + DAY)


def test_what_was_renewed_or_taken_back_reminds_of_nothing(world):
    offer, _ = give(world, 20)
    give_consent(world, world.cast.tarik, offer, days=200, groups=NAMES)
    _, gone = give(world, 20, title="Anderes")
    withdraw(world, world.cast.tarik, gone)
    with world.database.reading() as session:
        assert list_asked_and_ending(session, [world.cast.tarik.id], at=world.at) == ([], [])
    assert not remind(world, world.at)


def test_the_worker_does_it(world):
    give(world, 20)
    meet_deadlines(world.database, world.at)
    meet_deadlines(world.database, world.at)
    assert len(rows(world, LogEntry, LogEntry.action == "consent.reminded")) == 1


def test_nobody_but_the_house_reminds(world):
    give(world, 20)
    for key in ("clara", "fred"):
        with pytest.raises(NotAllowed):
            world.do(remind_of_consents, actor=world.actor(key), participant_id=world.cast.tarik.id, at=world.at)
