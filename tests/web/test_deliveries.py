"""What has not arrived, on pages of those who look after its people and on paper; fetched, it is gone everywhere."""

import re
from datetime import timedelta

import time_machine

from hub.models.log import LogEntry
from hub.models.slot import Slot
from tests.feeds import fetch, sign_in_person, subscribe, subscribe_person, touch
from tests.feeds import person as person_of
from tests.loop import now
from tests.places import all_rows, counted, make_people
from tests.telling import booked, choose, moved, reachable, tell
from tests.worker.test_deputies import cover, hire

HOUR = timedelta(hours=1)
UNTOLD, NOTHING = "Noch nicht angekommen: ", "Alles ist angekommen."
LACKS = "die letzte Änderung fehlt noch. Bitte rufen Sie an."


def moved_tomorrow(world, person=None):
    """Let somebody (Tarik unless told) have a place tomorrow, and the club move it by an hour."""
    booking, slot = booked(world, person, starts_at=world.at + 26 * HOUR)
    moved(world, slot, slot.starts_at + HOUR)
    return booking


def test_every_page_says_what_has_not_arrived_until_it_is_fetched(app, world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    assert NOTHING in clara.get("/untold").text
    token = subscribe_person(world, "tarik")
    booking, slot = booked(world, starts_at=world.at + 26 * HOUR)
    person, date = f"/people/{tarik.public_id}", f"/bookings/{booking.public_id}"
    assert "Im Kalender: noch nicht abgeholt." in clara.get(date).text
    fetch(app, token)
    assert "Im Kalender: abgeholt." in clara.get(date).text
    assert LACKS not in clara.get(person).text
    moved(world, slot, slot.starts_at + HOUR)
    page = clara.get("/untold").text
    for words in ("Tarik Demirci", "tel:015155501701", "mein Handy: zuletzt heute abgeholt", "Verlegt: statt"):
        assert words in page
    assert f"{UNTOLD}1" in clara.get("/today").text
    assert LACKS in clara.get(person).text
    assert "Im Kalender: noch nicht abgeholt. Bitte rufen Sie an." in clara.get(date).text
    for address in ("/today", person, date):
        assert "Tarik weiß es noch nicht." in clara.get(address).text
    fetch(app, token)
    assert NOTHING in clara.get("/untold").text
    assert UNTOLD not in clara.get("/today").text
    assert LACKS not in clara.get(person).text
    assert "Im Kalender: abgeholt." in clara.get(date).text
    for address in ("/today", person, date):
        page = clara.get(address).text
        assert "Der Kalender von Tarik hat es abgeholt." in page, address
        assert "weiß es noch nicht" not in page, address
        assert "Weiß Bescheid" in page, "fetched is not read"


def test_weiss_bescheid_is_said_on_the_list_and_leads_back_to_it(world, sign_in):
    booking = moved_tomorrow(world)
    clara = sign_in("clara")
    data = {"seen": now(world, booking).starts_at.isoformat(), "back": "untold"}
    answer = clara.post(f"/bookings/{booking.public_id}/told", data=data)
    assert answer.headers["Location"] == "/untold"
    assert NOTHING in clara.get("/untold").text


def test_a_slip_is_printed_from_the_list_at_once_and_its_person_leaves_it(world, sign_in):
    moved_tomorrow(world)
    with time_machine.travel(world.at + HOUR, tick=True):
        clara = sign_in("clara")
        page = clara.get("/untold").text
        ((address, fields),) = re.findall(r'action="(/people/\w+/slips)"[^>]*>(.*?)</form>', page, re.DOTALL)
        data = dict(re.findall(r'name="(\w+)" value="(\w+)"', fields))
        sheet = clara.get(clara.post(address, data=data).location).text
        assert "Zettel 1. Stand" in sheet
        assert "Verlegt: statt" in sheet
        assert NOTHING in clara.get("/untold").text


def test_who_waits_for_a_call_is_settled_there_and_who_has_neither_says_so(world, sign_in):
    reachable(world)
    moved_tomorrow(world)
    choose(world, changes="phone")
    tell(world)
    alone = make_people(world, 1)[0]
    moved_tomorrow(world, alone)
    page = sign_in("clara").get("/untold").text
    first, second = sorted(page.split("<section")[1:], key=lambda one: "Tarik" not in one)
    assert "Steht auch unter „Anrufe“." in first
    assert 'href="/calls">Zu den Anrufen' in first
    assert "Es gibt keine Nummer." in second
    assert "Kein Kalender abonniert." in second
    assert "Anrufe" not in second


def test_only_who_looks_after_the_person_sees_it(world, sign_in, subtests):
    booking = moved_tomorrow(world)
    word = now(world, world.cast.tarik).call_word
    for key in ("cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"):
        with subtests.test(key=key):
            browser = sign_in(key)
            for address in ("/untold", "/untold/print"):
                answer = browser.get(address)
                assert answer.status_code == (200 if key == "cem" else 404)
                assert "Tarik" not in answer.text
                assert word not in answer.text
            assert browser.post(f"/bookings/{booking.public_id}/told", data={"back": "untold"}).status_code == 404
    hire(world)
    cover(world)
    assert "Tarik Demirci" in sign_in("fred").get("/untold").text
    entry = [one for one in all_rows(world, LogEntry) if one.purpose == "untold"][-1]
    assert (entry.action, entry.fields) == ("person.list", ["B1", "I1", "I2"])


def test_paper_names_nobody_and_nothing(world, sign_in):
    booking = moved_tomorrow(world)
    paper = sign_in("clara").get("/untold/print").text
    assert f"<h2>{now(world, world.cast.tarik).call_word}</h2>" in paper
    assert "Verlegt: statt" in paper
    for word in ("Tarik", "Demirci", "015155501701", "0151 5550", "Bewegung", "Sportplatz", booking.public_id):
        assert word not in paper


def test_a_person_reads_that_a_calendar_lacks_something_only_where_a_coming_date_changed(app, world):
    row, token = subscribe(world, person_of(world, "tarik"))
    _, slot = booked(world, starts_at=world.at + 26 * HOUR)
    browser, lacks = sign_in_person(app, world, "tarik"), "Die letzte Änderung ist noch nicht abgeholt."
    fetch(app, token)
    assert lacks not in browser.get("/me/subscriptions").text
    moved(world, slot, slot.starts_at + HOUR)
    assert lacks in browser.get("/me/subscriptions").text
    with time_machine.travel(world.at + HOUR, tick=True):
        fetch(app, token)
    touch(world)
    assert now(world, row).fetched_revision < now(world, row).revision
    assert lacks not in browser.get("/me/subscriptions").text


def test_a_long_list_costs_no_more_statements_than_a_short_one(app, world, sign_in, subtests):
    clara = sign_in("clara")
    addresses = ("/untold", "/untold/print", "/today", f"/people/{world.cast.tarik.public_id}")
    date = moved_tomorrow(world)
    fetch(app, subscribe_person(world, "tarik"))
    with world.database.reading() as session:
        slot = session.get_one(Slot, date.slot_id)
    moved(world, slot, world.at + 28 * HOUR)

    def costs(address):
        with counted(world) as statements:
            assert clara.get(address).status_code == 200
        return len(statements)

    for address in (*addresses, f"/bookings/{date.public_id}"):
        clara.get(address)  # what is logged once an hour is logged
    short = {address: costs(address) for address in (*addresses, f"/bookings/{date.public_id}")}
    assert max(short.values()) <= 12, short
    for person in make_people(world, 12):
        moved_tomorrow(world, person)
    with subtests.test("long"):
        for address in addresses:
            clara.get(address)
        assert {address: costs(address) for address in addresses} == {one: short[one] for one in addresses}
        assert clara.get("/untold").text.count("<p>Verlegt: statt") == 13
        assert f"{UNTOLD}13" in clara.get("/today").text
