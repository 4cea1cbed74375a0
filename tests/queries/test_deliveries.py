"""Whether a change has reached its person: by one rule, whatever the way, and safe towards "not yet"."""

from base64 import b64encode
from datetime import timedelta

import pytest
import time_machine

from hub.actions import person_notices as verbs
from hub.actions.bookings import cancel_booking
from hub.actions.participants import note_told
from hub.actions.slots import call_off_slot
from hub.actions.subscriptions import end_subscription
from hub.models.booking import Booking
from hub.models.consent import Consent
from hub.models.notice import Channel
from hub.models.slip import Slip, SlipSize
from hub.queries import today_people
from hub.queries.bookings import get_booking
from hub.queries.deliveries import list_untold
from hub.queries.person_notices import get_by_hand
from hub.queries.subscriptions import get_subscription
from tests.feeds import change, fetch, person, row_of, subscribe, subscribe_person, touch
from tests.loop import accepted_enquiry, withdraw
from tests.places import all_rows, book, make_offer, make_slot
from tests.telling import booked, choose, mails, moved, partner_does, reachable, tell, to_people

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PREVIEW = "WhatsApp/2.23 (preview)"


def untold(world, by="clara", at=None):
    """Return the keys of the dates on somebody's list, and how a notice of each waits."""
    with world.database.reading() as session:
        return {one.booking.id: one.waits for one in list_untold(session, world.actor(by), at=at or world.at)}


def tomorrow(world, **more):
    """Return a place of Tarik tomorrow, with its date."""
    return booked(world, starts_at=world.at + 26 * HOUR, **more)


def shift(world, slot, hours=1, at=None):
    moved(world, slot, slot.starts_at + hours * HOUR, at=at)


def listed_on_the_day(world, at):
    """Tell whether the day counts anybody."""
    with world.database.reading() as session:
        return today_people.list_people(session, world.actor("clara"), at=at).untold > 0


def at_time(world, app, token, at, *arguments, **headers):
    """Ask for a feed at another time."""
    with time_machine.travel(at, tick=True):
        return fetch(app, token, *arguments, **headers)


def test_a_change_stays_on_the_list_until_a_program_has_fetched_it(app, world, subtests):
    booking, slot = tomorrow(world)
    row, token = subscribe(world, person(world, "tarik"))
    fetch(app, token)
    secret = b64encode(f"x:{token}".encode()).decode()
    browser = app.test_client(use_cookies=False)

    def basic():
        return browser.get(f"/feeds/basic/{row.public_id}.ics", headers={"Authorization": f"Basic {secret}"})

    ways = {
        "whole": lambda _tag: fetch(app, token),
        "gzip": lambda _tag: fetch(app, token, Accept_Encoding="gzip"),
        "304": lambda tag: fetch(app, token, If_None_Match=tag),
        "basic": lambda _tag: basic(),
    }
    for hours, (name, way) in enumerate(ways.items(), start=1):
        with subtests.test(way=name):
            shift(world, slot, hours)
            assert untold(world) == {booking.id: None}
            tag = fetch(app, token, "HEAD").headers["ETag"]
            assert fetch(app, token, User_Agent=PREVIEW).status_code == 200
            assert fetch(app, token, "PROPFIND").status_code == 405
            assert untold(world) == {booking.id: None}, "nobody has fetched it yet"
            assert way(tag).status_code == (304 if name == "304" else 200)
            assert untold(world) == {}
    partner_does(world, slot, call_off_slot)
    assert untold(world) == {booking.id: None}
    fetch(app, token)
    assert untold(world) == {}


def test_one_running_calendar_is_enough_and_without_one_the_date_is_listed(app, world):
    booking, slot = tomorrow(world)
    shift(world, slot)
    assert untold(world) == {booking.id: None}, "no calendar at all"
    row, token = subscribe(world, person(world, "tarik"))
    subscribe_person(world, "tarik", name="Uhr")
    assert untold(world) == {booking.id: None}, "never fetched"
    fetch(app, token)
    assert untold(world) == {}
    with world.database.transaction() as session:
        own = get_subscription(session, person(world, "tarik"), row.public_id)
        end_subscription(session, actor=person(world, "tarik"), subscription=own, at=world.at)
    assert untold(world) == {booking.id: None}, "what has ended is empty at its next fetch"


def test_what_changes_elsewhere_raises_no_alarm(app, world):
    _, slot = tomorrow(world)
    row, token = subscribe(world, person(world, "tarik"))
    shift(world, slot)
    at_time(world, app, token, world.at + 5 * MINUTE)
    touch(world)
    assert row_of(world, row).fetched_revision < row_of(world, row).revision
    assert untold(world) == {}
    shift(world, slot, 2, at=world.at + 10 * MINUTE)
    assert len(untold(world)) == 1


def test_bytes_made_while_a_change_was_being_written_do_not_count(app, world):
    """The change began before the fetch and was committed after it; the bytes differ for another reason."""
    booking, slot = tomorrow(world)
    token = subscribe_person(world, "tarik")
    fetch(app, token)
    book(world, make_slot(world, make_offer(world), starts_at=world.at + 5 * DAY), world.cast.tarik)
    at_time(world, app, token, world.at + timedelta(seconds=30))
    shift(world, slot, at=world.at + timedelta(seconds=1))
    assert untold(world) == {booking.id: None}


def test_two_days_ahead_counts_by_the_old_time_and_the_new(world):
    late = {"starts_at": world.at + 48 * HOUR}
    soon = {"starts_at": world.at + 48 * HOUR - MINUTE}
    for times in (late, soon):
        _, slot = booked(world, **times)
        partner_does(world, slot, call_off_slot)
    assert len(untold(world)) == 1
    away, gone = tomorrow(world)
    shift(world, gone, 24 * 30)
    assert away.id in untold(world), "who believes in tomorrow must hear today"
    assert away.id not in untold(world, at=world.at + 3 * DAY), "that day is over, the new one is far"
    near, pulled = booked(world, starts_at=world.at + 9 * DAY)
    shift(world, pulled, -24 * 8)
    assert near.id in untold(world)


@pytest.mark.parametrize("way", ["email", "phone", "letter"])
def test_a_message_a_call_or_a_letter_tells(world, way):
    reachable(world)
    booking, slot = tomorrow(world)
    choose(world, changes=way)
    shift(world, slot)
    tell(world)
    waits = {"email": Channel.EMAIL, "phone": Channel.CALL, "letter": Channel.PRINT}
    assert untold(world) == {booking.id: waits[way]}
    if way == "email":
        assert len(mails(world, at=world.at + 5 * HOUR)) == 1
    else:
        (queued,) = to_people(world)
        clara = world.actor("clara")
        with world.database.transaction() as session:
            found = get_by_hand(session, clara, queued.public_id, at=world.at)
            if way == "phone":
                verbs.note_called(session, actor=clara, notice=found, at=world.at)
            else:
                verbs.note_printed(session, actor=clara, letters=[found], at=world.at)
    assert untold(world) == {}
    shift(world, slot, 2)
    assert list(untold(world)) == [booking.id], "that was about the time before"


def test_a_word_of_the_coach_tells(world):
    booking, slot = tomorrow(world)
    shift(world, slot)
    clara = world.actor("clara")
    with world.database.transaction() as session:
        note_told(
            session, actor=clara, booking=get_booking(session, clara, booking.public_id, at=world.at), at=world.at
        )
    assert untold(world) == {}


def test_paper_printed_since_tells_if_the_date_has_room_on_it(world):
    def prints(number, size, at):
        with world.database.transaction() as session:
            one = Slip(participant_id=world.cast.tarik.id, number=number, size=size, printed_at=at)
            session.add(one)

    booking, slot = tomorrow(world)
    for hours in (2, 4, 6):
        booked(world, starts_at=world.at + hours * HOUR)
    prints(1, SlipSize.LARGE, world.at - HOUR)
    shift(world, slot)
    assert untold(world) == {booking.id: None}, "printed before"
    prints(2, SlipSize.CARD, world.at + MINUTE)
    assert untold(world) == {booking.id: None}, "the card has room for three"
    prints(3, SlipSize.SLIP, world.at + MINUTE)
    assert untold(world) == {}


def test_a_partners_yes_is_news_until_fetched_and_only_while_calendars_may_show_it(app, world):
    _, consent = accepted_enquiry(world)
    (booking,) = all_rows(world, Booking)
    at = booking.starts_at - DAY
    assert booking.is_news_by_yes(at)
    assert untold(world, at=at) == {booking.id: None}
    assert untold(world, "cem", at=at) == {}
    token = subscribe_person(world, "tarik")
    fetch(app, token)
    assert untold(world, at=at) == {}
    change(world, Consent, consent.id, valid_until=at - HOUR)
    assert untold(world, at=at) == {booking.id: None}, "it fell out of the calendar with its consent"
    assert listed_on_the_day(world, at)


@pytest.mark.parametrize("kept", [False, True])
def test_a_date_whose_consent_was_taken_back_leaves_no_hint(world, kept):
    _, consent = accepted_enquiry(world)
    (booking,) = all_rows(world, Booking)
    withdraw(world, world.cast.tarik, consent)
    state = "confirmed" if kept else "cancelled"
    by = {"cancelled_by": "" if kept else "partner", "moved_from_at": booking.starts_at - HOUR if kept else None}
    change(world, Booking, booking.id, state=state, told_at=None, **by)
    at = booking.starts_at - DAY
    assert untold(world, at=at) == {}
    assert not listed_on_the_day(world, at)


def test_what_nobody_else_did_is_never_listed(world):
    booking, slot = tomorrow(world)
    person_actor, clara = person(world, "tarik"), world.actor("clara")
    assert untold(world) == {}, "the coach booked it"
    with world.database.transaction() as session:
        own = get_booking(session, person_actor, booking.public_id, at=world.at)
        cancel_booking(session, actor=person_actor, booking=own, by="person", at=world.at)
    again = book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        own = get_booking(session, clara, again.public_id, at=world.at)
        cancel_booking(session, actor=clara, booking=own, by="coach", at=world.at)
    assert untold(world) == {}
