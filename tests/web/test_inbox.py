"""A partner's inbox: masked until the yes, a name behind the notice, and never more than the table says."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event

from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from tests.loop import WISH, accepted_enquiry, now, rows, sent_enquiry, withdraw

SECRETS = ("Tarik", "Demirci", "Herr ", "Coswig", "1984", "0151", "Clara", "Eingliederung")


@contextmanager
def counted(database):
    """Count the statements of a block."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(("SELECT", "INSERT", "UPDATE")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def test_before_the_yes_nothing_identifies(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    page = sign_in("petra").get(f"/inbox/{enquiry.reference}").text
    for secret in SECRETS:
        assert secret not in page, secret
    for told in (enquiry.reference, "sich bewegen", "Rückenschule", "stufenlos", "höchstens 10 km"):
        assert told in page, told


def test_what_was_not_ticked_is_not_there(world, sign_in):
    enquiry, _ = sent_enquiry(world, wish=type(WISH)())
    page = sign_in("petra").get(f"/inbox/{enquiry.reference}").text
    assert ">stufenlos<" not in page
    assert "höchstens" not in page


def test_the_first_opening_is_noted_once(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    petra = sign_in("petra")
    petra.get(f"/inbox/{enquiry.reference}")
    petra.get(f"/inbox/{enquiry.reference}")
    assert now(world, enquiry).state is EnquiryState.SEEN
    assert len(rows(world, LogEntry, LogEntry.action == "enquiry.seen")) == 1


def test_one_tap_accepts_the_notice_opens_the_name_and_the_reading_is_logged(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    petra, address = sign_in("petra"), f"/inbox/{enquiry.reference}"
    version = now(world, enquiry).version
    assert petra.post(f"{address}/acceptance", data={"version": version}).status_code == 303
    page = petra.get(address).text
    assert "Bevor Sie den Namen sehen" in page
    assert "Demirci" not in page
    assert petra.post(f"{address}/identity", data={}).status_code == 303
    page = petra.get(address).text
    assert "Herr Tarik Demirci" in page
    assert "den Coach, Clara Winkler" in page
    read = rows(world, LogEntry, LogEntry.action == "person.read", LogEntry.purpose == "enquiry")
    assert read[0].fields == ["A1", "I1", "I2"]


def test_after_a_withdrawal_the_open_session_sees_only_the_tombstone(world, sign_in):
    enquiry, consent = accepted_enquiry(world)
    petra, address = sign_in("petra"), f"/inbox/{enquiry.reference}"
    petra.post(f"{address}/identity", data={})
    assert "Demirci" in petra.get(address).text
    withdraw(world, world.cast.tarik, consent)
    page = petra.get(address).text
    for secret in (*SECRETS, "Rückenschule", "sich bewegen"):
        assert secret not in page, secret
    assert "zurückgezogen" in page
    assert "löschen Sie es" in page
    assert petra.post(f"{address}/identity", data={}).status_code == 409
    assert "Rückenschule" not in petra.get("/inbox").text


def test_a_consent_that_ran_out_closes_the_name_by_itself(world, sign_in):
    enquiry, consent = accepted_enquiry(world)
    petra, address = sign_in("petra"), f"/inbox/{enquiry.reference}"
    petra.post(f"{address}/identity", data={})
    with world.database.transaction() as session:
        session.get_one(type(consent), consent.id).valid_until = world.at
    assert "Demirci" not in petra.get(address).text


def test_an_umbrella_sees_reference_date_and_offer_after_the_yes(world, sign_in):
    enquiry, _ = sent_enquiry(world, owner="club")
    kerstin, address = sign_in("kerstin"), f"/inbox/{enquiry.reference}"
    assert kerstin.post(f"{address}/acceptance", data={}).status_code == 303
    assert kerstin.post(f"{address}/identity", data={}).status_code == 403
    page = kerstin.get(address).text
    assert "Demirci" not in page
    assert "stufenlos" not in page
    assert enquiry.reference in page


def test_question_waitlist_and_decline_work_and_a_stale_page_says_so(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    petra, address = sign_in("petra"), f"/inbox/{enquiry.reference}"
    assert petra.post(f"{address}/decline", data={}).status_code == 422
    assert petra.post(f"{address}/waitlist", data={}).status_code == 303
    assert petra.post(f"{address}/question", data={"question": "times"}).status_code == 409
    answer = petra.post(f"{address}/decline", data={"reason": "other", "version": 1})
    assert answer.status_code == 409
    assert "Jemand war schneller" in answer.text
    assert petra.post(f"{address}/decline", data={"reason": "no_capacity"}).status_code == 303
    page = petra.get(address).text
    assert "Sie haben abgesagt." in page
    assert "Rückenschule" not in page


def test_an_enquiry_does_not_exist_for_others(world, sign_in, subtests):
    enquiry, _ = sent_enquiry(world)
    for key in ["sven", "kerstin", "gudrun", "clara", "cem", "frank", "lena", "nora", "anna", "fred"]:
        with subtests.test(key=key):
            browser, address = sign_in(key), f"/inbox/{enquiry.reference}"
            assert browser.get(address).status_code == 404
            for path in ("acceptance", "decline", "question", "waitlist", "reopening", "identity"):
                data = {"reason": "other", "question": "times"}
                assert browser.post(f"{address}/{path}", data=data).status_code == 404, path
            assert now(world, enquiry).state is EnquiryState.SENT


def test_the_list_costs_the_same_for_one_and_for_fifty(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    petra = sign_in("petra")
    petra.get("/inbox")
    with counted(world.database) as few:
        assert enquiry.reference in petra.get("/inbox").text
    with world.database.transaction() as session:
        first = session.get_one(Enquiry, enquiry.id)
        names = ("referral_id", "participant_id", "organisation_id", "offer_id", "slot_id", "consent_id", "sent_at")
        same = {name: getattr(first, name) for name in (*names, "state", "created_at", "hear_by_at")}
        session.add_all(Enquiry(**same) for _ in range(49))
    with counted(world.database) as many:
        assert petra.get("/inbox").text.count("Antworten") >= 50
    assert len(many) == len(few) <= 9


def test_the_empty_inbox_says_so(sign_in):
    page = sign_in("petra").get("/inbox")
    assert "Niemand wartet auf Sie." in page.text


def test_what_is_settled_stands_under_its_day_until_it_is_over(world, sign_in):
    accepted_enquiry(world)
    coming = sign_in("petra").get("/inbox").text.partition("Alles andere")[2]
    day = re.search(r"<h3>(.+?)</h3>", coming)
    assert day
    assert "September" in day[1]
    assert "<details" not in coming
    with time_machine.travel(world.at + timedelta(days=40)):
        over = sign_in("petra").get("/inbox").text.partition("Alles andere")[2]
    assert day[0] not in over
    assert "1 vergangene Anfrage" in over.partition("<details")[2]


@pytest.mark.parametrize("state", [EnquiryState.COMPLETED, EnquiryState.FAILED])
@pytest.mark.parametrize("dated", [True, False])
def test_what_came_to_its_end_is_past_with_and_without_a_date(world, sign_in, state, dated):
    enquiry, _ = sent_enquiry(world)
    with world.database.transaction() as session:
        row = session.get_one(Enquiry, enquiry.id)
        row.state = state
        row.slot_id = row.slot_id if dated else None
    page = sign_in("petra").get("/inbox").text
    assert "Noch ohne Termin" not in page
    assert enquiry.reference in page.partition("1 vergangene Anfrage")[2]
