"""A coach's pages of enquiries: exactly the steps that are possible, each refused where it is not."""

import pytest

from hub.actions import answers
from hub.models.enquiry import Enquiry, EnquiryState
from tests.loop import accepted_enquiry, ask, drafted, now, partner, request_offer, rows, say, sent_enquiry


def test_a_draft_without_a_yes_offers_no_sending_and_refuses_it(world, sign_in):
    offer, slot = request_offer(world)
    draft = drafted(world, ask(world, world.cast.tarik, offer, slot))
    clara = sign_in("clara")
    page = clara.get(f"/enquiries/{draft.public_id}").text
    assert "Jetzt anfragen" not in page
    answer = clara.post(f"/enquiries/{draft.public_id}/sending", data={"version": draft.version, "state": "sent"})
    assert answer.status_code == 409
    assert "fehlt noch die Einwilligung" in answer.text


def test_a_draft_with_a_yes_is_sent_and_double_sending_is_refused(world, sign_in):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    say(world, world.cast.tarik, consent)
    draft, clara = drafted(world, consent), sign_in("clara")
    assert "Jetzt anfragen" in clara.get(f"/enquiries/{draft.public_id}").text
    send = f"/enquiries/{draft.public_id}/sending"
    assert clara.post(send, data={"version": draft.version}).status_code == 303
    assert clara.post(send, data={"version": draft.version}).status_code == 409
    assert now(world, draft).state is EnquiryState.SENT


def test_the_coach_answers_a_question(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    partner(world, enquiry, answers.return_enquiry, question="step_free")
    clara, address = sign_in("clara"), f"/enquiries/{enquiry.public_id}"
    assert "fragt zurück" in clara.get(address).text
    assert clara.post(f"{address}/answer", data={}).status_code == 422
    assert clara.post(f"{address}/answer", data={"answer": "yes"}).status_code == 303
    page = sign_in("petra").get(f"/inbox/{enquiry.reference}").text
    assert "Muss es stufenlos sein?" in page


def test_accepted_ones_are_closed_or_called_back(world, sign_in):
    enquiry, _ = accepted_enquiry(world)
    clara, address = sign_in("clara"), f"/enquiries/{enquiry.public_id}"
    assert clara.post(f"{address}/closing", data={}).status_code == 422
    assert clara.post(f"{address}/withdrawal", data={}).status_code == 303
    assert now(world, enquiry).state is EnquiryState.WITHDRAWN
    assert clara.post(f"{address}/closing", data={"closing": "completed"}).status_code == 409


@pytest.mark.parametrize("state", list(EnquiryState))
def test_every_state_has_a_page_for_both_sides(world, sign_in, state):
    enquiry, _ = accepted_enquiry(world)
    with world.database.transaction() as session:
        session.get_one(Enquiry, enquiry.id).state = state
    assert sign_in("clara").get(f"/enquiries/{enquiry.public_id}").status_code == 200
    there = sign_in("petra").get(f"/inbox/{enquiry.reference}").status_code
    assert there == (404 if state is EnquiryState.DRAFT else 200)


def test_a_coachs_page_does_not_exist_for_others(world, sign_in, subtests):
    enquiry, _ = sent_enquiry(world)
    for key in ["cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser, address = sign_in(key), f"/enquiries/{enquiry.public_id}"
            assert browser.get(address).status_code == 404
            for path in ("sending", "answer", "closing", "withdrawal"):
                data = {"answer": "yes", "closing": "completed"}
                assert browser.post(f"{address}/{path}", data=data).status_code == 404, path
            assert rows(world, Enquiry)[0].state is EnquiryState.SENT
