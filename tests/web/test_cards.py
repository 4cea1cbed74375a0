"""The card on paper and as a way in: neutral, the same for known and unknown codes, limited, blocked at once."""

import re
from datetime import timedelta

import pytest
import time_machine

from hub.models.card import Card
from hub.models.log import LogEntry
from hub.models.login import Login
from hub.models.subscription import FeedKind, Subscription
from hub.queries.cards import grouped, start_number
from hub.seeds.cast import PASSWORD
from tests.places import all_rows, book, enter, give_card, make_offer, make_slot

HARMFUL = ("Jobcenter", "Amt ", "Resilienz", "Partnerhub", "Reha", "Maßnahme", "Programm", "Bürgergeld")


def issued(world, browser):
    browser.post(f"/people/{world.cast.tarik.public_id}/card")
    return all_rows(world, Card)[-1]


def test_a_card_is_issued_and_printed_neutrally(world, sign_in):
    clara, person = sign_in("clara"), world.cast.tarik
    booking = book(world, make_slot(world, make_offer(world, title="Rückenschule")), person)
    with world.database.transaction() as session:
        session.add(
            Subscription(
                kind=FeedKind.PARTICIPANT,
                participant_id=person.id,
                token_digest="f" * 64,
                name="Telefon",
                created_at=world.at,
            )
        )
    answer = clara.post(f"/people/{person.public_id}/card")
    page = clara.get(answer.location).text
    sheets = page.split("<main>")[1]
    code = grouped(all_rows(world, Card)[0].code)
    for words in (
        code,
        "data:image/svg+xml",
        "Do\u00a017.9.",
        "8:30",
        "Am Sportplatz\u00a05, Coswig",
        "03591 00 00 00",
    ):
        assert words in sheets, words
    assert sheets.count(booking.code.replace(" ", "\u00a0")) == 2  # on card and slip
    for words in (*HARMFUL, "Rückenschule", "Tarik", "SV Elbaue", "/feeds/", "f" * 64):
        assert words not in sheets, words
    assert "Rückenschule" in clara.get(f"{answer.location}?titles=yes").text
    assert "paper large" in clara.get(f"{answer.location}?size=large").text


def test_a_called_off_date_stays_on_the_slip_struck_through(world, sign_in):
    clara, slot = sign_in("clara"), make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        row = session.get_one(type(booking), booking.id)
        row.state, row.cancelled_by = "cancelled", "partner"
    issued(world, clara)
    page = clara.get(f"/people/{world.cast.tarik.public_id}/card/print").text
    assert "<s>8:30</s>" in page
    assert "Fällt aus." in page


def test_without_a_pin_the_code_shows_times_and_a_neutral_word_only(world, app, sign_in):
    book(world, make_slot(world, make_offer(world, title="Rückenschule")), world.cast.tarik)
    card = issued(world, sign_in("clara"))
    answer = app.test_client().get(f"/card/{grouped(card.code)}")
    assert "Termin: Donnerstag, 17.\u00a0September, 8:30" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    for words in (*HARMFUL[:4], "Rückenschule", "Tarik", "SV Elbaue", "Sportplatz"):
        assert words not in answer.text.split("<main")[1].split("<footer")[0], words


def test_the_start_number_of_the_slip_sets_the_first_pin_and_leads_in(world, app, sign_in):
    card = issued(world, sign_in("clara"))
    visitor, address = app.test_client(), f"/card/{card.code}/pin"
    wrong = visitor.post(address, data={"start": "000000", "pin": "4711", "again": "4711"})
    assert wrong.status_code == 422
    different = visitor.post(address, data={"start": start_number(card), "pin": "4711", "again": "4712"})
    assert "Das ist nicht dieselbe PIN." in different.text
    spaced = f"{start_number(card)[:3]} {start_number(card)[3:]}"
    assert visitor.post(address, data={"start": spaced, "pin": "4711", "again": "4711"}).location == "/me"
    assert visitor.get("/me").status_code == 200
    again = app.test_client().post(address, data={"start": spaced, "pin": "8255", "again": "8255"})
    assert again.status_code == 422


def test_after_a_day_the_start_number_is_nothing(world, app, sign_in):
    card = issued(world, sign_in("clara"))
    with time_machine.travel(world.at + timedelta(hours=25)):
        data = {"start": start_number(card), "pin": "4711", "again": "4711"}
        assert app.test_client().post(f"/card/{card.code}/pin", data=data).status_code == 422
    assert all_rows(world, Card)[0].pin_hash is None


def test_tries_at_the_start_number_are_limited(world, app, sign_in):
    card = issued(world, sign_in("clara"))
    visitor, data = app.test_client(), {"start": "000000", "pin": "4711", "again": "4711"}
    codes = [visitor.post(f"/card/{card.code}/pin", data=data).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    right = data | {"start": start_number(card)}
    assert visitor.post(f"/card/{card.code}/pin", data=right).status_code == 429


def test_code_and_pin_open_the_own_page_and_wrong_ones_are_limited(world, app):
    code = give_card(world, world.cast.tarik)
    assert enter(app, code).get("/me").status_code == 200
    visitor = app.test_client()
    codes = [visitor.post(f"/card/{code}", data={"pin": "0815"}).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    assert visitor.post(f"/card/{code}", data={"pin": "4711"}).status_code == 429


def test_known_and_unknown_codes_look_the_same(world, app, sign_in):
    code = give_card(world, world.cast.tarik)
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client()

    def pages(tried):
        seen = [
            visitor.get(f"/card/{tried}"),
            *(visitor.post(f"/card/{tried}", data={"pin": "0815"}) for _ in range(6)),
        ]
        # The CSRF token carries the second it was made in.
        texts = [re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text) for answer in seen]
        return [(one.status_code, text.replace(tried, "CODE")) for one, text in zip(seen, texts, strict=True)]

    assert pages(code) == pages("abcdefghjkmn")


def test_a_typed_code_may_have_spaces_dashes_and_capitals(world, app):
    code = give_card(world, world.cast.tarik)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/card", data={"code": f" {grouped(code).replace('-', ' ')} "})
    assert answer.location == f"/card/{grouped(code)}"
    assert app.test_client().post("/card", data={"code": "?!"}).status_code == 422


def test_somebody_elses_device_is_remembered_as_such(world, app):
    code = give_card(world, world.cast.tarik)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client().post(f"/card/{code}", data={"pin": "4711", "shared": "y"})
    assert [login.shared for login in all_rows(world, Login)] == [True]


@pytest.mark.parametrize("step", ["card/block", "card"])
def test_blocking_and_issuing_anew_end_an_open_session(world, app, sign_in, step):
    browser = enter(app, give_card(world, world.cast.tarik))
    assert browser.get("/me").status_code == 200
    assert sign_in("clara").post(f"/people/{world.cast.tarik.public_id}/{step}").status_code == 303
    assert browser.get("/me").status_code == 303


def test_on_a_handed_over_device_the_person_sets_the_pin(world, app, sign_in):
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    address = f"{person}/card/pin"
    assert clara.post(f"{person}/card/handover").status_code == 404  # no card, no PIN
    card = issued(world, clara)
    assert clara.post(address, data={"pin": "4711", "again": "4711"}).status_code == 404  # not handed over
    assert clara.post(f"{person}/card/handover").location == address
    page = clara.get(address).text
    assert "Bereiche" not in page  # no navigation, no way out
    assert clara.post(address, data={"pin": "4711", "again": "4712"}).status_code == 422
    assert clara.post(address, data={"pin": "1111", "again": "1111"}).status_code == 422
    done = clara.post(address, data={"pin": "4711", "again": "4711"}, follow_redirects=True)
    assert "Die PIN gilt ab jetzt." in done.text
    assert not re.search("4711", done.text)
    assert enter(app, card.code).get("/me").status_code == 200
    assert {"card.handed_over", "card.pin_set"} <= {entry.action for entry in all_rows(world, LogEntry)}


def test_the_device_in_the_persons_hand_opens_nothing_else_until_the_password_comes(world, sign_in):
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    issued(world, clara)
    clara.post(f"{person}/card/handover")
    others = ("/today", "/people", person, f"{person}/card", f"/people/{world.cast.jolanta.public_id}/card/pin", "/")
    for other in others:
        assert clara.get(other).location == f"{person}/card/pin", other
    assert clara.post(f"{person}/card/block").location == f"{person}/card/pin"
    refused = clara.post(f"{person}/card/handover/end", data={"password": "falsch"})
    assert (refused.status_code, "Dieses Passwort passt nicht." in refused.text) == (422, True)
    assert clara.post(f"{person}/card/handover/end", data={"password": PASSWORD}).location == f"{person}/card"
    assert clara.get("/people").status_code == 200


def test_for_everybody_else_there_is_no_card(world, sign_in, subtests):
    give_card(world, world.cast.tarik)
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, one = sign_in(key), f"/people/{world.cast.tarik.public_id}/card"
            gets = [one, f"{one}/print", f"{one}/pin"]
            assert {a: other.get(a).status_code for a in gets} == dict.fromkeys(gets, 404)
            posts = [one, f"{one}/block", f"{one}/pin", f"{one}/handover", f"{one}/handover/end"]
            data = {"pin": "8255", "again": "8255"}
            assert {a: other.post(a, data=data).status_code for a in posts} == dict.fromkeys(posts, 404)
