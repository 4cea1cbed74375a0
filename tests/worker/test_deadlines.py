"""The worker settles what is due in its own rhythm, each row alone: one that fails keeps no other from it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.db import Database
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent
from hub.models.enquiry import EnquiryState
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Access
from hub.models.slot import Pool
from hub.worker import delivery
from hub.worker.deadlines import DEADLINES, HOLDS, Deadline, meet_deadlines
from hub.worker.loop import tasks
from tests.actions.test_holds import hold
from tests.crowd import rush
from tests.loop import now, rows, sent_enquiry
from tests.places import make_offer, make_people, make_slot
from tests.post import mail_settings

DAY = timedelta(days=1)


def test_holds_are_looked_after_every_minute_and_the_rest_every_ten(world):
    rhythm = {task.name: task.every for task in tasks(world.database, mail_settings())}
    assert (rhythm["holds"], rhythm["deadlines"]) == (timedelta(minutes=1), timedelta(minutes=10))


def test_both_tasks_do_their_work(world):
    enquiry, _ = sent_enquiry(world)
    held = hold(world, make_slot(world, make_offer(world, access=Access.NAMED)), world.cast.tarik)
    work = {task.name: task for task in tasks(world.database, mail_settings())}
    assert work["holds"].run_if_due(held.expires_at)
    assert work["deadlines"].run_if_due(enquiry.hear_by_at)
    assert now(world, held).state is BookingState.EXPIRED
    assert now(world, enquiry).state is EnquiryState.EXPIRED


def test_a_reminder_leaves_as_a_neutral_mail_and_never_without_a_consent(world):
    enquiry, consent = sent_enquiry(world)
    other, _ = sent_enquiry(world, person="heinz")
    friday, sent = world.at + 4 * DAY, []
    delivery.deliver(world.database, mail_settings(), sent.append, at=world.at)
    meet_deadlines(world.database, friday)
    with world.database.transaction() as session:
        session.execute(update(Consent).where(Consent.id == consent.id).values(valid_until=friday))
    delivery.deliver(world.database, mail_settings(), sent.append, at=friday)
    assert [mail["Subject"] for mail in sent] == ["Eine Frage an Sie"] * 2 + ["Eine Frage wartet auf Sie"]
    reminders = {one.enquiry_id: (one.state, one.trouble) for one in rows(world, Notice)[2:]}
    assert reminders == {enquiry.id: (NoticeState.DROPPED, "no_consent"), other.id: (NoticeState.SENT, "")}


def test_one_row_that_fails_keeps_no_other_from_it(world, caplog):
    slot = make_slot(world, make_offer(world, access=Access.NAMED))
    bad, *good = [hold(world, slot, person) for person in make_people(world, 3)]

    def verb(session, *, actor, booking_id, at):
        HOLDS.verb(session, actor=actor, booking_id=booking_id, at=at)
        if booking_id == bad.id:
            raise ValueError("Tarik Demirci")
        return True

    with pytest.raises(RuntimeError, match="1 holds"):
        Deadline("holds", HOLDS.find, verb, "booking_id").meet(world.database, bad.expires_at)
    assert now(world, bad).state is BookingState.HELD  # its own transaction was rolled back
    assert {now(world, one).state for one in good} == {BookingState.EXPIRED}
    assert [pool.taken for pool in rows(world, Pool)] == [1]
    assert caplog.messages == [f"holds {bad.id}: ValueError"]


def test_one_kind_that_fails_keeps_no_other_from_it(world, monkeypatch, caplog):
    enquiry, _ = sent_enquiry(world)

    def find(_session, *, at):
        raise ValueError(at)

    broken = Deadline("broken", find, HOLDS.verb, "booking_id")
    monkeypatch.setattr("hub.worker.deadlines.DEADLINES", (broken, *DEADLINES))
    with pytest.raises(RuntimeError, match="broken failed"):
        meet_deadlines(world.database, enquiry.hear_by_at)
    assert now(world, enquiry).state is EnquiryState.EXPIRED
    assert "broken: ValueError" in caplog.text


def test_two_workers_at_once_settle_everything_once(world):
    slot = make_slot(world, make_offer(world, access=Access.NAMED), places=6)
    held = [hold(world, slot, person) for person in make_people(world, 6)]

    def work():
        database = Database(world.url)
        HOLDS.meet(database, held[0].expires_at)
        database.close()

    assert rush([work, work, work]) == [None] * 3
    assert {one.state for one in rows(world, Booking)} == {BookingState.EXPIRED}
    assert [pool.taken for pool in rows(world, Pool)] == [0]


def test_with_nothing_due_nothing_changes(world):
    sent_enquiry(world)
    before = [(notice.id, notice.state) for notice in rows(world, Notice)]
    meet_deadlines(world.database, world.at)
    assert [(notice.id, notice.state) for notice in rows(world, Notice)] == before
