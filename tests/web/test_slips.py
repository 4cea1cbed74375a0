"""Numbered sheets of dates: each print counts on, an old one says that it is old, and who needs a new one is listed."""

import re
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import update

from hub.actions.bookings import cancel_booking
from hub.actions.one_place import cancel_place
from hub.actions.slips import print_slip
from hub.actions.slots import call_off_slot, move_slot, restore_slot
from hub.models.booking import Booking, BookingState, PlaceReason
from hub.models.log import LogEntry
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slip import Slip, SlipSize
from hub.models.slot import Slot
from hub.queries.bookings import get_booking
from hub.queries.one_place import get_place
from hub.queries.participants import get_participant
from hub.queries.slips import AT_ONCE, list_outdated
from hub.queries.slots import get_own_slot
from tests.actions.test_feed_changes import CHANGES
from tests.feeds import change, fetch, subscribe_person
from tests.loop import ask, person_actor, say, withdraw
from tests.places import all_rows, book, counted, give_card, make_offer, make_people, make_slot
from tests.telling import partner_does

HOUR = timedelta(hours=1)
LATER = timedelta(minutes=5)


def path(world, more=""):
    return f"/people/{world.cast.tarik.public_id}{more}"


def print_one(browser, world, size="slip", **more):
    answer = browser.post(path(world, "/slips"), data={"size": size} | more)
    assert answer.status_code == 303
    return answer.location


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def outdated(world, key="clara"):
    """The people on the list, by id."""
    with world.database.reading() as session:
        found = list_outdated(session, world.actor(key), at=world.at + 2 * LATER)
        return {slip.participant_id for slip in found}


def print_for(world, *people, size=SlipSize.SLIP, at=None):
    clara = world.actor("clara")
    with world.database.transaction() as session:
        for person in people:
            mine = get_participant(session, clara, person.public_id, at=world.at)
            print_slip(session, actor=clara, participant=mine, size=size, titles=False, at=at or world.at)


@pytest.fixture
def dated(world):
    """A date in three days that stands on Tarik's first sheet."""
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    print_for(world, world.cast.tarik)
    return booking


def test_each_print_counts_on_and_no_look_numbers_anything(world, sign_in):
    clara = sign_in("clara")
    book(world, make_slot(world, make_offer(world, title="Rückenschule")), world.cast.tarik)
    preview = clara.get(path(world, "/card/print"))
    assert "Vorschau. Stand" in words(preview)
    assert "data-print" not in preview.text  # only what has a number goes to the printer
    assert all_rows(world, Slip) == []
    first, second = print_one(clara, world), print_one(clara, world, "large", titles="yes")
    assert (first, second) == (path(world, "/slips/1"), path(world, "/slips/2"))
    page = clara.get(first)
    assert "Zettel 1. Stand: Montag, 14. September" in words(page)
    assert "data-print" in page.text
    assert "Rückenschule" not in page.text
    assert "Rückenschule" in clara.get(second).text
    printed = [(one.number, one.size, one.titles) for one in all_rows(world, Slip)]
    assert printed == [(1, "slip", False), (2, "large", True)]
    assert [one.action for one in all_rows(world, LogEntry)].count("slip.printed") == 2
    assert clara.post(path(world, "/slips"), data={"size": "poster"}).status_code == 422
    assert clara.get(path(world, "/slips/3")).status_code == 404


def test_a_sheet_shows_what_it_showed_until_something_changes_and_then_only_that_it_is_old(world, sign_in, dated):
    clara, first = sign_in("clara"), path(world, "/slips/1")
    with time_machine.travel(dated.starts_at + 5 * HOUR):
        page = sign_in("clara").get(first)
        assert "Am Sportplatz" in words(page)  # over meanwhile, but on the paper it stands
    change(world, Booking, dated.id, changed_at=world.at + LATER)
    page = clara.get(first)
    assert "Zettel 1 ist überholt." in words(page)
    assert "Am Sportplatz" not in words(page)
    give_card(world, world.cast.tarik)
    assert "Zettel 1 , A5, Montag, 14. September: überholt" in words(clara.get(path(world, "/card")))
    with time_machine.travel(world.at + 2 * LATER):
        browser = sign_in("clara")
        second = print_one(browser, world)
        assert "Am Sportplatz" in words(browser.get(second))
        print_one(browser, world)
        assert "ist überholt" in words(browser.get(second))  # replaced by a newer one of the same size


def test_two_prints_at_once_get_two_numbers(world):
    def work():
        print_for(world, world.cast.tarik)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.number for one in all_rows(world, Slip)) == [1, 2, 3, 4]


def as_sven(session, world, one, verb, **arguments):
    sven = world.actor("sven")
    verb(session, actor=sven, slot=get_own_slot(session, sven, one.slot.public_id), at=world.at, **arguments)


def move(session, world, one):
    as_sven(session, world, one, move_slot, starts_at=one.slot.starts_at + HOUR, ends_at=one.slot.ends_at + HOUR)


def call_off(session, world, one):
    as_sven(session, world, one, call_off_slot)


def cancel_one(session, world, one):
    sven = world.actor("sven")
    slot = get_own_slot(session, sven, one.slot.public_id)
    place = get_place(session, sven, slot, one.booking.public_id, at=world.at)
    cancel_place(session, actor=sven, slot=slot, booking=place, reason=PlaceReason.NO_CAPACITY, at=world.at)


def give_back(session, world, one):
    actor = person_actor(one.person)
    own = get_booking(session, actor, one.booking.public_id, at=world.at)
    cancel_booking(session, actor=actor, booking=own, by="person", at=world.at)


def by_offer(what):
    return lambda session, world, one: CHANGES[what][0](session, world, one.offer)


STEPS = {
    "moved": move,
    "called off": call_off,
    "one place": cancel_one,
    "given back": give_back,
    "its place": by_offer("place"),
    "its word": by_offer("neutral title"),
    "the address": by_offer("address"),  # the last: it concerns everybody
}


def test_every_change_of_a_date_puts_its_person_on_the_list_and_a_print_takes_them_off(world, sign_in, subtests):
    people, before = make_people(world, len(STEPS)), world.at - 2 * LATER
    dates = []
    for name, person in zip(STEPS, people, strict=True):
        offer = make_offer(world, short_title="Kurs")
        slot = make_slot(world, offer)
        if name == "its place":
            change(world, Slot, slot.id, location_id=None)  # it takes place where its offer does
        booking = book(world, slot, person, at=before)
        dates.append(SimpleNamespace(offer=offer, slot=slot, booking=booking, person=person))
    print_for(world, *people, at=world.at - LATER)
    assert outdated(world) == set()
    for (name, step), one in zip(STEPS.items(), dates, strict=True):
        with subtests.test(name=name):
            assert one.person.id not in outdated(world)
            world.do(step, world=world, one=one)
            assert one.person.id in outdated(world)
    assert outdated(world, "cem") == outdated(world, "fred") == set()
    with time_machine.travel(world.at + LATER):
        clara = sign_in("clara")
        page = clara.get("/reprints")
        assert all(person.full_name in page.text for person in people)
        printed = clara.post("/reprints")
        sheets = clara.get(printed.location).text
        assert sheets.count('<article class="paper slip"') == len(people)
        assert sheets.count("Zettel 2. Stand") == len(people)
        assert clara.post("/reprints").location == "/reprints"
    assert outdated(world) == set()


def test_what_a_sheet_does_not_show_or_its_person_has_elsewhere_makes_nobody_print(app, world, dated):
    other = make_people(world, 1)[0]
    named = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    asked = make_slot(world, named, starts_at=world.at + 50 * HOUR)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, named, asked))
    private = book(world, asked, world.cast.tarik)
    print_for(world, world.cast.tarik)
    book(world, make_slot(world, make_offer(world)), other, at=world.at + LATER)  # somebody else's, and without a sheet
    withdraw(world, world.cast.tarik, consent, keep_bookings=True, at=world.at + LATER)
    change(world, Booking, private.id, changed_at=world.at + LATER)
    assert outdated(world) == set()  # kept without its consent: nobody is told of it
    held = book(world, make_slot(world, make_offer(world), starts_at=world.at + 60 * HOUR), world.cast.tarik)
    change(world, Booking, held.id, state=BookingState.HELD, created_at=world.at + LATER, changed_at=world.at + LATER)
    assert outdated(world) == set()
    change(world, Booking, dated.id, changed_at=world.at + LATER)
    assert outdated(world) == {world.cast.tarik.id}
    token = subscribe_person(world, "tarik")
    with time_machine.travel(world.at + 2 * LATER):
        assert fetch(app, token).status_code == 200
    assert outdated(world) == set()  # the calendar on the telephone knows


def test_a_new_date_counts_only_where_the_sheet_has_room_for_it(world):
    offer, tarik = make_offer(world), world.cast.tarik
    for day in range(2, 8):
        book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=day)), tarik)
    print_for(world, tarik)
    book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=9)), tarik, at=world.at + LATER)
    assert outdated(world) == set()  # the seventh
    book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=1)), tarik, at=world.at + LATER)
    assert outdated(world) == {tarik.id}


def test_a_place_booked_again_takes_room_on_the_sheet_but_once(world):
    offer, tarik = make_offer(world), world.cast.tarik
    slot = make_slot(world, offer, starts_at=world.at + timedelta(days=2))
    book(world, slot, tarik)
    for verb in (call_off_slot, restore_slot):
        partner_does(world, slot, verb)
    book(world, slot, tarik)
    book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=3)), tarik)
    print_for(world, tarik, size=SlipSize.CARD)
    book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=4)), tarik, at=world.at + LATER)
    assert outdated(world) == {tarik.id}  # the third of three


def test_a_new_card_makes_the_sheets_with_the_old_code_old(world, sign_in, dated):
    clara = sign_in("clara")
    with time_machine.travel(world.at + LATER):
        sign_in("clara").post(path(world, "/card"))
    assert "Zettel 1 ist überholt." in words(clara.get(path(world, "/slips/1")))
    assert outdated(world) == {world.cast.tarik.id}


def test_with_another_coach_the_number_to_call_is_old(world, sign_in, dated):
    change(world, Participant, world.cast.tarik.id, coach_changed_at=world.at + LATER)
    assert "Zettel 1 ist überholt." in words(sign_in("clara").get(path(world, "/slips/1")))
    assert outdated(world) == {world.cast.tarik.id}
    print_for(world, world.cast.tarik, at=world.at + 2 * LATER)
    assert outdated(world) == set()


def test_one_press_prints_twenty_and_the_list_asks_no_more_for_many(world, sign_in):
    people, slot = make_people(world, AT_ONCE + 2), make_slot(world, make_offer(world), places=30)
    for person in people:
        book(world, slot, person, at=world.at - 2 * LATER)
    print_for(world, *people, at=world.at - LATER)
    clara = sign_in("clara")
    with world.database.transaction() as session:
        session.execute(update(Booking).values(changed_at=world.at))
    with time_machine.travel(world.at + LATER):
        with counted(world) as asked:
            page = clara.get("/reprints")
        assert len(asked) <= 12, asked
        assert f"Die ersten {AT_ONCE} drucken" in page.text
        printed = clara.post("/reprints")
        assert printed.location.count("slip=") == AT_ONCE
        with counted(world) as asked:
            assert clara.get(printed.location).text.count('<article class="paper slip"') == AT_ONCE
        assert len(asked) <= 12, asked
    assert outdated(world) == {person.id for person in people[AT_ONCE:]}


def test_for_everybody_else_there_is_no_sheet(world, sign_in, dated, subtests):
    (slip,) = all_rows(world, Slip)
    change(world, Booking, dated.id, changed_at=world.at + LATER)
    for key in ("cem", "frank", "lena", "petra", "nora", "anna", "otto", "sven", "fred"):
        with subtests.test(key=key):
            other = sign_in(key)
            assert other.get(path(world, "/slips/1")).status_code == 404
            assert other.get(path(world, "/slips/1.pdf")).status_code == 404
            assert other.post(path(world, "/slips"), data={"size": "slip"}).status_code == 404
            assert "Zettel 1" not in other.get(f"/reprints/print?slip={slip.public_id}").text
            assert world.cast.tarik.full_name not in other.get("/reprints").text
            other.post("/reprints")
    assert len(all_rows(world, Slip)) == 1
