"""What a partner owes, on its pages: a number and never a name, one form, the way from the inbox, the person's page."""

from datetime import timedelta

import pytest
import time_machine

from hub.actions import answers
from hub.models.duty import Duty, DutyState
from hub.worker.deadlines import meet_deadlines
from tests.feeds import sign_in_person
from tests.loop import accepted_enquiry, now, partner, rows, withdraw
from tests.places import counted

WEEK = timedelta(days=7)


@pytest.fixture
def duty(world):
    """Return what the clinic owes after Tarik took back what had been opened."""
    enquiry, consent = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    withdraw(world, world.cast.tarik, consent)
    return rows(world, Duty)[0]


def test_the_partner_goes_from_the_inbox_to_the_answer(world, sign_in, duty):
    petra = sign_in("petra")
    inbox = petra.get("/inbox").text
    assert "Zu einer beendeten Anfrage fehlt noch Ihre Antwort." in inbox
    assert "/duties" in inbox
    assert "Eine Löschung ist noch zu bestätigen." in inbox
    for rest in ("Niemand wartet auf Sie.", "Gerade ist nichts zu tun."):
        assert rest not in inbox
    page = petra.get("/duties").text
    assert f"/duties/{duty.public_id}" in page
    form = petra.get(f"/duties/{duty.public_id}").text
    for text in (inbox, page, form):
        assert "Tarik" not in text
        assert "Demirci" not in text
    assert petra.post(f"/duties/{duty.public_id}", data={"version": duty.version}).status_code == 422
    done = petra.post(f"/duties/{duty.public_id}", data={"version": duty.version, "answer": "deleted"})
    assert (done.status_code, now(world, duty).state) == (303, DutyState.DELETED)
    assert "Hier ist nichts mehr zu bestätigen." in petra.get("/duties").text
    assert "fehlt noch Ihre Antwort" not in petra.get("/inbox").text
    again = petra.post(f"/duties/{duty.public_id}", data={"version": duty.version + 1, "answer": "invoice"})
    assert again.status_code == 409
    assert "Alles ist gelöscht." in petra.get(f"/duties/{duty.public_id}").text


def test_the_tombstone_leads_to_the_answer(world, sign_in, duty):
    petra = sign_in("petra")
    listed = petra.get("/duties").text
    number = listed.partition("Anfrage ")[2][:8]
    assert f"/duties/{duty.public_id}" in petra.get(f"/inbox/{number}").text


def test_nobody_else_opens_it_in_time(sign_in, duty, subtests):
    for key in ["clara", "cem", "frank", "lena", "anna", "otto", "fred", "sven", "kerstin", "nora"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get(f"/duties/{duty.public_id}").status_code == 404
            assert browser.post(f"/duties/{duty.public_id}", data={"answer": "deleted"}).status_code == 404


def test_the_network_sees_an_overdue_one_by_number_and_writes_the_answer_down(app, world, sign_in, duty):
    meet_deadlines(world.database, world.at + WEEK)
    nora = sign_in("nora")
    page = nora.get("/duties").text
    assert "Ein Partner hat noch nicht geantwortet." in page
    for secret in ("Tarik", "Demirci", "Rückenschule"):
        assert secret not in page + nora.get(f"/duties/{duty.public_id}").text
    late = now(world, duty)
    with time_machine.travel(world.at + WEEK, tick=True):
        nora = sign_in("nora")
        answered = nora.post(f"/duties/{duty.public_id}", data={"version": late.version, "answer": "invoice"})
    assert answered.status_code == 303
    assert now(world, duty).state is DutyState.KEPT_BY_LAW


def test_the_person_reads_what_became_of_it(app, world, sign_in, duty):
    mine = sign_in_person(app, world, "tarik")
    page = mine.get("/me/disclosures").text
    assert "Was wurde gelöscht?" in page
    assert "muss noch sagen, dass alles gelöscht ist" in page
    sign_in("petra").post(f"/duties/{duty.public_id}", data={"version": duty.version, "answer": "deleted"})
    page = mine.get("/me/disclosures").text.replace("\xa0", " ")
    assert "hat alles gelöscht, bestätigt am 14. September 2026" in page


def test_the_list_costs_the_same_for_one_and_for_many(world, sign_in, duty):
    petra = sign_in("petra")
    with counted(world) as one:
        petra.get("/duties")
    with world.database.transaction() as session:
        for _ in range(30):
            row = Duty(enquiry_id=duty.enquiry_id, organisation_id=duty.organisation_id, reason=duty.reason)
            row.fields, row.opened_at, row.due_at = ["I1"], world.at, world.at + WEEK
            session.add(row)
    with counted(world) as many:
        petra.get("/duties")
    assert len(many) == len(one) <= 8
