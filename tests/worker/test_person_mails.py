"""Mails to people against a real mail server: what they say, and whose matter it is when none gets through."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from hub.actions import slots
from hub.actions.outbox import MOST_TRIES
from hub.actions.person_notices import note_called
from hub.models.consent import Consent
from hub.models.log import LogEntry
from hub.models.notice import Channel, NoticeState
from hub.queries.person_notices import get_by_hand, list_by_hand
from hub.worker import delivery
from hub.worker.transport import transport
from tests.loop import now, rows
from tests.telling import MAIL, booked, choose, moved, partner_does, reachable, tell, to_people
from tests.worker.test_letters import UNSPOKEN

HOUR = timedelta(hours=1)
N = NoticeState


@pytest.fixture(autouse=True)
def tarik(world):
    reachable(world)


def deliver(world, office, at=None):
    settings = office.settings()
    return delivery.deliver(world.database, settings, transport(settings), at=at or world.at)


def settle(session, world, call):
    clara = world.actor("clara")
    found = get_by_hand(session, clara, call.public_id, at=world.at)
    note_called(session, actor=clara, notice=found, at=world.at)


def test_a_mail_says_that_there_is_something_and_where(world, post_office):
    _, slot = booked(world)
    choose(world, changes="email")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    assert deliver(world, post_office) >= 1
    (mail,) = [one for one in post_office.mails if one["To"] == MAIL]
    assert mail["Subject"] == "Es hat sich etwas geändert"
    text = mail.get_content()
    assert "https://termine.example/card" in text.split()
    assert "login" not in text
    assert UNSPOKEN.findall(text + mail["Subject"]) == []
    assert [one.state for one in to_people(world)] == [N.SENT]


def test_at_night_nothing_leaves_for_people(world, post_office):
    _, slot = booked(world)
    choose(world, changes="email")
    night = world.at + timedelta(hours=13)
    moved(world, slot, slot.starts_at + HOUR, at=night)
    tell(world, night)
    deliver(world, post_office, at=night)
    assert [one for one in post_office.mails if one["To"] == MAIL] == []
    deliver(world, post_office, at=to_people(world)[0].next_at)
    assert len([one for one in post_office.mails if one["To"] == MAIL]) == 1
    assert to_people(world)[0].next_at > night + timedelta(hours=10)


def test_a_mail_server_that_refuses_makes_it_the_coachs_to_say(world, post_office):
    booked_date = booked(world)
    choose(world, changes="email")
    moved(world, booked_date[1], booked_date[1].starts_at + HOUR)
    tell(world)
    post_office.refused.add(MAIL)
    at = world.at
    for _ in range(MOST_TRIES):
        deliver(world, post_office, at)
        at = to_people(world)[0].next_at
    (call,) = to_people(world)
    with world.database.reading() as session:
        assert [one.id for one in list_by_hand(session, world.actor("clara"), Channel.CALL, at=at)] == [call.id]
    assert (call.channel, call.trouble) == (Channel.CALL, "SMTPRecipientsRefused")
    world.database.run(lambda session: settle(session, world, call))
    assert now(world, booked_date[0]).moved_from_at is None
    assert now(world, call).state is N.SENT
    assert [entry.action for entry in rows(world, LogEntry)].count("call.made") == 1


def entry_of(mail):
    """Return the calendar part of a mail as a second library reads it, None without."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    calendar = Calendar.from_ical(parts[0].get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == parts[0].get_param("method") == "PUBLISH"
    return event


def test_only_who_ticked_it_gets_an_entry_and_it_says_time_and_own_word(world, post_office):
    _, slot = booked(world)
    choose(world, changes="email")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    choose(world, changes="email", calendar="yes")
    deliver(world, post_office)
    moved(world, slot, slot.starts_at + 2 * HOUR)
    tell(world)
    deliver(world, post_office, world.at + HOUR)
    partner_does(world, slot, slots.call_off_slot)
    tell(world)
    deliver(world, post_office, world.at + 2 * HOUR)
    first, second, third = [entry_of(mail) for mail in post_office.mails if mail["To"] == MAIL]
    assert first is not None, "ticked before it left"
    assert [str(one["SUMMARY"]) for one in (first, second)] == ["Termin", "Termin"]
    assert second.start == slot.starts_at + 2 * HOUR
    assert first["UID"] == second["UID"] == third["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"]
    assert (third["STATUS"], "ATTENDEE" in second, "LOCATION" in second) == ("CANCELLED", False, False)
    for mail in post_office.mails:
        assert UNSPOKEN.findall(mail.as_string().replace(MAIL, "")) == [] or mail["To"] != MAIL


def test_two_dates_that_changed_at_once_are_two_entries(world, post_office):
    dates = [booked(world)[1], booked(world, starts_at=world.at + timedelta(days=5))[1]]
    choose(world, changes="email", calendar="yes")
    for slot in dates:
        moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    deliver(world, post_office)
    entries = [entry_of(mail) for mail in post_office.mails if mail["To"] == MAIL]
    assert [one.start for one in entries] == [slot.starts_at + HOUR for slot in dates]
    assert [one.state for one in to_people(world)] == [N.SENT, N.SENT]


def test_without_the_tick_and_with_a_question_there_is_no_entry(world, post_office):
    _, slot = booked(world)
    choose(world, changes="email", questions="email")
    assert rows(world, Consent)[-1].content == {"changes": "email", "questions": "email"}
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    deliver(world, post_office)
    assert [entry_of(mail) for mail in post_office.mails if mail["To"] == MAIL] == [None]
    choose(world, questions="email", calendar="yes")
    assert rows(world, Consent)[-1].content == {"questions": "email"}, "no mail about dates, no entry"
