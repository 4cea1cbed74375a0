"""The person's own page of permissions: the words before the yes, two taps to take back, nothing for staff."""

import re

import pytest

from hub.models.consent import Consent, ConsentState, Scope
from hub.models.participant import Participant
from tests.loop import card_with_pin, now, rows
from tests.web.test_consents import sign_in_person

PAGE = "/me/permissions"
BY_PHONE = {"changes": "phone", "reminders": "", "questions": "", "agreed": "changes=phone"}


@pytest.fixture
def tarik(world, app):
    app.config["WTF_CSRF_ENABLED"] = False
    return sign_in_person(app, card_with_pin(world, world.cast.tarik))


def test_nothing_is_preset_and_the_words_come_before_the_yes(world, tarik):
    assert PAGE in tarik.get("/me").text
    page = tarik.get(PAGE).text
    assert "Gerade melden wir uns nicht von selbst." in page
    assert "selected" not in page.replace('selected value=""', "")
    assert tarik.post(f"{PAGE}/messages", data={}).status_code == 422
    chosen = {"changes": "phone", "reminders": "", "questions": "phone"}
    page = tarik.post(f"{PAGE}/messages", data=chosen)
    assert page.status_code == 200
    assert "So erreichen wir Sie. Sonst nicht." in page.text
    assert rows(world, Consent) == [], "not before the yes"
    agreed = chosen | {"agreed": "changes=phone questions=phone"}
    assert tarik.post(f"{PAGE}/messages", data=agreed | {"questions": ""}).status_code == 200, "other words, other yes"
    assert rows(world, Consent) == []
    assert tarik.post(f"{PAGE}/messages", data=agreed).status_code == 303
    consent = rows(world, Consent)[0]
    assert (consent.scope, consent.content) == (Scope.MESSAGES, {"changes": "phone", "questions": "phone"})
    page = tarik.get(PAGE).text
    assert 'selected value="phone"' in page
    assert "Nachrichten an Sie" in tarik.get("/me").text
    assert tarik.get(f"/me/consents/{consent.public_id}/receipt").status_code == 200


def test_the_words_before_the_yes_are_the_words_that_are_kept(world, tarik):
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        person.contacts = [*person.contacts, {"kind": "email", "value": "t@post.example", "allowed_for": ["coach"]}]
    chosen = {"changes": "phone", "reminders": "", "questions": "email", "calendar": "y"}
    shown = tarik.post(f"{PAGE}/messages", data=chosen).text
    (agreed,) = re.findall(r'name="agreed" value="([^"]+)"', shown)
    assert tarik.post(f"{PAGE}/messages", data=chosen | {"agreed": agreed}).status_code == 303
    assert rows(world, Consent)[0].content == {"changes": "phone", "questions": "email"}
    entry = "ein Eintrag für Ihren Kalender"
    assert (entry in shown, entry in rows(world, Consent)[0].notice_text) == (False, False)


def test_taken_back_with_two_taps_from_the_own_page(world, tarik):
    tarik.post(f"{PAGE}/messages", data=BY_PHONE)
    consent = rows(world, Consent)[0]
    first = f"/me/consents/{consent.public_id}/withdrawal"
    assert first in tarik.get(PAGE).text
    assert first in tarik.get("/me").text
    assert "Wir melden uns dann nicht mehr von selbst." in tarik.get(first).text
    assert tarik.post(first, data={"keep": "cancel"}).status_code == 303
    assert now(world, consent).state is ConsentState.WITHDRAWN
    assert "Gerade melden wir uns nicht von selbst." in tarik.get(PAGE).text


def test_to_be_counted_is_its_own_yes(world, tarik):
    assert "Gerade zählen Sie nicht mit." in tarik.get(PAGE).text
    assert "Ohne Ihren Namen" in tarik.get(f"{PAGE}/evaluation").text
    assert rows(world, Consent) == []
    assert tarik.post(f"{PAGE}/evaluation").status_code == 303
    consent = rows(world, Consent)[0]
    assert consent.scope is Scope.EVALUATION
    assert "Sie zählen mit, ohne Namen" in tarik.get(PAGE).text
    page = tarik.get(f"/me/consents/{consent.public_id}/withdrawal").text
    assert "Sie zählen dann nicht mehr mit." in page
    assert tarik.post(f"/me/consents/{consent.public_id}/withdrawal", data={"keep": "cancel"}).status_code == 303
    assert now(world, consent).state is ConsentState.WITHDRAWN


def test_the_coach_reads_what_holds_under_its_own_name(world, tarik, sign_in):
    tarik.post(f"{PAGE}/messages", data=BY_PHONE)
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    assert "Nachrichten an Sie" in clara.get(f"{person}/consents").text
    tarik.post(f"{PAGE}/evaluation")
    heads = ("Dann meldet sich niemand mehr von selbst.", "Tarik zählt dann nicht mehr mit.")
    for consent, head in zip(rows(world, Consent), heads, strict=True):
        page = clara.get(f"{person}/consents/{consent.public_id}/withdrawal").text
        assert head in page
        assert "Kalender endet" not in page


def test_staff_find_none_of_it(world, sign_in, subtests):
    for key in ["clara", "petra", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            for address in (PAGE, f"{PAGE}/evaluation"):
                assert browser.get(address).status_code == 404
            for address in (f"{PAGE}/messages", f"{PAGE}/evaluation"):
                assert browser.post(address, data={"changes": "phone"}).status_code == 404
            assert rows(world, Consent) == []
