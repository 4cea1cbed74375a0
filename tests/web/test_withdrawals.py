"""The code on the slip: two steps without login, no personal data, the same words for right and wrong codes."""

import re

from hub.models.consent import ConsentState
from hub.models.log import LogEntry
from hub.models.offer import Access
from tests.feeds import sign_in_person
from tests.loop import ask, now, rows, say, sent_enquiry, withdraw
from tests.places import book, make_offer, make_slot


def walk(browser, code):
    """Type a code, confirm, and return the pages seen."""
    first = browser.post("/withdrawal", data={"code": code})
    second = browser.post("/withdrawal", data={"code": code, "sure": "yes"})
    pages = [first.text.replace(code, ""), second.location, browser.get(second.location).text]
    return [re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in pages]


def test_the_code_withdraws_and_tells_nothing(world, app):
    app.config["WTF_CSRF_ENABLED"] = False
    _, consent = sent_enquiry(world)
    code, browser = now(world, consent).withdrawal_code, app.test_client()
    assert browser.get("/withdrawal").status_code == 200
    assert browser.post("/withdrawal", data={"code": code}).status_code == 200
    assert now(world, consent).state is ConsentState.GIVEN, "only the second step does it"
    right = walk(browser, code)
    assert now(world, consent).state is ConsentState.WITHDRAWN
    assert walk(browser, "abcdefghj") == right, "a wrong code gets the very same pages"
    for secret in ("Tarik", "Klinik", "Rückenschule", "Eingliederung"):
        assert secret not in "".join(map(str, right))
    entry = rows(world, LogEntry, LogEntry.action == "consent.withdrawn")[0]
    assert entry.actor_kind == "person"


def test_guessing_is_limited(app, world):
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    answers = [browser.post("/withdrawal", data={"code": f"x{n}", "sure": "yes"}).status_code for n in range(16)]
    assert answers == [303] * 15 + [429]


def test_a_date_kept_without_its_consent_is_the_persons_alone(app, world, sign_in):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"], title="Rückenschule")
    slot = make_slot(world, offer)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    booking = book(world, slot, world.cast.tarik)
    clara, sven = sign_in("clara"), sign_in("sven")
    person, day = f"/people/{world.cast.tarik.public_id}", "Donnerstag, 17. September"
    assert "8:30" in clara.get(person).text
    withdraw(world, world.cast.tarik, consent, keep_bookings=True)
    for address in (person, "/today", f"{person}/card/print?titles=yes"):
        assert day not in clara.get(address).text, address
        assert "8:30 Uhr, Rückenschule" not in clara.get(address).text, address
    assert clara.get(f"/bookings/{booking.public_id}").status_code == 404
    page = sven.get(f"/slots/{slot.public_id}").text
    assert booking.code in page
    assert "Demirci" not in page
    assert "Rückenschule" in sign_in_person(app, world, "tarik").get("/me").text
