"""Reminders that a consent ends (T8): thirty and seven days before, each exactly once, one mail for a person."""

from datetime import timedelta

import pytest

from hub.actions.consent_reminders import remind_of_consents
from hub.clock import local_date
from hub.errors import NotAllowed
from hub.models.consent import Release
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.policy.actor import SYSTEM
from hub.queries.consent_reminders import list_asked_and_ending, list_to_remind
from hub.worker.deadlines import meet_deadlines
from tests.feedback import ask_release, say_release, take_back
from tests.loop import now, rows, withdraw
from tests.places import enter, give_card, give_consent, make_offer

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


def release(world, days, **more):
    """Return a release of the clinic that lasts so many days from now."""
    made = ask_release(world, **more)
    say_release(world, made)
    until = world.at + days * DAY
    with world.database.transaction() as session:
        row = session.get_one(Release, made.id)
        row.valid_until, row.valid_until_on = until, local_date(until)
    return made


def reminded(world):
    return len(rows(world, LogEntry, LogEntry.action == "release.reminded"))


def test_a_release_reminds_thirty_and_seven_days_before_and_never_a_third_time(world):
    made, told = release(world, 60), []
    for day in range(61):
        before = reminded(world)
        meet_deadlines(world.database, world.at + day * DAY)
        meet_deadlines(world.database, world.at + day * DAY)
        told += [60 - day] * (reminded(world) - before)
    assert told == [30, 7]
    assert now(world, made).reminded_days == 7
    mails = rows(world, Notice, Notice.user_id == world.user("clara").id)
    assert [one.template for one in mails] == ["staff_news", "staff_news"]


def test_a_consent_and_a_release_are_one_mail(world):
    release(world, 20)
    give(world, 20)
    assert remind(world, world.at)
    assert len(rows(world, Notice)) == 1
    assert (reminded(world), len(rows(world, LogEntry, LogEntry.action == "consent.reminded"))) == (1, 1)
    assert not remind(world, world.at + timedelta(minutes=1))


def test_a_release_that_was_renewed_or_taken_back_reminds_of_nothing(world):
    release(world, 20)
    newer = release(world, 200)
    assert not remind(world, world.at)
    take_back(world, newer)
    assert not remind(world, world.at)


def test_coach_and_person_read_it_and_nobody_else(world, app, sign_in):
    release(world, 20)
    words, name = "nur noch bis 4. Oktober", "Klinik Rosenpark darf"
    page = sign_in("clara").get("/today").text.replace("\u00a0", " ")
    assert f"{name} Ihnen über Tarik {words}" in page
    assert "noch 20 Tage" in page
    assert f"/people/{world.cast.tarik.public_id}/releases" in page
    own = enter(app, give_card(world, world.cast.tarik))
    assert f"{name} Ihrem Coach {words}" in own.get("/me").text.replace("\u00a0", " ")
    assert "Das endet bald." in own.get("/me/consents").text
    assert words not in enter(app, give_card(world, world.cast.heinz)).get("/me").text
    for key in ("cem", "fred"):
        assert words not in sign_in(key).get("/today").text.replace("\u00a0", " ")


def test_nobody_but_the_house_reminds(world):
    give(world, 20)
    for key in ("clara", "fred"):
        with pytest.raises(NotAllowed):
            world.do(remind_of_consents, actor=world.actor(key), participant_id=world.cast.tarik.id, at=world.at)
