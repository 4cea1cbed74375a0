"""After an older backup was put back, dates by mail count as newer too, and agree with the feed."""

from datetime import timedelta

from sqlalchemy import delete

from hub.actions.bookings import cancel_booking
from hub.actions.restoring import note_restored
from hub.models.calendar_mail import CalendarMail
from hub.models.subscription import FeedKind
from hub.policy.actor import SYSTEM
from tests.feeds import change, fetch, only, person, subscribe
from tests.places import all_rows, book, make_offer, make_slot
from tests.telling import MAIL, booked, moved, reachable, tell
from tests.telling import choose as choose_ways
from tests.worker.test_calendar_mails import choose, clara_does, event_of, facts, move, work
from tests.worker.test_person_mails import deliver, entry_of

HOUR = timedelta(hours=1)


def test_a_mail_the_backup_does_not_know_is_told_again_with_a_higher_number(world, post_office, app):
    choose(world, "clara")
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    (first,) = work(world, post_office)
    with world.database.transaction() as session:
        session.execute(delete(CalendarMail))  # the backup is older than the mail
    world.do(note_restored, actor=SYSTEM, at=world.at)
    (again,) = work(world, post_office, 1)
    old, new = event_of(first), event_of(again)
    assert (new["UID"], new["METHOD"]) == (old["UID"], "REQUEST")
    assert new["SEQUENCE"] > old["SEQUENCE"] + 1000
    token = subscribe(world, world.actor("clara"), FeedKind.COACH)[1]
    assert only(fetch(app, token))["SEQUENCE"] == new["SEQUENCE"]
    move(world, slot, timedelta(hours=2))
    (moved,) = work(world, post_office, 2)
    assert event_of(moved)["SEQUENCE"] == new["SEQUENCE"] + 1 == only(fetch(app, token))["SEQUENCE"]


def columns_of(row):
    return {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name != "id"}


def test_what_mails_said_after_the_backup_is_said_again_as_the_backup_has_it(world, post_office):
    choose(world, "clara")
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    work(world, post_office)
    morning = [(type(row), row.id, columns_of(row)) for row in (booking, *all_rows(world, CalendarMail))]
    clara_does(world, booking, cancel_booking, by="coach")
    (gone,) = work(world, post_office, 1)
    assert facts(event_of(gone))[0] == "CANCEL"
    for table, key, columns in morning:
        change(world, table, key, **columns)
    assert world.do(note_restored, actor=SYSTEM, at=world.at).dates == 1
    (again,) = work(world, post_office, 2)
    assert facts(event_of(again))[0::2] == ("REQUEST", slot.starts_at)
    assert event_of(again)["SEQUENCE"] > event_of(gone)["SEQUENCE"]
    assert work(world, post_office, 3) == []


def test_a_persons_own_entry_by_mail_agrees_with_their_feed(world, post_office, app):
    reachable(world)
    slot = booked(world)[1]
    token = subscribe(world, person(world, "tarik"))[1]
    choose_ways(world, changes="email", calendar="yes")
    world.do(note_restored, actor=SYSTEM, at=world.at)
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    deliver(world, post_office)
    (entry,) = [entry_of(mail) for mail in post_office.mails if mail["To"] == MAIL]
    assert (entry["UID"], entry["SEQUENCE"]) == (only(fetch(app, token))["UID"], only(fetch(app, token))["SEQUENCE"])
