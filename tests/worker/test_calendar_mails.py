"""Dates by mail for staff who choose it: from what is, one reader each, once each, and taken back when they end."""

import threading
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import update

from calendars.inviting import Method
from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.actions.calendar_mails import CalendarPart, choose_calendar_mails
from hub.actions.slots import move_slot
from hub.db import Database
from hub.errors import NotAllowed
from hub.models.calendar_mail import CalendarMail
from hub.models.location import Location
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.subscription import FeedKind
from hub.models.user import User
from hub.queries.bookings import get_booking
from hub.queries.notices import Recipient
from hub.queries.slots import get_slot
from hub.worker import delivery
from hub.worker.calendar_mails import FILE
from hub.worker.deadlines import CALENDAR_MAILS
from hub.worker.letters import Letter, write_mail
from hub.worker.transport import transport
from tests.actions.test_team import assign
from tests.calls import outbox
from tests.feeds import fetch, only, subscribe
from tests.loop import accepted_enquiry, withdraw
from tests.places import all_rows, book, make_offer, make_slot
from tests.post import PostOffice, mail_settings
from tests.worker.test_deputies import cover, hire
from tests.worker.test_letters import GOLDEN as LETTERS
from tests.worker.test_letters import UNSPOKEN
from tests.world import AT, World

MINUTE = timedelta(minutes=1)
EVENTS = LETTERS.parents[1] / "calendars" / "golden" / "mails"


def choose(world: World, *keys: str, wanted: bool = True) -> None:
    """Let members of staff turn calendar mails on or off."""
    for key in keys:
        with world.database.transaction() as session:
            user = session.get_one(User, world.user(key).id)
            choose_calendar_mails(session, actor=world.actor(key), user=user, wanted=wanted, at=world.at)


def work(world: World, office: PostOffice, minutes: float = 0) -> list[EmailMessage]:
    """Let the worker do one round some minutes later; return the mails with a date that arrived in it."""
    settings, at, before = office.settings(), world.at + minutes * MINUTE, len(office.mails)
    CALENDAR_MAILS.meet(world.database, at)
    delivery.deliver(world.database, settings, transport(settings), at=at)
    return [mail for mail in office.mails[before:] if mail.is_multipart()]


def event_of(mail: EmailMessage, to: str = "clara@demo.invalid") -> Any:
    """Return the one event of a mail, after looking at the mail as its reader's program does (RFC 6047)."""
    both, file = mail.iter_parts()
    text, part = both.iter_parts()
    assert (mail.get_content_type(), both.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert (text.get_content_type(), part.get_content_type()) == ("text/plain", "text/calendar")
    assert (file.get_filename(), file.get_content_type()) == (FILE, "application/ics")
    body = part.get_payload(decode=True)
    assert body == file.get_payload(decode=True)
    assert [one["Content-Transfer-Encoding"] for one in (part, file)] == ["base64"] * 2
    assert b"\n" not in body.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(body)
    (event,) = calendar.events
    assert (part.get_param("method"), part.get_param("charset")) == (calendar["METHOD"], "UTF-8")
    assert (event["ATTENDEE"], event["ATTENDEE"].params["RSVP"], mail["To"]) == (f"mailto:{to}", "FALSE", to)
    assert event["ORGANIZER"] == f"mailto:{mail['From']}"
    said = "".join((str(mail["Subject"]), text.get_content(), event["SUMMARY"], event.get("DESCRIPTION", "")))
    assert UNSPOKEN.findall(said) == []
    event["METHOD"] = calendar["METHOD"]
    return event


def facts(event: Any) -> tuple[str, int, Any, str]:
    return event["METHOD"], event["SEQUENCE"], event["DTSTART"].dt, str(event["STATUS"])


def call_word(world: World, key: str = "tarik") -> str:
    with world.database.reading() as session:
        return str(session.get_one(Participant, world.cast.people[key].id).call_word)


def clara_does(world: World, booking: Any, verb: Any, **more: Any) -> None:
    actor = world.actor("clara")
    with world.database.transaction() as session:
        row = get_booking(session, actor, booking.public_id, at=world.at)
        if "slot" in more:
            more["slot"] = get_slot(session, actor, more["slot"].public_id)
        verb(session, actor=actor, booking=row, at=world.at, **more)


def move(world: World, slot: Slot, by: timedelta) -> None:
    sven = world.actor("sven")
    with world.database.transaction() as session:
        row = get_slot(session, sven, slot.public_id)
        times = {"starts_at": slot.starts_at + by, "ends_at": slot.ends_at + by}
        move_slot(session, actor=sven, slot=row, despite_busy=True, at=world.at, **times)


def test_the_life_of_a_date_reaches_the_coachs_calendar_step_by_step(world, post_office, app):
    choose(world, "clara")
    offer = make_offer(world)
    slot, other = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=8))
    booking = book(world, slot, world.cast.tarik)
    mails = work(world, post_office)
    move(world, slot, timedelta(hours=2))
    mails += work(world, post_office, 1)
    clara_does(world, booking, reschedule_booking, slot=other)
    mails += work(world, post_office, 2)
    clara_does(world, booking, cancel_booking, by="coach")
    mails += work(world, post_office, 3)
    events = [event_of(mail) for mail in mails]
    assert [facts(event) for event in events] == [
        ("REQUEST", 0, slot.starts_at, "CONFIRMED"),
        ("REQUEST", 1, slot.starts_at + timedelta(hours=2), "CONFIRMED"),
        ("REQUEST", 2, other.starts_at, "CONFIRMED"),
        ("CANCEL", 3, other.starts_at, "CANCELLED"),
    ]
    assert [str(event["SUMMARY"]) for event in events] == [call_word(world)] * 3 + ["Abgesagt: Termin"]
    token = subscribe(world, world.actor("clara"), FeedKind.COACH)[1]
    assert {str(event["UID"]) for event in events} == {str(only(fetch(app, token))["UID"])}, "one event with the feed's"
    assert len({mail["Message-ID"] for mail in mails}) == 4
    assert work(world, post_office, 60) == [], "what did not change is not told again"


def test_only_what_is_ahead_and_only_own_people_are_told_and_strangers_nothing(world, post_office):
    hire(world, "fred", at="jc_bautzen")
    choose(world, "clara", "fred", "sven", "nora", "kerstin")
    offer = make_offer(world)
    book(world, make_slot(world, offer), world.cast.tarik)
    late = book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=1)), world.cast.heinz)
    with world.database.transaction() as session:
        past = {"starts_at": world.at - timedelta(days=1), "ends_at": world.at - timedelta(hours=23)}
        session.execute(update(type(late)).where(type(late).id == late.id).values(**past))
    assert [mail["To"] for mail in work(world, post_office)] == ["clara@demo.invalid"]


def test_a_deputy_has_the_feed_and_gets_no_mails(world, post_office):
    hire(world)
    cover(world)
    choose(world, "fred")
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    assert work(world, post_office) == []


def test_a_person_handed_over_leaves_one_calendar_and_enters_the_other(world, post_office):
    hire(world)
    choose(world, "clara", "fred")
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    work(world, post_office)
    assign(world, world.user("fred"))
    mails = {mail["To"]: mail for mail in work(world, post_office, 1)}
    gone, new = event_of(mails["clara@demo.invalid"]), event_of(mails["fred@demo.invalid"], "fred@demo.invalid")
    assert facts(gone) == ("CANCEL", 1, booking.starts_at, "CANCELLED")
    assert {str(gone["SUMMARY"]), gone.get("LOCATION"), gone.get("URL")} == {"Abgesagt: Termin", None}
    assert facts(new) == ("REQUEST", 0, booking.starts_at, "CONFIRMED")
    assert gone["UID"] != new["UID"], "nobody links two readers' calendars"


def test_a_consent_taken_back_takes_the_date_back_without_a_word(world, post_office):
    choose(world, "clara")
    _, consent = accepted_enquiry(world)
    mails = work(world, post_office, 20)
    withdraw(world, world.cast.tarik, consent)
    mails += work(world, post_office, 40)
    events = [event_of(mail) for mail in mails]
    assert [event["METHOD"] for event in events] == ["REQUEST", "CANCEL"]
    assert str(events[-1]["SUMMARY"]) == "Abgesagt: Termin"


def test_what_was_undone_before_the_mail_left_is_never_told(world, post_office):
    choose(world, "clara")
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    CALENDAR_MAILS.meet(world.database, world.at)
    clara_does(world, booking, cancel_booking, by="coach")
    assert work(world, post_office, 1) == []
    assert [(one.state, one.trouble) for one in outbox(world, "calendar_entry")] == [(NoticeState.DROPPED, "settled")]
    assert all_rows(world, CalendarMail) == []


def test_off_is_off_and_on_again_tells_what_changed_meanwhile(world, post_office):
    offer = make_offer(world)
    first, second = (make_slot(world, offer, starts_at=world.at + timedelta(days=n)) for n in (3, 4))
    kept, ended = book(world, first, world.cast.tarik), book(world, second, world.cast.heinz)
    assert work(world, post_office) == []
    choose(world, "clara")
    assert len(work(world, post_office, 1)) == 2
    choose(world, "clara", wanted=False)
    clara_does(world, ended, cancel_booking, by="coach")
    assert work(world, post_office, 2) == []
    choose(world, "clara")
    (mail,) = work(world, post_office, 3)
    assert facts(event_of(mail)) == ("CANCEL", 1, second.starts_at, "CANCELLED")
    assert {one.booking_id for one in all_rows(world, CalendarMail)} == {kept.id, ended.id}


def test_after_a_crash_the_same_mail_leaves_again_byte_for_byte(world, post_office):
    choose(world, "clara")
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    sent, settings = [], post_office.settings()

    def crash(message):
        sent.append(bytes(message))
        raise KeyboardInterrupt

    CALENDAR_MAILS.meet(world.database, world.at)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(world.database, settings, crash, at=world.at)
    CALENDAR_MAILS.meet(world.database, world.at + 20 * MINUTE)
    delivery.deliver(world.database, settings, lambda mail: sent.append(bytes(mail)), at=world.at + 20 * MINUTE)
    first, again = [one for one in sent if b"text/calendar" in one]
    assert first == again
    clara_does(world, booking, cancel_booking, by="coach")
    assert facts(event_of(work(world, post_office, 30)[0]))[:2] == ("CANCEL", 1)


def test_what_changed_after_a_crash_is_told_by_a_new_mail_with_a_higher_number(world, post_office):
    choose(world, "clara")
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)

    def crash(_message):
        raise KeyboardInterrupt

    CALENDAR_MAILS.meet(world.database, world.at)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(world.database, post_office.settings(), crash, at=world.at)
    move(world, slot, timedelta(hours=1))
    mails = work(world, post_office, 20) + work(world, post_office, 21)
    assert [facts(event_of(mail))[:2] for mail in mails] == [("REQUEST", 1)]


def test_two_workers_queue_each_date_once(world):
    choose(world, "clara")
    offer = make_offer(world)
    for key in ("tarik", "heinz"):
        book(world, make_slot(world, offer), world.cast.people[key])
    start = threading.Barrier(3)

    def meet():
        database = Database(world.url)
        start.wait()
        CALENDAR_MAILS.meet(database, world.at)
        database.close()

    workers = [threading.Thread(target=meet) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(outbox(world, "calendar_entry")) == 2


def test_a_place_whose_name_holds_lines_adds_nobody(world, post_office):
    choose(world, "clara")
    with world.database.transaction() as session:
        bad = "Gasse 1\r\nATTENDEE:mailto:eve@example.org\r\nBcc: eve@example.org"
        session.execute(update(Location).values(street=bad))
    book(world, make_slot(world, make_offer(world, title="Kurs\r\nBcc: eve@example.org")), world.cast.tarik)
    (mail,) = work(world, post_office)
    event_of(mail)
    assert ["clara@demo.invalid"] in post_office.envelopes
    assert ["eve@example.org"] not in post_office.envelopes
    assert mail["Bcc"] is None


def test_nobody_chooses_for_somebody_else(world):
    with world.database.transaction() as session:
        clara = session.get_one(User, world.user("clara").id)
        for key in ("fred", "lena", "otto", "sven"):
            with pytest.raises(NotAllowed):
                choose_calendar_mails(session, actor=world.actor(key), user=clara, wanted=True, at=world.at)


@pytest.mark.parametrize("name", ["1-request", "4-cancel"])
def test_a_mail_with_a_date_is_its_golden_file(name):
    """Whole, with borders and headers: what mail programs act on."""
    notice = Notice(public_id="abcdefgh23456789", template="calendar_entry", channel=Channel.EMAIL, created_at=AT)
    body = (EVENTS / f"{name}.ics").read_bytes()
    part = CalendarPart(Method.CANCEL if "cancel" in name else Method.REQUEST, body)
    letter = Letter(notice, Recipient("clara@demo.example", "de"), "https://termine.example/login", calendar=part)
    golden = LETTERS / f"calendar_entry.{name}.eml"
    assert bytes(write_mail(letter, mail_settings())).decode() == golden.read_bytes().decode()
