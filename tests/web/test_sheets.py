"""Pages of a sheet: several partners at once, signed by PIN, finger or on paper, in the sheet's own language."""

import hashlib
import io
import re

import pytest

from hub import clock
from hub.actions import shortlists
from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.log import Disclosure, LogEntry
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.seeds.cast import PASSWORD
from tests.loop import card_with_pin, now, request_offer, rows
from tests.places import counted
from tests.web.test_consents import DRAWN, sign_in_person

CHOSEN = {"contact": "coach", "stage": "prevention", "locale": "de"}


@pytest.fixture
def offers(world):
    """A clinic that asks about health, and two others; each accepts first."""
    return [
        request_offer(world, owner="clinic", title="Rückenschule", field_groups=["I2", "H1"])[0],
        request_offer(world, owner="club", title="Gymnastik", field_groups=["I2"])[0],
        request_offer(world, owner="town", title="Beratung", field_groups=["I2"])[0],
    ]


def asking(world, offers):
    keys = "&".join(f"offer={offer.public_id}" for offer in offers)
    return f"/people/{world.cast.tarik.public_id}/consents/new?{keys}"


def chosen_for(offers, **more):
    """What the page of several offers sends: the first without a prefix."""
    rest = {f"offer{number}-contact": "coach" for number in range(1, len(offers))}
    return CHOSEN | rest | more


def ask_by_page(world, browser, offers, **more):
    answer = browser.post(asking(world, offers), data=chosen_for(offers, **more))
    assert answer.status_code == 303, answer.text
    return rows(world, ConsentSheet)[-1], answer.location


def lines_of(world, sheet):
    return rows(world, Consent, Consent.sheet_id == sheet.id)


def answers(lines, *, no=()):
    return {f"answer_{line.public_id}": "no" if line in no else "yes" for line in lines}


def test_three_partners_stand_on_one_sheet_with_their_own_answers(world, app, sign_in, offers):
    clara = sign_in("clara")
    page = clara.get(asking(world, offers)).text
    assert "Was dürfen diese 3 Partner wissen?" in page
    assert "checked" not in page
    assert page.count("Was die Klinik zur Gesundheit wissen soll") == 1
    assert clara.post(asking(world, offers), data=CHOSEN).status_code == 422
    sheet, address = ask_by_page(world, clara, offers, health="Braucht Pausen.", feedback="y")
    lines = lines_of(world, sheet)
    assert [line.scope for line in lines] == ["E2", "E3", "E4", "E2", "E2"]
    page = clara.get(address).text
    assert "3 Partner. Bei jedem ein eigenes Ja oder Nein." in page
    assert "Braucht Pausen." in page
    assert page.count("Ihr Geld hängt nicht davon ab") == 1, "what holds for all stands there once"
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    own = f"/me/sheets/{sheet.public_id}"
    assert tarik.get("/me/consents").text.count("Lesen und antworten") == 1
    assert "checked" not in tarik.get(own).text
    assert tarik.post(f"{own}/answer", data=answers(lines[:4])).status_code == 422
    said = answers(lines[:1] + lines[3:], no=lines[3:4]) | answers(lines[1:3], no=lines[2:3])
    assert tarik.post(f"{own}/answer", data=said).status_code == 303
    assert [line.state for line in lines_of(world, sheet)] == ["given", "given", "refused", "refused", "given"]
    assert "Dazu haben Sie Ja gesagt." in tarik.get(own).text
    receipt = tarik.get(f"{own}/receipt").text
    code = now(world, sheet).withdrawal_code
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in receipt
    assert "Klinik Rosenpark" in receipt
    assert offers[1].title not in receipt
    names = clara.get(f"/people/{world.cast.tarik.public_id}/consents").text
    assert "Klinik Rosenpark, zur Gesundheit" in names


def test_a_no_to_the_partner_needs_no_answer_beside_it(world, app, sign_in, offers):
    sheet, _ = ask_by_page(world, sign_in("clara"), offers[:1], health="Braucht Pausen.", feedback="y")
    lines = lines_of(world, sheet)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    said = answers(lines[:1], no=lines[:1])
    assert tarik.post(f"/me/sheets/{sheet.public_id}/answer", data=said).status_code == 303
    assert {line.state for line in lines_of(world, sheet)} == {ConsentState.REFUSED}
    assert tarik.get(f"/me/sheets/{sheet.public_id}/receipt").status_code == 404


def test_a_text_that_looks_like_a_diagnosis_is_held_back_first(world, sign_in, offers):
    clara = sign_in("clara")
    data = chosen_for(offers[:1], health="F32.1 seit Mai")
    page = clara.post(asking(world, offers[:1]), data=data)
    assert page.status_code == 422
    assert "F32.1" in page.text
    assert "Das ist keine Diagnose" in page.text
    assert clara.post(asking(world, offers[:1]), data=data | {"meant": "y"}).status_code == 303


def test_signed_with_a_finger_on_the_handed_over_device(world, sign_in, offers):
    clara = sign_in("clara")
    sheet, address = ask_by_page(world, clara, offers[1:])
    lines = lines_of(world, sheet)
    clara.post(f"{address}/handover")
    assert "data-signature hidden" in clara.get(f"{address}/handover").text, "without script there is the PIN"
    for drawing in (
        "",
        "[]",
        "[[[1,1]]]",
        "nichts",
        "{}",
        "[1,2]",
        str([[[5, 5]] * 20]),
        str([[[n, 2000] for n in range(9)]]),
    ):
        answer = clara.post(f"{address}/handover/answer", data=answers(lines) | {"signature": drawing})
        assert answer.status_code == 422, drawing
    long = str([[[n % 1000, n % 1000] for n in range(4000)]])
    assert clara.post(f"{address}/handover/answer", data=answers(lines) | {"signature": long}).status_code == 422
    assert {line.state for line in lines_of(world, sheet)} == {ConsentState.REQUESTED}
    done = clara.post(f"{address}/handover/answer", data=answers(lines, no=lines[1:]) | {"signature": DRAWN})
    assert done.status_code == 303
    kept = now(world, sheet)
    assert (kept.form, len(kept.evidence["strokes"][0])) == (ConsentForm.DRAWN, 20)
    given = rows(world, LogEntry, LogEntry.action == "consent.given")
    assert [entry.actor_ref for entry in given] == [world.actor("clara").ref], "the coach wrote it down, and says so"
    clara.post(f"{address}/handover/end", data={"password": PASSWORD})
    receipt = clara.get(f"{address}/receipt").text
    assert '<polyline points="0,0 1,1' in receipt
    assert "mit Unterschrift" in receipt


def test_later_on_the_handed_over_device_leaves_it_locked(world, sign_in, offers):
    clara = sign_in("clara")
    sheet, address = ask_by_page(world, clara, offers)
    clara.post(f"{address}/handover")
    assert clara.post(f"{address}/handover/later").status_code == 303
    assert "in Ruhe überlegen" in clara.get(f"{address}/handover").text
    assert clara.get("/people").location == f"{address}/handover"
    clara.post(f"{address}/handover/end", data={"password": PASSWORD})
    assert {line.state for line in lines_of(world, sheet)} == {ConsentState.DEFERRED}
    assert "später" in clara.get(f"/people/{world.cast.tarik.public_id}/consents").text
    assert clara.post(f"{address}/deferral").status_code == 303


def test_a_signed_sheet_comes_back_and_is_found_by_its_number(world, sign_in, offers):
    clara = sign_in("clara")
    sheet, address = ask_by_page(world, clara, offers, feedback="y")
    lines = lines_of(world, sheet)
    paper = clara.get(f"{address}/paper").text
    assert f"{sheet.reference[:4]} {sheet.reference[4:]}" in paper
    assert paper.count("☐ Ja") == len(lines) == 4
    found = clara.get(f"/sheets?number={sheet.reference[:4].lower()}+{sheet.reference[4:]}")
    assert found.location == address
    assert "finden wir nicht" in sign_in("cem").get(f"/sheets?number={sheet.reference}").text
    assert "Nummer des Blatts" in clara.get("/sheets").text
    signed = {"signed_on": clock.local_date(world.at).isoformat(), "reference": "A 1"}
    assert clara.post(f"{address}/paper", data=signed).status_code == 422, "which lines have a yes must be said"
    file = io.BytesIO(b"a photograph")
    ticked = signed | {"yes": [lines[0].public_id, lines[3].public_id], "scan": (file, "blatt.jpg")}
    answer = clara.post(f"{address}/paper", data=ticked, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert [line.state for line in lines_of(world, sheet)] == ["given", "refused", "refused", "given"]
    evidence = now(world, sheet).evidence
    assert evidence == signed | {"scan": hashlib.sha256(b"a photograph").hexdigest()}


def test_only_the_person_waives_the_cooling_off(world, app, sign_in, offers):
    clara = sign_in("clara")
    sheet, _ = ask_by_page(world, clara, offers[:1], wait_hours="24", waive="y")
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    own = f"/me/sheets/{sheet.public_id}"
    assert "Es darf gleich losgehen." in tarik.get(own).text
    tarik.post(f"{own}/answer", data=answers(lines_of(world, sheet)))
    assert "Bedenkzeit bis" in tarik.get(own).text
    draft = rows(world, Enquiry)[0]
    blocked = clara.post(f"/enquiries/{draft.public_id}/sending", data={"version": draft.version})
    assert blocked.status_code == 409
    assert "Bedenkzeit" in blocked.text


@pytest.mark.parametrize("path", ["paper", "receipt"])
def test_a_sheet_in_english_has_no_german_word_of_ours(world, app, sign_in, offers, path):
    clara = sign_in("clara")
    sheet, address = ask_by_page(world, clara, offers[1:2], locale="en")
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    if path == "receipt":
        tarik.post(f"/me/sheets/{sheet.public_id}/answer", data=answers(lines_of(world, sheet)))
        single = f"/people/{world.cast.tarik.public_id}/consents/{lines_of(world, sheet)[0].public_id}/receipt"
        assert 'lang="en"' in clara.get(single).text
        assert not GERMAN.search(clara.get(single).text)
    page = clara.get(f"{address}/{path}").text
    assert 'lang="en"' in page
    assert not GERMAN.search(page)


# Words of ours that have been in the catalogue for long; new ones are translated before a release.
GERMAN = re.compile(
    r">\s*(?:Nein|Ja|Zurück|Drucken|Datum, Unterschrift:|Gegeben:)\s*<|hat Ja gesagt|☐ Ja|Beleg vom|Gilt bis"
)


def test_the_clinic_reads_the_health_text_after_the_notice_and_no_one_else_does(world, app, sign_in, offers):
    clara = sign_in("clara")
    sheet, _ = ask_by_page(world, clara, offers[:1], health="Braucht Pausen.")
    lines = lines_of(world, sheet)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    tarik.post(f"/me/sheets/{sheet.public_id}/answer", data=answers(lines))
    draft = rows(world, Enquiry)[0]
    clara.post(f"/enquiries/{draft.public_id}/sending", data={"version": draft.version})
    petra, page = sign_in("petra"), f"/inbox/{draft.reference}"
    assert "Braucht Pausen." not in petra.get(page).text
    petra.post(f"{page}/acceptance", data={"version": now(world, draft).version})
    assert "Braucht Pausen." not in petra.get(page).text
    petra.post(f"{page}/identity")
    assert "Braucht Pausen." in petra.get(page).text
    assert "Braucht Pausen." in petra.get(page).text
    told = rows(world, Disclosure, Disclosure.purpose == "enquiry.health_opened")
    assert [row.fields for row in told] == [["H1"]]
    for key in ("sven", "kerstin", "nora", "frank", "lena", "fred"):
        assert "Braucht Pausen." not in sign_in(key).get(page).text
    consent = lines[1]
    assert consent.scope is Scope.HEALTH
    tarik.post(f"/me/consents/{consent.public_id}/withdrawal", data={"keep": "cancel"})
    after = petra.get(page).text
    assert "Braucht Pausen." not in after
    assert "Tarik" in after, "only these words vanish"


def test_pages_of_a_sheet_do_not_exist_for_anybody_else(world, sign_in, offers, subtests):
    sheet, address = ask_by_page(world, sign_in("clara"), offers)
    for key in ["cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            for path in (
                address,
                f"{address}/paper",
                f"{address}/receipt",
                f"{address}/handover",
                f"/me/sheets/{sheet.public_id}",
            ):
                assert browser.get(path, follow_redirects=True).status_code == 404, path
            assert browser.get(f"{address}/handover").status_code == 404
            for path in (f"{address}/deferral", f"{address}/refusal", f"{address}/paper", f"{address}/handover/later"):
                assert browser.post(path, data=answers(lines_of(world, sheet))).status_code == 404, path
            assert {line.state for line in lines_of(world, sheet)} == {ConsentState.REQUESTED}


def test_another_person_sees_no_sheet(world, app, sign_in, offers):
    sheet, _ = ask_by_page(world, sign_in("clara"), offers)
    jolanta = sign_in_person(app, card_with_pin(world, world.cast.jolanta))
    own = f"/me/sheets/{sheet.public_id}"
    assert jolanta.get(own).status_code == 404
    assert jolanta.get(f"{own}/receipt").status_code == 404
    assert jolanta.post(f"{own}/answer", data=answers(lines_of(world, sheet))).status_code == 404
    assert jolanta.post(f"{own}/deferral").status_code == 404


def test_what_stands_on_the_shortlist_may_join_the_same_sheet(world, sign_in, offers):
    clara = world.actor("clara")

    def pick(session):
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        picked = [get_offer(session, clara, offer.public_id) for offer in offers[1:]]
        shortlists.pick_offers(session, actor=clara, participant=person, offers=picked, at=world.at)

    world.database.run(pick)
    page = sign_in("clara").get(asking(world, offers[:1])).text
    assert "Noch ein Partner auf dasselbe Blatt" in page
    assert all(f'value="{offer.public_id}"' in page for offer in offers)
    assert "Noch ein Partner" not in sign_in("clara").get(asking(world, offers)).text


def test_an_unknown_or_foreign_offer_makes_no_sheet(world, sign_in, offers):
    clara = sign_in("clara")
    assert clara.get(asking(world, offers) + "&offer=nirgends").status_code == 404
    assert clara.get(asking(world, [])).status_code == 404
    assert clara.get(asking(world, offers) + "&referral=nirgends").status_code == 404


def test_a_page_asks_the_database_as_often_for_one_partner_as_for_three(world, sign_in, offers):
    clara, measured = sign_in("clara"), []
    for chosen in (offers[:1], offers[:1], offers):  # the first time warms up what is kept between requests
        _, address = ask_by_page(world, clara, chosen)
        for page in (asking(world, chosen), address, f"{address}/paper"):
            with counted(world) as seen:
                assert clara.get(page).status_code == 200
            measured.append(len(seen))
    assert measured[3:6] == measured[6:]
