"""A consent found invalid (T10): the auditor ends it by number with all that hung on it, and a case begins."""

import pytest

from hub.actions import answers
from hub.models.consent import ConsentState
from hub.models.consent_sheet import ConsentSheet
from hub.models.duty import Duty, Incident
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from tests.loop import accepted_enquiry, now, partner, rows


@pytest.fixture
def opened(world):
    """Return an enquiry whose name is open, and its consent."""
    enquiry, consent = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    return enquiry, consent


def test_the_auditor_ends_it_by_number_and_follows_the_case(world, sign_in, opened):
    enquiry, consent = opened
    anna = sign_in("anna")
    assert 'href="/incidents"' in anna.get("/log").text
    assert anna.post("/incidents", data={"number": consent.public_id}).status_code == 422
    assert anna.post("/incidents", data={"number": "nothing", "kind": "pressure"}).status_code == 422
    assert anna.post("/incidents", data={"number": consent.public_id, "kind": "whatever"}).status_code == 422
    assert now(world, consent).state is ConsentState.GIVEN
    assert anna.post("/incidents", data={"number": consent.public_id, "kind": "pressure"}).status_code == 303
    assert now(world, consent).state is ConsentState.INVALIDATED
    assert now(world, enquiry).state is EnquiryState.WITHDRAWN
    assert rows(world, Duty)[0].reason.value == "invalidated"
    page = anna.get("/incidents").text
    assert consent.public_id in page
    for secret in ("Tarik", "Demirci", "Rückenschule", "Klinik"):
        assert secret not in page
    case = rows(world, Incident)[0]
    assert anna.post(f"/incidents/{case.public_id}/closure").status_code == 303
    assert now(world, case).closed_at is not None
    anna.post(f"/incidents/{case.public_id}/closure")
    assert len(rows(world, LogEntry, LogEntry.action == "incident.closed")) == 1


def test_the_number_of_the_sheet_names_all_of_it(world, sign_in, opened):
    _, consent = opened
    with world.database.reading() as session:
        sheet = now(world, consent).sheet_id
        number = session.get_one(ConsentSheet, sheet).reference if sheet else consent.public_id
    sign_in("anna").post("/incidents", data={"number": number.lower(), "kind": "wrong_text"})
    assert now(world, consent).state is ConsentState.INVALIDATED


def test_for_everybody_else_there_is_no_such_page(world, sign_in, opened, subtests):
    for key in ["clara", "frank", "lena", "petra", "nora", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            data = {"number": opened[1].public_id, "kind": "pressure"}
            assert browser.get("/incidents").status_code == 404
            assert browser.post("/incidents", data=data).status_code == 404
            assert browser.post("/incidents/abc/closure").status_code == 404
            assert now(world, opened[1]).state is ConsentState.GIVEN
