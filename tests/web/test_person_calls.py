"""Calls to make and letters to print for people, on pages of those who look after them, and of nobody else."""

import re
from datetime import timedelta

import pytest

from hub.models.booking import ONE_PLACE, Booking
from hub.models.consent import Consent
from hub.models.notice import NoticeState
from tests.loop import now, rows, withdraw
from tests.places import book, counted, make_offer, make_people, make_slot
from tests.telling import booked, choose, moved, reachable, tell, to_people
from tests.worker.test_deputies import cover, hire
from tests.worker.test_letters import UNSPOKEN

HOUR = timedelta(hours=1)
N = NoticeState


@pytest.fixture(autouse=True)
def tarik(world):
    reachable(world)


def told(world, **choice):
    """Let Tarik choose, and the club move his date."""
    booking, slot = booked(world)
    choose(world, **choice)
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    return booking


def test_a_coach_calls_and_writes_down_what_came_of_it(world, sign_in):
    booking = told(world, changes="phone")
    clara = sign_in("clara")
    page = clara.get("/calls").text
    assert "Tarik Demirci" in page
    assert "„Bewegung am Vormittag“ ist jetzt" in page
    assert "tel:015155501701" in page
    (notice,) = to_people(world)
    assert clara.post(f"/calls/{notice.public_id}/tries").status_code == 303
    assert "Nicht erreicht: 1-mal" in clara.get("/calls").text
    assert clara.post(f"/calls/{notice.public_id}/told").status_code == 303
    assert (now(world, notice).state, now(world, booking).moved_from_at) == (N.SENT, None)
    assert "Niemand wartet auf einen Anruf." in clara.get("/calls").text
    assert "Das ist schon eingetragen." in clara.post(f"/calls/{notice.public_id}/told", follow_redirects=True).text


def test_one_place_called_off_is_not_said_as_a_date_that_falls_away(world, sign_in):
    booking = told(world, changes="phone")
    with world.database.transaction() as session:
        row = session.get_one(Booking, booking.id)
        row.state, row.cancelled_by, row.sequence = "cancelled", ONE_PLACE, row.sequence + 1
    tell(world)
    page = sign_in("clara").get("/calls").text
    assert "Der Partner hat den Platz abgesagt." in page
    assert "fällt aus" not in page


def remind_tomorrow(world, person, way="phone"):
    """Let somebody with a date tomorrow want to be reminded; it was booked days ago."""
    slot = make_slot(world, make_offer(world), starts_at=world.at + timedelta(hours=26))
    booking = book(world, slot, person)
    with world.database.transaction() as session:
        row = session.get_one(Booking, booking.id)
        row.created_at = row.changed_at = world.at - timedelta(days=9)
    choose(world, person, reminders=way)
    tell(world)
    return booking


def test_the_day_shows_calls_but_not_twice_what_it_names_itself(world, sign_in):
    booking = told(world, changes="phone")
    clara = sign_in("clara")
    page = clara.get("/today").text
    assert "Verlegt: statt" in page
    assert "und 1 mehr" in page, "no card yet"
    clara.post(f"/bookings/{booking.public_id}/told")
    assert [one.state for one in to_people(world)] == [N.SENT], "the day's own word settles the call"
    assert "soll am Telefon etwas erfahren" not in clara.get("/today").text
    remind_tomorrow(world, world.cast.tarik)
    assert "Tarik soll am Telefon etwas erfahren." in clara.get("/today").text
    assert "Erinnern: „Bewegung am Vormittag“" in clara.get("/calls").text


def test_only_who_looks_after_the_person_sees_and_settles_it(world, sign_in, subtests):
    told(world, changes="phone", reminders="letter")
    (notice,) = to_people(world)
    for key in ("cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"):
        with subtests.test(key=key):
            browser = sign_in(key)
            for address in ("/calls", "/letters", "/letters/print"):
                answer = browser.get(address)
                assert answer.status_code == (200 if key == "cem" else 404)
                assert "Tarik" not in answer.text
            for deed in ("told", "tries"):
                assert browser.post(f"/calls/{notice.public_id}/{deed}").status_code == 404
            assert browser.post("/letters/printed", data={"letter": notice.public_id}).status_code in (303, 404)
            if key in ("kerstin", "nora", "petra"):
                assert "Tarik" not in browser.get("/phone-list").text
            assert now(world, notice).state is N.QUEUED
    hire(world)
    cover(world)
    deputy = sign_in("fred")
    assert "Tarik" in deputy.get("/calls").text
    assert deputy.post(f"/calls/{notice.public_id}/told").status_code == 303
    assert now(world, notice).state is N.SENT


def test_a_long_list_costs_no_more_statements_than_a_short_one(world, sign_in, subtests):
    people = make_people(world, 8)
    for number, person in enumerate(people):
        reachable(world, person)
        (told_by_letter if number % 2 else remind_tomorrow)(world, person)
    clara = sign_in("clara")
    for address in ("/calls", "/letters", "/letters/print", "/today"):
        with subtests.test(address=address), counted(world) as statements:
            page = clara.get(address)
            assert page.status_code == 200
            assert len(statements) <= 12, statements
    assert clara.get("/letters/print").text.count("window-letter") == 4
    assert clara.get("/calls").text.count("<b>Erinnerung:</b>") == 4


def told_by_letter(world, person):
    _, slot = booked(world, person)
    choose(world, person, changes="letter")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)


def test_letters_are_printed_all_at_once_noted_and_printed_again(world, sign_in):
    told(world, changes="letter")
    clara = sign_in("clara")
    assert "Briefe: 1" in clara.get("/today").text
    page = clara.get("/letters").text
    assert "Tarik Demirci" in page
    ids = re.findall(r'name="letter" value="(\w+)"', page)
    sheet = clara.get("/letters/print").text
    assert "Neugasse 5" in sheet
    assert "Es hat sich etwas geändert." in sheet
    assert "Bewegung am Vormittag" not in sheet
    assert sheet.count("window-letter") == 1
    assert 'class="paper large window-letter"' in clara.get("/letters/print?size=large").text
    assert clara.post("/letters/printed", data={"letter": ids}).status_code == 303
    assert [one.state for one in to_people(world)] == [N.SENT]
    page = clara.get("/letters").text
    assert "Kein Brief liegt bereit." in page
    assert "Noch einmal drucken" in page
    again = clara.get(f"/letters/print?again=yes&person={world.cast.tarik.public_id}").text
    assert "Neugasse 5" in again


@pytest.mark.parametrize("since", ["taken back", "another way"])
def test_a_letter_nobody_wants_any_more_is_not_printed_again(world, sign_in, since):
    told(world, changes="letter")
    clara = sign_in("clara")
    (notice,) = to_people(world)
    clara.post("/letters/printed", data={"letter": notice.public_id})
    assert "Noch einmal drucken" in clara.get("/letters").text
    if since == "taken back":
        withdraw(world, world.cast.tarik, rows(world, Consent)[-1])
    else:
        choose(world, changes="phone")
    assert "Noch einmal drucken" not in clara.get("/letters").text
    assert "Neugasse 5" not in clara.get(f"/letters/print?again=yes&person={world.cast.tarik.public_id}").text


def test_what_shows_in_the_window_says_nothing(world, sign_in):
    told(world, changes="letter")
    sheet = sign_in("clara").get("/letters/print").text
    window = sheet[sheet.index('class="window"') : sheet.index("Stand:")]
    assert re.findall(UNSPOKEN.pattern.replace("|Tarik|Demirci", ""), window, re.IGNORECASE) == []
