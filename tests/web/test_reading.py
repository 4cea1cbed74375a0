"""What coach and deputy read as things go on: less after a withdrawal, nothing after the cover, all without a yes."""

from datetime import timedelta

import pytest
import time_machine

from hub.models.consent import Consent
from hub.models.enquiry import Enquiry
from hub.models.participant import Cover
from tests.loop import accepted_enquiry, ask, drafted, now, request_offer, rows, say, sheet_of, withdraw
from tests.places import counted, make_people
from tests.web.test_participants import deputy


def test_after_a_withdrawal_the_coach_reads_neither_offer_nor_partner(world, sign_in):
    enquiry, consent = accepted_enquiry(world)
    clara, one = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    pages = (one, f"{one}/referrals", f"/enquiries/{enquiry.public_id}")
    for page in pages:
        assert "Rückenschule" in clara.get(page).text, page
    withdraw(world, world.cast.tarik, consent)
    for page in pages:
        text = clara.get(page).text
        assert "Rückenschule" not in text, page
        assert "Klinik Rosenpark" not in text, page
        assert "Tarik Demirci" in text, page
    assert "Dafür gilt keine Einwilligung mehr." in clara.get(one).text
    assert "sich bewegen" in clara.get(f"{one}/referrals").text.lower()  # the need is open again, and the coach's


def test_a_deputy_reads_of_somebody_elses_question_only_that_there_is_one(world, sign_in):
    deputy(world)
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    enquiry, sheet = drafted(world, consent), sheet_of(world, consent)
    fred, one = sign_in("fred"), f"/people/{world.cast.tarik.public_id}"
    for page in (one, f"{one}/consents", f"{one}/sheets/{sheet.public_id}", f"/enquiries/{enquiry.public_id}"):
        text = fred.get(page).text
        assert "Rückenschule" not in text, page
        assert "Klinik Rosenpark" not in text, page
    page = fred.get(f"{one}/sheets/{sheet.public_id}").text
    assert "Eine Frage wartet auf Antwort." in page
    assert "Gerät übergeben" in page
    assert fred.get(f"{one}/sheets/{sheet.public_id}/paper").status_code == 404


def test_a_deputy_reads_the_question_they_asked_themselves(world, sign_in):
    deputy(world)
    offer, slot = request_offer(world)
    sheet = sheet_of(world, ask(world, world.cast.tarik, offer, slot, by="fred"))
    page = f"/people/{world.cast.tarik.public_id}/sheets/{sheet.public_id}"
    fred = sign_in("fred")
    assert "Rückenschule" in fred.get(page).text
    assert fred.get(f"{page}/paper").status_code == 200


def test_a_cover_ends_in_an_open_session(world, sign_in):
    deputy(world)
    enquiry, _ = accepted_enquiry(world)
    fred, one = sign_in("fred"), f"/people/{world.cast.tarik.public_id}"
    pages = (one, f"{one}/consents", f"/enquiries/{enquiry.public_id}")
    assert {fred.get(page).status_code for page in pages} == {200}
    (cover,) = rows(world, Cover)
    with world.database.transaction() as session:
        session.get_one(Cover, cover.id).ends_at = world.at + timedelta(minutes=5)
    with time_machine.travel(world.at + timedelta(minutes=4), tick=True):
        assert {fred.get(page).status_code for page in pages} == {200}
    with time_machine.travel(world.at + timedelta(minutes=5), tick=True):
        assert {fred.get(page).status_code for page in pages} == {404}
        assert "Demirci" not in fred.get("/people").text


def test_who_refuses_everything_is_looked_after_all_the_same(world, sign_in):
    """R-LAW-02: the basic file stands on no consent; only what would leave the house stays."""
    offer, slot = request_offer(world)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot), yes=False)
    clara, one = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    assert [row for row in rows(world, Consent) if row.is_live(world.at)] == []
    page = clara.get(one).text
    assert "Tarik Demirci" in page
    assert "0151 5550 1701" in page
    clara.post(f"{one}/card")
    for path in (one, f"{one}/edit", f"{one}/referrals", f"{one}/card/print", f"{one}/shortlist/print", "/today"):
        assert clara.get(path).status_code == 200, path
    enquiry = drafted(world, consent)
    refused = clara.post(f"/enquiries/{enquiry.public_id}/sending", data={"version": enquiry.version})
    assert refused.status_code == 409
    assert now(world, enquiry).sent_at is None


@pytest.mark.parametrize("n", [1, 30])
def test_statements_stay_within_twelve(world, sign_in, n):
    make_people(world, n)
    accepted_enquiry(world)
    clara, one = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    (enquiry,) = rows(world, Enquiry)
    for page in (f"{one}/referrals", f"/enquiries/{enquiry.public_id}", f"{one}/consents"):
        clara.get(page)
        with counted(world) as statements:
            assert clara.get(page).status_code == 200
        assert len(statements) <= 12, (page, statements)
