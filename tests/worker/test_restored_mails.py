"""After an older backup was put back, dates by mail count as newer too, and agree with the feed."""

from datetime import timedelta

from sqlalchemy import delete

from hub.actions.restoring import note_restored
from hub.models.calendar_mail import CalendarMail
from hub.models.subscription import FeedKind
from hub.policy.actor import SYSTEM
from tests.feeds import fetch, only, subscribe
from tests.places import book, make_offer, make_slot
from tests.worker.test_calendar_mails import choose, event_of, move, work


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
