"""Pages of a release from secrecy: asked by the coach, signed by the person, gone at the next request."""

import pytest

from hub.bench.pages import counting
from hub.models.consent import ConsentForm, ConsentState, Release
from hub.models.consent_sheet import ConsentSheet
from hub.models.log import LogEntry
from hub.seeds.cast import PASSWORD
from tests.feedback import ask_release, say_release, way_back
from tests.loop import PIN, card_with_pin, now, rows
from tests.web.test_consents import DRAWN, sign_in_person

S = ConsentState


@pytest.fixture
def people(world):
    return f"/people/{world.cast.tarik.public_id}/releases"


def test_asked_where_a_clinic_may_report_and_nowhere_else(world, sign_in, people):
    clara = sign_in("clara")
    assert "Hier liegt nichts vor." in clara.get(people).text
    body = world.cast.clinic.public_id
    assert clara.get(f"{people}/new/{body}").status_code == 404
    way_back(world, released=False)
    way_back(world, "club")
    page = clara.get(people).text
    assert world.cast.clinic.name in page
    assert world.cast.club.name not in page
    assert clara.get(f"{people}/new/{world.cast.club.public_id}").status_code == 404
    assert "checked" not in clara.get(f"{people}/new/{body}").text
    assert clara.post(f"{people}/new/{body}", data={}).status_code == 422
    assert clara.post(f"{people}/new/{body}", data={"locale": "xx"}).status_code == 422
    answer = clara.post(f"{people}/new/{body}", data={"locale": "de", "words": "y"})
    assert answer.status_code == 303
    page = clara.get(answer.location).text
    assert "trotz Schweigepflicht" in page
    assert "Gerät übergeben" in page
    assert rows(world, Release)[0].content == ["outcome", "words"]
    assert rows(world, LogEntry, LogEntry.action == "person.read")


def test_while_a_no_rests_the_page_says_until_when(world, sign_in, people):
    way_back(world, released=False)
    say_release(world, ask_release(world), yes=False)
    answer = sign_in("clara").post(f"{people}/new/{world.cast.clinic.public_id}", data={"locale": "de", "words": "y"})
    assert answer.status_code == 409
    assert "Dazu gab es ein Nein." in answer.text
    assert world.cast.clinic.name in answer.text


def test_the_person_answers_takes_back_and_the_clinics_form_follows(world, app, sign_in):
    enquiry = way_back(world, released=False)
    petra, form = sign_in("petra"), f"/inbox/{enquiry.reference}/feedback"
    assert "Hier geht gerade nichts zurück." in petra.get(form).text
    release = ask_release(world)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    own = f"/me/releases/{release.public_id}"
    assert own in tarik.get("/me/consents").text
    assert "checked" not in tarik.get(own).text
    assert tarik.post(f"{own}/answer", data={}).status_code == 422
    assert tarik.post(f"{own}/answer", data={"answer": "yes"}).status_code == 303
    assert "Sagen Sie dem Coach, wie es war." in petra.get(form).text
    receipt = tarik.get(f"{own}/receipt").text
    code = now(world, release).withdrawal_code
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in receipt
    assert tarik.post(f"{own}/withdrawal").status_code == 303
    assert "Hier geht gerade nichts zurück." in petra.get(form).text
    assert petra.post(form, data={"outcome": "completed"}).status_code == 409
    assert tarik.post(f"{own}/withdrawal").status_code == 409
    assert tarik.get(f"{own}/receipt").status_code == 404
    assert "Das gilt nicht mehr." in tarik.get(own).text


def test_the_code_on_the_slip_takes_it_back_without_login(world, app):
    app.config["WTF_CSRF_ENABLED"] = False
    enquiry = way_back(world)
    release = rows(world, Release)[0]
    browser = app.test_client()
    answer = browser.post("/withdrawal", data={"code": now(world, release).withdrawal_code, "sure": "yes"})
    assert answer.status_code == 303
    page = browser.post("/withdrawal", data={"code": "abcdefghj"}).text
    assert "Dann gilt Ihr Ja nicht mehr." in page, "true for every kind of slip"
    assert now(world, release).state is S.WITHDRAWN
    assert now(world, enquiry).state == "accepted", "the place stays"


def test_signed_on_the_handed_over_device_that_cannot_leave(world, sign_in, people):
    way_back(world, released=False)
    release, clara = ask_release(world), sign_in("clara")
    page = f"{people}/{release.public_id}"
    assert clara.post(f"{page}/handover/answer", data={"answer": "yes"}).status_code == 404, "not handed over"
    assert clara.post(f"{page}/handover").status_code == 303
    assert clara.get("/people").location.endswith("/handover")
    assert clara.post(f"{page}/paper", data={}).location.endswith("/handover")
    for data in ({"pin": PIN}, {"answer": "yes"}, {"answer": "yes", "signature": "[]"}):
        assert clara.post(f"{page}/handover/answer", data=data).status_code == 422, data
    assert clara.post(f"{page}/handover/answer", data={"answer": "yes", "signature": DRAWN}).status_code == 303
    assert (now(world, release).state, now(world, release).form) == (S.GIVEN, ConsentForm.DRAWN)
    assert "Bitte geben Sie das Gerät zurück." in clara.get(f"{page}/handover").text
    assert clara.post(f"{page}/handover/end", data={"password": "falsch"}).status_code == 422
    assert clara.post(f"{page}/handover/end", data={"password": PASSWORD}).status_code == 303
    assert "polyline" in clara.get(f"{page}/receipt").text


def test_signed_with_the_pin_of_the_card(world, sign_in, people):
    way_back(world, released=False)
    card_with_pin(world, world.cast.tarik)
    release, clara = ask_release(world), sign_in("clara")
    page = f"{people}/{release.public_id}/handover"
    clara.post(page)
    assert clara.post(f"{page}/answer", data={"answer": "yes", "pin": "0000"}).status_code == 422
    assert clara.post(f"{page}/answer", data={"answer": "yes", "pin": PIN}).status_code == 303
    assert now(world, release).form is ConsentForm.HANDED_OVER
    given = rows(world, LogEntry, LogEntry.action == "release.given")[0]
    assert given.actor_kind == "person"


def test_signed_on_paper_with_day_and_reference(world, sign_in, people):
    way_back(world, released=False)
    release, clara = ask_release(world), sign_in("clara")
    page = f"{people}/{release.public_id}"
    sheet = clara.get(f"{page}/paper").text
    assert f"{release.reference[:4]} {release.reference[4:]}" in sheet
    number = f"{release.reference[:4].lower()}+{release.reference[4:]}"
    assert clara.get(f"/sheets?number={number}").location == page
    assert "finden wir nicht" in sign_in("cem").get(f"/sheets?number={number}").text
    assert "203" in sheet
    assert clara.post(f"{page}/paper", data={"reference": "MOS 12/3"}).status_code == 422
    signed = {"signed_on": "2026-09-14", "reference": "MOS 12/3"}
    assert clara.post(f"{page}/paper", data=signed | {"signed_on": "2026-09-13"}).status_code == 422
    assert clara.post(f"{page}/paper", data=signed).status_code == 303
    assert now(world, release).state is S.GIVEN
    assert "auf Papier, mit Unterschrift" in clara.get(f"{page}/receipt").text
    assert clara.get(f"{page}/paper").status_code == 404
    assert clara.post(f"{page}/withdrawal").status_code == 303
    assert "Hier gilt die Schweigepflicht." in clara.get(page).text


def test_a_no_or_a_later_is_written_down_without_a_signature(world, sign_in, people):
    clara = sign_in("clara")
    release = ask_release(world)
    assert clara.post(f"{people}/{release.public_id}/deferral").status_code == 303
    assert now(world, release).state is S.DEFERRED
    assert clara.post(f"{people}/{release.public_id}/refusal").status_code == 303
    assert now(world, release).state is S.REFUSED


def test_nobody_else_finds_any_of_it(world, sign_in, people, subtests):
    release = ask_release(world)
    say_release(world, release)
    for key in ["cem", "petra", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser, page = sign_in(key), f"{people}/{release.public_id}"
            for address in (people, page, f"{page}/paper", f"{page}/receipt", f"{page}/handover"):
                assert browser.get(address).status_code == 404, address
            for step in ("paper", "refusal", "deferral", "withdrawal", "handover"):
                assert browser.post(f"{page}/{step}", data={}).status_code in (404, 422), step
            assert now(world, release).state is S.GIVEN


def test_a_sheet_with_a_clinics_report_says_what_is_still_missing(world, sign_in):
    way_back(world, released=False)
    way_back(world, "club")
    clinic, club = rows(world, ConsentSheet)
    clara, person = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    page = clara.get(f"{person}/sheets/{clinic.public_id}").text
    assert "Nach der Schweigepflicht fragen" in page
    assert f"{person}/releases" in page
    assert "Nach der Schweigepflicht fragen" not in clara.get(f"{person}/sheets/{club.public_id}").text


def test_the_lists_ask_no_more_for_several_than_for_one(world, app, sign_in):
    way_back(world, released=False)
    tarik, clara = sign_in_person(app, card_with_pin(world, world.cast.tarik)), sign_in("clara")
    people = f"/people/{world.cast.tarik.public_id}/releases"
    counts = []
    for browser, page in ((clara, people), (tarik, "/me/consents")):
        browser.get(page)  # the first reading in an hour writes its log row
    for _ in range(2):
        say_release(world, ask_release(world))
        with counting(world.database) as statements:
            assert clara.get(people).status_code == tarik.get("/me/consents").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
