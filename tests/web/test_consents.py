"""Consent pages: nothing preset, the person alone says yes, a handed-over device shows nothing else."""

import re

import pytest

from hub import clock
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry
from hub.models.log import LogEntry
from hub.policy.actor import ActorKind
from hub.seeds.cast import PASSWORD
from tests.loop import PIN, ask, card_with_pin, now, request_offer, rows, say, sheet_of

DRAWN = str([[[n, n % 7] for n in range(20)]])


@pytest.fixture
def asked(world):
    """A consent that Tarik was asked for, with its addresses."""
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    return consent, f"/people/{world.cast.tarik.public_id}/sheets/{sheet_of(world, consent).public_id}"


def consent_page(world, consent):
    return f"/people/{world.cast.tarik.public_id}/consents/{consent.public_id}"


def yes_to(consent, answer="yes"):
    return {f"answer_{consent.public_id}": answer}


def sign_in_person(app, code):
    """Sign a person in with card and PIN."""
    browser = app.test_client()
    answer = browser.post(f"/card/{code}", data={"pin": PIN})
    assert answer.status_code == 303, answer.text
    return browser


def test_nothing_is_ticked_beforehand(world, sign_in):
    offer, slot = request_offer(world)
    page = sign_in("clara").get(
        f"/people/{world.cast.tarik.public_id}/consents/new?offer={offer.public_id}&slot={slot.public_id}"
    )
    assert page.status_code == 200
    assert "checked" not in page.text
    assert "stufenlos" in page.text
    assert rows(world, LogEntry, LogEntry.action == "person.read")


def test_choosing_makes_a_question_with_its_preview(world, sign_in):
    offer, slot = request_offer(world)
    clara = sign_in("clara")
    address = f"/people/{world.cast.tarik.public_id}/consents/new?offer={offer.public_id}&slot={slot.public_id}"
    assert clara.post(address, data={}).status_code == 422
    chosen = {"access_needs": "step_free", "contact": "coach", "stage": "prevention", "locale": "de"}
    answer = clara.post(address, data=chosen)
    assert answer.status_code == 303
    page = clara.get(answer.location).text
    assert "Das erfährt Klinik Rosenpark. Sonst nichts." in page
    assert "Erst nach der Zusage" in page
    assert "lantern" not in page, "nothing pushes on a consent page"
    consent = rows(world, Consent)[0]
    assert (consent.state, consent.content["rough"]) == (ConsentState.REQUESTED, {})


def test_an_english_preview_is_kept_in_english(world, sign_in):
    offer, _ = request_offer(world)
    address = f"/people/{world.cast.tarik.public_id}/consents/new?offer={offer.public_id}"
    sign_in("clara").post(address, data={"contact": "coach", "stage": "prevention", "locale": "en"})
    assert rows(world, Consent)[0].notice_locale == "en"


def test_a_coach_alone_can_never_make_it_given(world, sign_in, asked):
    consent, address = asked
    clara = sign_in("clara")
    sheet = address.rpartition("/")[2]
    assert clara.post(f"{address}/answer", data=yes_to(consent)).status_code == 404
    assert clara.post(f"/me/sheets/{sheet}/answer", data=yes_to(consent)).status_code == 404
    assert clara.post(f"/me/consents/{consent.public_id}/answer", data={"answer": "yes"}).status_code == 404
    for proof in ({"pin": PIN}, {"signature": DRAWN}):
        assert clara.post(f"{address}/handover/answer", data=yes_to(consent) | proof).status_code == 404
    clara.post(f"{address}/paper", data={"state": "given", "signed_on": "", "reference": ""})
    clara.post(f"{address}/refusal", data={"state": "given", "yes": "true"})
    assert now(world, consent).state is ConsentState.REFUSED


def test_yes_and_no_weigh_the_same_on_a_handed_over_device(world, sign_in, asked):
    _, address = asked
    clara = sign_in("clara")
    assert clara.post(f"{address}/handover").status_code == 303
    page = clara.get(f"{address}/handover").text
    assert "checked" not in page
    assert "kern-btn--primary" not in page
    assert len(re.findall(r'type="radio"', page)) == 2


def test_a_handed_over_device_leads_nowhere_else(world, sign_in, asked):
    consent, address = asked
    card_with_pin(world, world.cast.tarik)
    clara = sign_in("clara")
    clara.post(f"{address}/handover")
    for other in ("/people", f"/people/{world.cast.jolanta.public_id}", "/account", "/", "/withdrawal", address):
        answer = clara.get(other)
        assert (answer.status_code, answer.location) == (303, f"{address}/handover"), other
    for path in ("paper", "refusal", "deferral", "receipt"):
        assert clara.post(f"{address}/{path}", data={"keep": "cancel"}).location == f"{address}/handover"
    assert clara.post(f"{address}/handover/answer", data=yes_to(consent) | {"pin": "0000"}).status_code == 422
    assert now(world, consent).state is ConsentState.REQUESTED
    assert clara.post(f"{address}/handover/answer", data=yes_to(consent) | {"pin": PIN}).status_code == 303
    kept = now(world, consent)
    assert (kept.state, kept.form) == (ConsentState.GIVEN, "handed_over")
    assert clara.get("/account").location == f"{address}/handover", "still locked after the answer"
    assert clara.post(f"{address}/handover/end", data={"password": "falsch"}).status_code == 422
    assert clara.get("/account").status_code == 303
    assert clara.post(f"{address}/handover/end", data={"password": PASSWORD}).status_code == 303
    assert clara.get("/account").status_code == 200
    given = rows(world, LogEntry, LogEntry.action == "consent.given")[0]
    assert given.actor_kind == ActorKind.PERSON


def test_pins_cannot_be_guessed_on_a_handed_over_device(world, sign_in, asked):
    consent, address = asked
    card_with_pin(world, world.cast.tarik)
    clara = sign_in("clara")
    clara.post(f"{address}/handover")
    tries = [clara.post(f"{address}/handover/answer", data=yes_to(consent) | {"pin": f"{n:04}"}) for n in range(6)]
    assert [answer.status_code for answer in tries] == [422] * 5 + [429]


def test_without_a_pin_there_is_paper(world, sign_in, asked):
    consent, address = asked
    clara = sign_in("clara")
    clara.post(f"{address}/handover")
    answer = clara.post(f"{address}/handover/answer", data=yes_to(consent) | {"pin": "1234"})
    assert answer.status_code == 409
    assert "auf Papier" in answer.text
    clara.post(f"{address}/handover/end", data={"password": PASSWORD})
    today = clock.local_date(world.at).isoformat()
    assert clara.get(f"{address}/paper").status_code == 200
    assert clara.post(f"{address}/paper", data={"signed_on": "2030-01-01", "reference": "A 1"}).status_code == 422
    assert clara.post(f"{address}/paper", data={"signed_on": today, "reference": "Er ist krank!"}).status_code == 422
    assert clara.post(f"{address}/paper", data={"signed_on": today, "reference": "A 1"}).status_code == 303
    assert now(world, consent).state is ConsentState.GIVEN


def test_the_receipt_carries_words_and_code(world, sign_in, asked):
    consent, sheet = asked
    address = consent_page(world, consent)
    assert sign_in("clara").get(f"{address}/receipt").status_code == 404
    assert sign_in("clara").get(f"{sheet}/receipt").status_code == 404
    say(world, world.cast.tarik, consent)
    page = sign_in("clara").get(f"{address}/receipt").text
    code = now(world, consent).withdrawal_code
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in page
    assert "/withdrawal" in page
    assert "Ihr Geld hängt nicht davon ab" in page


def test_the_person_answers_and_withdraws_on_the_own_page(world, app, sign_in, asked):
    consent, address = asked
    sheet = f"/me/sheets/{address.rpartition('/')[2]}"
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    assert "Klinik Rosenpark" in tarik.get("/me/consents").text
    assert tarik.get(f"/me/consents/{consent.public_id}").location == sheet
    page = tarik.get(sheet).text
    assert "checked" not in page
    assert tarik.post(f"{sheet}/answer", data={}).status_code == 422
    assert tarik.post(f"{sheet}/answer", data=yes_to(consent)).status_code == 303
    assert tarik.get(f"{sheet}/receipt").status_code == 200
    assert now(world, consent).state is ConsentState.GIVEN
    assert tarik.get(f"/me/consents/{consent.public_id}/receipt").status_code == 200
    assert tarik.get(f"/me/consents/{consent.public_id}/withdrawal").status_code == 200
    assert tarik.post(f"/me/consents/{consent.public_id}/withdrawal", data={"keep": "cancel"}).status_code == 303
    assert now(world, consent).state is ConsentState.WITHDRAWN


def test_a_coach_withdraws_from_the_persons_page_and_then_learns_only_that_there_is_none(world, sign_in, asked):
    consent, _ = asked
    address = consent_page(world, consent)
    say(world, world.cast.tarik, consent)
    clara = sign_in("clara")
    for page in (f"/people/{world.cast.tarik.public_id}", f"/people/{world.cast.tarik.public_id}/consents"):
        assert f"{address}/withdrawal" in clara.get(page).text
    assert clara.get(f"{address}/withdrawal").status_code == 200
    assert clara.post(f"{address}/withdrawal", data={"keep": "cancel"}).status_code == 303
    page = clara.get(address).text
    assert "Hier gilt keine Einwilligung." in page
    assert "Erst nach der Zusage" not in page


def test_consent_pages_do_not_exist_for_anybody_else(world, sign_in, asked, subtests):
    consent, sheet = asked
    page = consent_page(world, consent)
    for key in ["cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            for path in (page, f"{page}/receipt", f"{page}/withdrawal", sheet, f"{sheet}/paper", f"{sheet}/handover"):
                assert browser.get(path).status_code in (303, 404), path
                assert "Tarik" not in browser.get(path).text
            signed = {"signed_on": clock.local_date(world.at).isoformat(), "reference": "A 1", "keep": "cancel"}
            data = signed | yes_to(consent)
            for path in ("paper", "refusal", "deferral", "handover", "handover/answer", "handover/later"):
                assert browser.post(f"{sheet}/{path}", data=data).status_code == 404, path
            assert browser.post(f"{page}/withdrawal", data=data).status_code == 404
            assert rows(world, Enquiry)[0].state == "draft"


def test_a_consent_of_another_person_is_not_found_under_this_one(world, sign_in, asked):
    consent, _ = asked
    page = sign_in("clara").get(f"/people/{world.cast.jolanta.public_id}/consents/{consent.public_id}")
    assert page.status_code == 404
