"""Who was there, on pages: one tap for a partner, by the mail's link or on the phone; the coach reads it, or asks."""

import re
from datetime import timedelta

import pytest
import time_machine

from hub.models.booking import BookingState
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.log import LogEntry
from hub.models.notice import Link, Notice
from hub.models.offer import Access
from hub.models.participant import Participation
from hub.policy.person_scopes import KEPT_AFTER_END
from hub.worker import delivery
from hub.worker.deadlines import meet_deadlines
from tests.attendance import change_consents, link_to, mark, past_place, state_of
from tests.calls import without_address
from tests.loop import card_with_pin, now, rows, withdraw
from tests.places import book, counted, give_card, make_offer, make_people, make_slot
from tests.post import mail_settings
from tests.web.test_consents import sign_in_person
from tests.web.test_date_news import shift

DAY = timedelta(days=1)
NAMES = ("Tarik", "Demirci")


def plain(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text)).replace("\u00a0", " ")


@pytest.fixture
def later(world):
    """Let pages be read at another time, by everybody signed in then."""
    with time_machine.travel(world.at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def stranger(app):
    """A browser without any login."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_one_tap_writes_comes_back_to_the_row_and_can_be_taken_back(world, sign_in, later):
    slot, booking = past_place(world)
    address = f"/slots/{slot.public_id}/attendance"
    assert sign_in("sven").get(address).status_code == 404, "not before it is over"
    later.move_to(slot.ends_at)
    sven = sign_in("sven")
    assert address in sven.get(f"/slots/{slot.public_id}").text
    page = sven.get(address).text
    assert not any(name in page for name in NAMES), "no name without the notice"
    assert sven.post(f"/inbox/{booking.enquiry.reference}/identity", data={}).status_code == 303
    assert "Tarik Demirci" in sven.get(address).text
    answer = sven.post(address, data={booking.public_id: "not_there"})
    assert (answer.status_code, answer.location) == (303, f"{address}#{booking.public_id}")
    page = sven.get(address).text
    assert "Alles ist eingetragen." in page
    assert "Tarik Demirci" in page, "else nobody could tell whose mark it is"
    assert sven.post(address, data={booking.public_id: "confirmed"}).status_code == 303
    assert now(world, booking).state is BookingState.CONFIRMED
    assert sven.post(address, data={}).status_code == 422
    assert sven.post(address, data={booking.public_id: "war krank"}).status_code == 422
    assert sven.post(address, data={"rest": "attended"}).location == address
    assert now(world, booking).state is BookingState.ATTENDED
    later.move_to(slot.ends_at + DAY)
    assert "zurücknehmen" not in sign_in("sven").get(address).text


def test_the_week_names_what_is_open_for_seven_days_and_only_to_who_works_there(world, sign_in, later):
    slot, booking = past_place(world, Access.ANONYMOUS)
    address = f"/slots/{slot.public_id}/attendance"
    later.move_to(slot.ends_at)
    sven = sign_in("sven")
    assert "Bei einem Termin fehlt noch, wer da war" in plain(sven.get("/slots"))
    assert address in sven.get("/slots").text
    for key in ("kerstin", "petra"):
        assert address not in sign_in(key).get("/slots").text, key
    mark(world, slot, {booking.public_id: "attended"})
    assert address not in sven.get("/slots").text
    mark(world, slot, {booking.public_id: "confirmed"})
    later.move_to(slot.ends_at + 7 * DAY)
    assert address not in sign_in("sven").get("/slots").text


def test_only_its_partner_and_on_the_phone_its_umbrella_find_the_page(world, sign_in, later, subtests):
    slot, booking = past_place(world)
    address = f"/slots/{slot.public_id}/attendance"
    later.move_to(slot.ends_at)
    for key in ("petra", "clara", "cem", "frank", "lena", "nora", "anna", "otto", "fred"):
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get(address).status_code == 404
            assert browser.post(address, data={booking.public_id: "not_there"}).status_code == 404
    kerstin = sign_in("kerstin")
    page = kerstin.get(address)
    assert booking.code in page.text
    assert "von Ihnen für den Partner" in page.text
    assert not any(name in page.text for name in NAMES)
    assert kerstin.post(address, data={booking.public_id: "attended"}).status_code == 303
    assert state_of(world, booking) == ("attended", "umbrella")


def test_where_the_way_back_is_closed_between_page_and_tap_nothing_is_written(world, sign_in, later):
    slot, booking = past_place(world)
    address = f"/slots/{slot.public_id}/attendance"
    later.move_to(slot.ends_at)
    sven = sign_in("sven")
    assert booking.code in sven.get(address).text
    (e4,) = [one for one in rows(world, Consent) if one.scope is Scope.FEEDBACK]
    withdraw(world, world.cast.tarik, e4, at=slot.ends_at)
    refused = sven.post(address, data={booking.public_id: "not_there"})
    assert refused.status_code == 409
    assert "fragt der Coach selbst" in plain(refused)
    assert booking.code not in refused.text
    assert state_of(world, booking) == ("confirmed", "")


def test_beside_those_asked_stands_how_many_the_coach_asks(world, sign_in, later):
    slot, booking = past_place(world, feedback=False)
    later.move_to(slot.ends_at)
    page = sign_in("sven").get(f"/slots/{slot.public_id}/attendance")
    assert "Der Coach fragt selbst, wer da war." in plain(page)
    assert booking.code not in page.text
    assert sign_in("kerstin").get(f"/slots/{slot.public_id}/attendance").status_code == 200


def test_long_after_the_stay_no_place_is_left_to_mark(world, sign_in, later):
    slot, booking = past_place(world, Access.ANONYMOUS)
    later.move_to(slot.ends_at)
    address, sven = f"/slots/{slot.public_id}/attendance", sign_in("sven")
    assert booking.code in sven.get(address).text
    with world.database.transaction() as session:
        for stay in rows(world, Participation, Participation.participant_id == world.cast.tarik.id):
            session.get_one(Participation, stay.id).ends_on = (slot.ends_at - KEPT_AFTER_END - DAY).date()
    assert booking.code not in sven.get(address).text
    assert sven.post(address, data={booking.public_id: "not_there"}).status_code == 409
    assert now(world, booking).state is BookingState.CONFIRMED


def test_the_person_reads_what_was_written_down_also_after_the_consent(world, app, sign_in, later):
    slot, booking = past_place(world)
    later.move_to(slot.ends_at)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    assert "Gymnastik" not in tarik.get("/me/feedback").text, "nothing is written down yet"
    mark(world, slot, {booking.public_id: "not_there"})
    page = tarik.get("/me/feedback").text
    assert "Gymnastik" in page
    assert "Sie waren nicht da" in page
    withdraw(world, world.cast.tarik, rows(world, Consent)[0], at=slot.ends_at)
    assert "Sie waren nicht da" in tarik.get("/me/feedback").text


def morning_mail(world, slot):
    """Return the page the mail of the morning after points to, and the mail."""
    morning, sent = slot.ends_at.replace(hour=6, minute=0) + DAY, []
    meet_deadlines(world.database, morning)
    delivery.deliver(world.database, mail_settings(), sent.append, at=morning)
    (mail,) = [one for one in sent if one["Subject"] == "Wer war da?"]
    return re.search(r"https://termine\.example(/links/attendance/\S+)", mail.get_content())[1], mail, morning


def test_from_the_mail_it_is_two_taps_with_place_codes_only(world, stranger, later):
    slot, booking = past_place(world)
    address, mail, morning = morning_mail(world, slot)
    assert not any(word in mail.as_string() + mail.get_content() for word in (*NAMES, "Gymnastik", booking.code))
    later.move_to(morning)
    before = len(rows(world, LogEntry))
    for _ in range(3):
        page = stranger.get(address)
        assert (page.status_code, stranger.head(address).status_code) == (200, 200)
    assert booking.code in page.text
    assert not any(name in page.text for name in NAMES)
    assert (state_of(world, booking), rows(world, Link)[0].used_at) == (("confirmed", ""), None)
    assert len(rows(world, LogEntry)) == before, "looking changes nothing"
    assert stranger.post(address, data={}).status_code == 422
    assert stranger.post(address, data={booking.public_id: "attended"}).location == f"{address}#{booking.public_id}"
    assert state_of(world, booking) == ("attended", "partner")
    assert "Danke, alles ist eingetragen." in plain(stranger.get(address))
    entry = rows(world, LogEntry, LogEntry.action == "attendance.marked")[0]
    assert (entry.actor_kind, entry.fields, entry.purpose) == ("link", ["B2"], "")
    assert stranger.post(address, data={booking.public_id: "confirmed"}).status_code == 303
    change_consents(world, Scope.FEEDBACK, state=ConsentState.WITHDRAWN)
    assert "Danke, das hat sich erledigt." in plain(stranger.get(address))
    assert stranger.post(address, data={booking.public_id: "attended"}).status_code == 409
    assert state_of(world, booking) == ("confirmed", "")


def test_the_link_ends_after_a_week_and_opens_nothing_else(world, stranger, later):
    slot, booking = past_place(world, Access.ANONYMOUS)
    token, _ = link_to(world, slot)
    assert link_to(world, slot, slot.ends_at + DAY)[0] == token
    later.move_to(slot.ends_at)
    for wrong in (token[:-1], token + "a", "x" * 32):
        assert stranger.get(f"/links/attendance/{wrong}").status_code == 404
        assert stranger.post(f"/links/attendance/{wrong}", data={"rest": "attended"}).status_code == 404
    for other in (f"/links/{token}", f"/links/offers/{token}", f"/links/prior-questions/{token}"):
        assert stranger.get(other).status_code == 404
    assert stranger.get(f"/slots/{slot.public_id}/attendance").location.startswith("/login")
    later.move_to(slot.ends_at + 7 * DAY)
    assert stranger.post(f"/links/attendance/{token}", data={"rest": "attended"}).status_code == 404
    assert state_of(world, booking) == ("confirmed", "")


def test_without_an_address_the_umbrella_reads_it_out_and_the_network_desk_sees_no_code(world, sign_in, later):
    without_address(world)
    slot, booking = past_place(world, Access.ANONYMOUS)
    morning = slot.ends_at.replace(hour=6, minute=0) + DAY
    meet_deadlines(world.database, morning)
    delivery.deliver(world.database, mail_settings(), lambda _mail: None, at=morning)
    later.move_to(morning)
    kerstin, address = sign_in("kerstin"), f"/slots/{slot.public_id}/attendance"
    for path in ("/phone-list", "/phone-list/print"):
        assert "Wer war da?" in plain(kerstin.get(path)), path
    assert address in kerstin.get("/phone-list").text
    assert kerstin.post(address, data={"rest": "attended"}).status_code == 303
    assert "Wer war da?" not in plain(kerstin.get("/phone-list"))
    assert booking.code not in sign_in("nora").get("/phone-list").text
    assert len(rows(world, Notice, Notice.template == "partner_attendance")) == 1


def test_a_coachs_day_asks_where_nobody_else_is_asked_until_it_is_said(world, sign_in, later):
    slot, booking = past_place(world, feedback=False)
    give_card(world, world.cast.tarik)
    later.move_to(slot.ends_at)
    assert "War Tarik am" not in plain(sign_in("clara").get("/today")), "not on the day itself"
    later.move_to(slot.ends_at + DAY)
    clara, address = sign_in("clara"), f"/bookings/{booking.public_id}/attendance"
    page = clara.get("/today")
    assert "War Tarik am Donnerstag, 17. September bei „Gymnastik“?" in plain(page)
    assert address in page.text
    for key in ("cem", "fred", "frank", "lena", "nora", "anna", "sven", "petra"):
        browser = sign_in(key)
        assert browser.post(address, data={"mark": "attended"}).status_code == 404, key
        assert "War Tarik" not in browser.get("/today").text, key
    assert clara.post(address, data={"mark": "krank"}).status_code == 422
    assert clara.post(address, data={"mark": "unknown", "back": "today"}).location == "/today"
    assert "War Tarik am" not in plain(clara.get("/today"))
    person = f"/people/{world.cast.tarik.public_id}"
    assert "Es ließ sich nicht sagen." in plain(clara.get(person))
    assert clara.post(address, data={"mark": "not_there", "back": "person"}).location == person
    assert clara.get(person).text.count("war nicht da") == 1
    booked = f"/bookings/{booking.public_id}"
    assert "war nicht da" in clara.get(booked).text
    assert "war nicht da" in clara.get(f"/enquiries/{booking.enquiry.public_id}").text
    assert clara.post(address, data={"mark": "confirmed", "back": "booking"}).location == booked
    assert "War Tarik da?" in plain(clara.get(booked))
    later.move_to(slot.ends_at + 15 * DAY)
    assert "War Tarik am" not in plain(sign_in("clara").get("/today"))


def test_once_it_is_over_nobody_need_hear_that_it_was_moved(world, sign_in, later):
    slot, booking = past_place(world, feedback=False)
    shift(world, slot)
    assert "Verlegt: statt" in plain(sign_in("clara").get("/today"))
    later.move_to(slot.ends_at + DAY)
    page = plain(sign_in("clara").get("/today"))
    assert "War Tarik am" in page
    assert "Verlegt: statt" not in page
    assert "Verlegt: statt" not in plain(sign_in("clara").get(f"/bookings/{booking.public_id}"))


def test_the_coach_reads_a_mark_without_a_name_and_cannot_change_it(world, sign_in, later):
    slot, booking = past_place(world, Access.ANONYMOUS)
    mark(world, slot, {booking.public_id: "attended"})
    later.move_to(slot.ends_at)
    clara, address = sign_in("clara"), f"/bookings/{booking.public_id}/attendance"
    for page in (f"/people/{world.cast.tarik.public_id}", f"/bookings/{booking.public_id}"):
        text = clara.get(page).text
        assert ("war da" in text, address in text) == (True, False), page
    assert clara.post(address, data={"mark": "not_there"}).status_code == 409
    assert state_of(world, booking) == ("attended", "partner")


@pytest.mark.parametrize("n", [1, 30])
def test_no_page_asks_the_database_for_each_place(world, sign_in, later, n):
    slot = make_slot(world, make_offer(world), places=n)
    bookings = [book(world, slot, person) for person in make_people(world, n)]
    past_place(world, feedback=False)
    token, _ = link_to(world, slot)
    later.move_to(slot.ends_at + DAY)
    sven, clara = sign_in("sven"), sign_in("clara")
    pages = {
        f"/slots/{slot.public_id}/attendance": sven,
        f"/links/attendance/{token}": sven,
        f"/people/{world.cast.tarik.public_id}": clara,
        f"/bookings/{bookings[0].public_id}": clara,
        "/today": clara,
    }
    for path, browser in pages.items():
        browser.get(path)
        with counted(world) as statements:
            assert browser.get(path).status_code == 200
        assert len(statements) <= 12, (path, statements)
