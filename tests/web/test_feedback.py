"""Pages of the way back: the partner's form, what the person reads, and that nobody but the own coach does."""

from datetime import timedelta

import time_machine

from hub.models.consent import Release
from hub.models.slot import Slot
from tests.feedback import consent_to_report, report, take_back, way_back
from tests.loop import card_with_pin, now, rows, withdraw
from tests.places import book
from tests.web.test_consents import sign_in_person
from tests.web.test_finding_for_a_need import cover_by_cem

WORDS = "Kam jedes Mal und übt daheim."
SAID = {"outcome": "partly", "words": WORDS}


def form_of(enquiry):
    return f"/inbox/{enquiry.reference}/feedback"


def test_a_partner_reports_and_the_person_and_the_coach_read_it(world, app, sign_in):
    enquiry = way_back(world)
    petra = sign_in("petra")
    assert form_of(enquiry) in petra.get(f"/inbox/{enquiry.reference}").text
    page = petra.get(form_of(enquiry)).text
    assert "checked" not in page
    assert world.cast.tarik.full_name not in page, "this page needs no name"
    assert petra.post(form_of(enquiry), data={}).status_code == 422
    assert petra.post(form_of(enquiry), data=SAID | {"version": enquiry.version}).status_code == 303
    own = petra.get(f"/inbox/{enquiry.reference}").text
    assert WORDS in own
    assert "Zum Teil mitgemacht" in own
    page = sign_in("clara").get(f"/enquiries/{enquiry.public_id}").text
    assert WORDS in page
    assert "Das meldet Klinik Rosenpark zurück" in page
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    assert "/me/feedback" in tarik.get("/me").text
    page = tarik.get("/me/feedback").text
    assert WORDS in page
    assert "Zum Teil mitgemacht" in page
    assert "weil der Partner zurückmelden durfte" in tarik.get("/me/disclosures").text


def test_what_looks_like_a_diagnosis_or_a_case_is_held_back_first(world, sign_in):
    enquiry = way_back(world, "club")
    sven = sign_in("sven")
    for word in ("F32.1", "04702BG0012345", "M54.5"):
        page = sven.post(form_of(enquiry), data=SAID | {"words": f"Wegen {word} gefehlt."})
        assert page.status_code == 422
        assert word in page.text
        assert 'name="meant"' in page.text
    assert now(world, enquiry).feedback is None
    assert sven.post(form_of(enquiry), data=SAID | {"words": "x" * 301}).status_code == 422
    meant = SAID | {"words": "Halle M54 statt M53.", "meant": "y"}
    assert sven.post(form_of(enquiry), data=meant).status_code == 303


def test_locked_pages_say_so_and_take_nothing(world, sign_in):
    enquiry = way_back(world)
    petra = sign_in("petra")
    assert 'name="outcome"' in petra.get(form_of(enquiry)).text
    take_back(world, rows(world, Release)[0])
    page = petra.get(form_of(enquiry)).text
    assert "dürfen Sie gerade nichts zurückmelden" in page
    assert 'name="outcome"' not in page
    assert petra.post(form_of(enquiry), data=SAID).status_code == 409
    assert now(world, enquiry).feedback is None


def test_it_waits_for_dates_and_for_the_purpose_notice(world, sign_in):
    enquiry = way_back(world)
    book(world, rows(world, Slot, Slot.offer_id == enquiry.offer_id)[0], world.cast.tarik, enquiry=enquiry)
    petra = sign_in("petra")
    assert "Es stehen noch Termine aus." in petra.get(form_of(enquiry)).text
    assert petra.post(form_of(enquiry), data=SAID).status_code == 409
    with time_machine.travel(world.at + timedelta(days=8), tick=True):
        assert sign_in("petra").post(form_of(enquiry), data=SAID).status_code == 303


def test_an_enquiry_not_accepted_has_no_form(world, sign_in):
    offer_enquiry = way_back(world)
    report(world, offer_enquiry)
    page = sign_in("petra").get(form_of(offer_enquiry)).text
    assert "Das geht nur bei einer Anfrage, die Sie zugesagt haben" in page


def test_only_the_partners_own_staff_finds_the_form(world, sign_in, subtests):
    enquiry = way_back(world, "club")
    for key in ["kerstin", "petra", "gudrun", "clara", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get(form_of(enquiry)).status_code == 404
            assert browser.post(form_of(enquiry), data=SAID).status_code == 404
            assert now(world, enquiry).feedback is None


def test_nobody_else_ever_reads_it(world, sign_in, subtests):
    enquiry = way_back(world, "club")
    report(world, enquiry, owner="club", words=WORDS)
    for key in ["frank", "lena", "nora", "kerstin", "anna", "otto", "fred", "cem"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            person = world.cast.tarik.public_id
            for address in (
                f"/enquiries/{enquiry.public_id}",
                f"/inbox/{enquiry.reference}",
                f"/people/{person}",
                f"/people/{person}/referrals",
                "/participations",
                "/team",
                "/log",
                "/inbox",
                "/phone-list",
                "/me/feedback",
            ):
                assert WORDS not in browser.get(address).text, address


def test_a_deputy_reads_everything_but_the_report(world, sign_in):
    enquiry = way_back(world, "club")
    report(world, enquiry, owner="club", words=WORDS)
    assert WORDS in sign_in("clara").get(f"/enquiries/{enquiry.public_id}").text
    cover_by_cem(world)
    page = sign_in("cem").get(f"/enquiries/{enquiry.public_id}")
    assert page.status_code == 200
    assert WORDS not in page.text


def test_once_the_consent_is_taken_back_only_the_person_reads_it(world, app, sign_in):
    enquiry = way_back(world, "club")
    report(world, enquiry, owner="club", words=WORDS)
    clara, sven = sign_in("clara"), sign_in("sven")
    assert WORDS in clara.get(f"/enquiries/{enquiry.public_id}").text
    withdraw(world, world.cast.tarik, consent_to_report(world))
    assert WORDS not in clara.get(f"/enquiries/{enquiry.public_id}").text
    assert WORDS not in sven.get(f"/inbox/{enquiry.reference}").text
    assert WORDS in sign_in_person(app, card_with_pin(world, world.cast.tarik)).get("/me/feedback").text
