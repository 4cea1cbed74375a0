"""Each step of an enquiry from each side's page: a stale one is answered kindly, a missing choice is named."""

import pytest

from hub.actions.links import issue_link, link_token
from hub.models.enquiry import Enquiry, EnquiryState
from hub.policy.actor import SYSTEM
from tests.loop import accepted_enquiry, now, sent_enquiry
from tests.world import World

FASTER = "Jemand war schneller. Bitte schauen Sie noch einmal auf den neuen Stand."
CHOICES = {"decline": {"reason": "other"}, "question": {"question": "times"}, "answer": {"answer": "yes"}}
CHOICES["closing"] = {"closing": "completed"}
S = EnquiryState


def where(world: World, side: str, enquiry: Enquiry) -> str:
    if side == "link":
        made = world.do(issue_link, actor=SYSTEM, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=world.at)
        return f"/links/{link_token(made)}"
    rooms = {"coach": "/enquiries/", "partner": "/inbox/", "desk": "/phone-list/enquiries/"}
    return rooms[side] + (enquiry.public_id if side == "coach" else enquiry.reference)


STEPS = [
    ("partner", "petra", S.SEEN, ("acceptance", "decline", "question", "waitlist")),
    ("partner", "petra", S.ACCEPTED, ("reopening",)),
    ("desk", "nora", S.SENT, ("acceptance", "decline", "question", "waitlist")),
    ("link", None, S.SENT, ("acceptance", "decline", "question")),
    ("coach", "clara", S.RETURNED, ("answer", "withdrawal")),
    ("coach", "clara", S.ACCEPTED, ("closing", "withdrawal")),
    ("coach", "clara", S.DRAFT, ("sending",)),
]


@pytest.mark.parametrize(("side", "who", "state", "paths"), STEPS, ids=str)
def test_a_stale_step_changes_nothing_and_says_that_somebody_was_faster(app, world, sign_in, side, who, state, paths):
    enquiry, _ = sent_enquiry(world)
    with world.database.transaction() as session:
        row = session.get_one(Enquiry, enquiry.id)
        row.state, row.answered_at, row.reason = state, world.at, "times" if state is S.RETURNED else ""
    app.config["WTF_CSRF_ENABLED"] = False
    browser, address = sign_in(who) if who else app.test_client(), where(world, side, enquiry)
    for path in paths:
        fresh = now(world, enquiry)
        answer = browser.post(f"{address}/{path}", data={"version": fresh.version + 5} | CHOICES.get(path, {}))
        assert (answer.status_code, FASTER in answer.text) == (409, True), path
        assert (now(world, enquiry).state, now(world, enquiry).version) == (state, fresh.version), path
        if path in CHOICES:
            assert browser.post(f"{address}/{path}", data={"version": fresh.version}).status_code == 422, path
            wrong = dict.fromkeys(CHOICES[path], "nonsense") | {"version": fresh.version}
            assert browser.post(f"{address}/{path}", data=wrong).status_code == 422, path
    assert now(world, enquiry).state is state


def test_reading_the_notice_asks_for_no_version(world, sign_in):
    enquiry, _ = accepted_enquiry(world)
    petra, address = sign_in("petra"), f"/inbox/{enquiry.reference}"
    assert petra.post(f"{address}/identity", data={"version": 1}).status_code == 303
    assert "Demirci" in petra.get(address).text
