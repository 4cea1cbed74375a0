"""News that wait for each other: when they leave, what one mail tells, and that none is lost or told in vain."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from hub.actions import outbox
from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.actions.notices import Facts, announce
from hub.actions.outbox import LEASE, MOST_TRIES
from hub.db import Database
from hub.models.enquiry import EnquiryState
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.organisation import News, Organisation
from hub.policy.actor import SYSTEM
from hub.queries.bookings import get_booking
from hub.queries.digests import PAUSE, next_news_at
from hub.queries.notices import Recipient
from hub.queries.slots import get_slot
from hub.worker import delivery
from hub.worker.letters import Letter, write_mail
from hub.worker.transport import transport
from tests.calls import deliver as deliver_to_nobody
from tests.calls import outbox as queued
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.post import ask_partner, mail_settings
from tests.worker.test_letters import GOLDEN, as_read
from tests.world import AT, World

MORNING = datetime(2026, 9, 15, 5, tzinfo=UTC)  # Tuesday, 7:00


def deliver(world: World, *, at: datetime) -> list[str]:
    """Let the worker do one round; return the text of what left."""
    sent: list[str] = []
    settings = mail_settings()
    delivery.deliver(world.database, settings, lambda mail: sent.append(mail.get_content()), at=at)
    return sent


def choose(world: World, news: News) -> None:
    with world.database.transaction() as session:
        session.execute(update(Organisation).where(Organisation.id == world.cast.club.id).values(news=news))


def booked(world: World, n: int = 3, **slot):
    """Let Clara book a place for each of n people in one date of the club in three days."""
    date = make_slot(world, make_offer(world), places=n, **slot)
    return [book(world, date, person) for person in make_people(world, n)]


def cancel(world: World, booking) -> None:
    clara = world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, clara, booking.public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=row, by="coach", at=world.at + timedelta(minutes=3))


def fates(world: World) -> list[tuple[NoticeState, str]]:
    return [(one.state, one.trouble) for one in queued(world, "partner_news")]


@pytest.mark.parametrize(
    ("news", "asked", "expected"),
    [
        (News.AT_ONCE, "2026-09-14T06:30", "2026-09-14T06:30"),
        (News.DAILY, "2026-09-14T06:30", "2026-09-15T05:00"),
        (News.DAILY, "2026-09-14T04:59", "2026-09-14T05:00"),
        (News.DAILY, "2026-09-14T05:00", "2026-09-14T05:00"),
        (News.DAILY, "2026-09-18T15:00", "2026-09-21T05:00"),  # Friday afternoon: Monday
        (News.DAILY, "2026-11-17T12:00", "2026-11-19T06:00"),  # over the Day of Repentance, in winter time
        (News.DAILY, "2026-10-23T12:00", "2026-10-26T06:00"),  # over the night of the clock change
        (News.WEEKLY, "2026-09-14T04:59", "2026-09-14T05:00"),  # the week's own morning
        (News.WEEKLY, "2026-09-14T05:01", "2026-09-21T05:00"),  # this week's have left
        (News.WEEKLY, "2027-03-29T12:00", "2027-03-30T05:00"),  # on Easter Monday: the week begins on Tuesday
        (News.WEEKLY, "2026-09-20T20:00", "2026-09-21T05:00"),
        (News.WEEKLY, "2027-03-24T12:00", "2027-03-30T05:00"),  # Easter Monday: Tuesday
        (News.WEEKLY, "2026-12-23T12:00", "2026-12-28T06:00"),
    ],
)
def test_the_next_news_leave_at_seven_on_a_working_day(news, asked, expected):
    at, next_at = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (asked, expected))
    assert next_news_at(news, at=at) == next_at


def test_three_bookings_are_one_mail_in_the_morning(world):
    booked(world)
    assert deliver(world, at=MORNING - timedelta(seconds=1)) == []
    (mail,) = deliver(world, at=MORNING)
    assert "3 Neuigkeiten" in mail
    assert fates(world) == [(NoticeState.SENT, "")] + [(NoticeState.DROPPED, "with_another")] * 2
    assert deliver(world, at=MORNING + timedelta(days=7)) == []


def test_a_place_taken_and_given_back_before_the_mail_is_no_news(world):
    first, *_ = booked(world)
    cancel(world, first)
    (mail,) = deliver(world, at=MORNING)
    assert "2 Neuigkeiten" in mail
    assert sorted(fates(world)).count((NoticeState.DROPPED, "undone")) == 2
    (second,) = booked(world, 1)
    cancel(world, second)
    assert deliver(world, at=MORNING + timedelta(days=1)) == []


def test_what_a_partner_was_told_is_taken_back_by_name(world):
    (booking,) = booked(world, 1)
    deliver(world, at=MORNING)
    clara, other = world.actor("clara"), make_slot(world, booking.slot.offer, starts_at=world.at + timedelta(days=9))
    with world.database.transaction() as session:
        row = get_booking(session, clara, booking.public_id, at=world.at)
        slot = get_slot(session, clara, other.public_id)
        reschedule_booking(session, actor=clara, booking=row, slot=slot, at=world.at + timedelta(minutes=1))
    cancel(world, booking)
    (mail,) = deliver(world, at=MORNING + timedelta(days=1))
    assert "2 Neuigkeiten" in mail, "moved and cancelled, though the partner knows of it"


def test_what_begins_soon_is_told_at_once_and_so_is_what_nobody_reads_by_mail(world):
    booked(world, 1, starts_at=MORNING + timedelta(hours=23))
    assert len(deliver(world, at=world.at)) == 1
    with world.database.transaction() as session:
        session.execute(update(Organisation).values(email=""))
    booked(world, 2)
    assert deliver(world, at=world.at) == []
    calls = [one for one in queued(world, "partner_news") if one.channel is Channel.CALL]
    assert [(one.state, one.trouble) for one in calls] == [(NoticeState.QUEUED, "nobody")] * 2


@pytest.mark.parametrize(("news", "at"), [(News.AT_ONCE, AT), (News.WEEKLY, AT + timedelta(days=6, hours=22.5))])
def test_a_partner_chooses_how_often(world, news, at):
    choose(world, news)
    booked(world, 2, starts_at=world.at + timedelta(days=20))
    assert deliver(world, at=at - timedelta(minutes=1)) == []
    assert len(deliver(world, at=at)) == 1


def test_staff_hear_once_in_a_quarter_of_an_hour(world):
    clara = frozenset({world.user("clara").id})
    for minutes in (0, 5, 9):
        with world.database.transaction() as session:
            announce(session, "enquiry.accepted", Facts(coach_ids=clara), at=world.at + timedelta(minutes=minutes))
    assert deliver(world, at=world.at + PAUSE - timedelta(seconds=1)) == []
    (mail,) = deliver(world, at=world.at + PAUSE + timedelta(minutes=9))
    assert "3 Neuigkeiten" in mail


def test_two_workers_never_share_one_readers_news(world, post_office):
    booked(world, 6)
    settings, start, counts = post_office.settings(), threading.Barrier(3), []

    def work():
        database = Database(world.url)
        start.wait()
        counts.append(delivery.deliver(database, settings, transport(settings), at=MORNING))
        database.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == len(post_office.mails) == 1
    assert "6 Neuigkeiten" in post_office.mails[0].get_content()


def test_a_mail_that_never_gets_through_becomes_a_call_for_each_of_its_news(world):
    booked(world)
    at = MORNING
    for _ in range(MOST_TRIES):
        deliver_to_nobody(world, at=at, broken=True)
        at = max(one.next_at for one in queued(world, "partner_news"))
    rows = queued(world, "partner_news")
    assert {(one.channel, one.state, one.trouble) for one in rows} == {
        (Channel.CALL, NoticeState.QUEUED, "ConnectionRefusedError")
    }
    assert len(rows) == 3


def test_after_a_crash_the_same_mail_leaves_again_and_what_came_meanwhile_by_itself(world, post_office):
    booked(world)
    settings = post_office.settings()

    def crash(message):
        transport(settings)(message)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(world.database, settings, crash, at=MORNING)
    booked(world, 1, starts_at=world.at + timedelta(days=9))
    later = MORNING + timedelta(days=1)
    delivery.deliver(world.database, settings, transport(settings), at=later)
    first, again, other = post_office.mails
    assert (first["Message-ID"], first.get_content()) == (again["Message-ID"], again.get_content())
    assert "etwas Neues" in other.get_content()
    assert {state for state, _ in fates(world)} == {NoticeState.SENT, NoticeState.DROPPED}


def test_one_whose_reason_ended_holds_up_no_other(world):
    enquiry = ask_partner(world)
    facts = [Facts(enquiry=enquiry), Facts(organisation_id=world.cast.club.id)]
    with world.database.transaction() as session:
        for one in facts:
            announce(session, "enquiry.named", one, at=world.at)
        session.execute(update(type(enquiry)).values(state=EnquiryState.WITHDRAWN))
    mails = deliver(world, at=world.at)
    assert len(mails) == 1
    assert fates(world) == [(NoticeState.DROPPED, "withdrawn"), (NoticeState.SENT, "")]


def test_news_go_back_into_the_queue_when_the_mail_they_left_with_is_dropped(world):
    booked(world)
    with world.database.transaction() as session:
        first = outbox.take_notice(session, actor=SYSTEM, at=MORNING)
        assert first is not None
        outbox.note_dropped(session, actor=SYSTEM, notice=first, why="settled", at=MORNING)
    (mail,) = deliver(world, at=MORNING)
    assert "2 Neuigkeiten" in mail


def test_a_worker_that_was_too_slow_leaves_all_of_it_to_the_next(world):
    booked(world)
    with world.database.transaction() as session:
        outbox.take_notice(session, actor=SYSTEM, at=MORNING)
    assert deliver(world, at=MORNING + LEASE - timedelta(seconds=1)) == []
    (mail,) = deliver(world, at=MORNING + LEASE)
    assert "3 Neuigkeiten" in mail


@pytest.mark.parametrize("template", ["partner_news", "staff_news"])
@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_mail_says_how_much_is_new_and_nothing_else(template, locale):
    notice = Notice(public_id="abcdefgh23456789", template=template, channel=Channel.EMAIL, created_at=AT)
    address = "https://termine.example/login"
    mail = write_mail(Letter(notice, Recipient("post@verein.example", locale), address, count=3), mail_settings())
    assert as_read(mail) == (GOLDEN / f"{template}.three.{locale}.eml").read_text()


def test_every_row_of_a_digest_is_told_of_in_the_end(world):
    booked(world)
    deliver(world, at=MORNING)
    leads = {one.id for one in all_rows(world, Notice) if one.state is NoticeState.SENT}
    assert {one.sent_with_id for one in all_rows(world, Notice) if one.state is NoticeState.DROPPED} == leads
