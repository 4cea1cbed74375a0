"""An auditor reads the evidence about one person by number (R-CON-13; matrix, column A): one person, later two."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from hub import clock
from hub.actions import answers
from hub.actions.inspections import decide_inspection
from hub.errors import SomebodyWasFaster
from hub.models.inspection import Inspection, InspectionState
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.participant import Participation
from hub.models.user import Membership, Role
from hub.queries.inspections import lock_proposed
from tests.loop import accepted_enquiry, ask, now, partner, request_offer, say, sheet_of, withdraw
from tests.places import all_rows, enter, give_card, give_consent, make_offer
from tests.world import AT

OTHERS = ("clara", "cem", "frank", "uwe", "lena", "petra", "sven", "kerstin", "gudrun", "nora", "otto", "fred")
WORDS = "Der genaue Wortlaut"


def entries(number, reason="complaint"):
    return {"number": number, "reason": reason}


def opened(browser, number):
    answer = browser.post("/inspections", data=entries(number))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


@pytest.fixture
def story(world):
    """Tarik allowed the clinic, which opened his name, and then took it back."""
    enquiry, consent = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    withdraw(world, world.cast.tarik, consent)
    return enquiry, now(world, consent)


@pytest.fixture
def second(world):
    """Fred audits as well."""
    with world.database.transaction() as session:
        fred = world.user("fred").id
        session.add(
            Membership(user_id=fred, organisation_id=world.cast.office.id, role=Role.AUDITOR, created_at=world.at)
        )
    return "fred"


def leave(world, days=31):
    with world.database.transaction() as session:
        for row in session.scalars(select(Participation).where(Participation.participant_id == world.cast.tarik.id)):
            row.ends_on = clock.local_date(world.at) - timedelta(days=days)


def test_a_withdrawn_consent_is_shown_whole_with_its_steps_words_and_hash(world, sign_in, story):
    _, consent = story
    browser = sign_in("anna")
    page = browser.get(opened(browser, world.cast.tarik.public_id)).text
    for word in (consent.public_id, consent.notice_hash, WORDS, "Ja gesagt", "zurückgenommen", "von der Person selbst"):
        assert word in page
    assert "Die Prüfzahl passt zum Text." in page
    assert "Rückenschule" in page.split("<details>")[1].split("</details>")[0]  # the offer stands in the words, only


def test_who_was_told_what_and_the_log_rows_stand_beside_it_by_number(world, sign_in, story):
    enquiry, _ = story
    browser = sign_in("anna")
    page = browser.get(opened(browser, world.cast.tarik.public_id)).text
    told, logged = page.split('id="told"')[1].split('id="entries"')
    assert "Klinik Rosenpark" in told
    assert enquiry.reference in told
    assert "Name geöffnet" in logged
    assert "Einwilligung zurückgenommen" in logged


def test_outside_the_exact_words_no_field_of_the_person_stands_there(world, sign_in, story):
    with world.database.transaction() as session:
        person = session.get_one(type(world.cast.tarik), world.cast.tarik.id)
        person.notes, phone = "Geheime Notiz", person.contacts[0]["value"]
    browser = sign_in("anna")
    page = browser.get(opened(browser, world.cast.tarik.public_id)).text
    outside = page.split("<details>")[0] + page.split("</details>")[-1]
    for word in ("Tarik", "Demirci", phone, "Geheime Notiz", "Kranich", "step_free", "stufenlos"):
        assert word not in outside
    assert "Geheime Notiz" not in page


def test_a_consent_in_force_is_yes_and_until_and_a_refusal_is_nothing(world, sign_in):
    """Matrix: C1 while it is in force, C2 on the case afterwards; a refusal raises no flag for anybody (R-LAW-11)."""
    _, live = accepted_enquiry(world)
    offer, slot = request_offer(world, owner="club", title="Schwimmen")
    refused = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot), yes=False)
    browser = sign_in("anna")
    page = browser.get(opened(browser, world.cast.tarik.public_id)).text
    records = page.split('id="told"')[0]
    assert live.public_id in records
    assert "gilt bis" in records
    assert WORDS not in records
    assert live.notice_hash not in records
    assert refused.public_id not in records


def test_words_that_are_not_the_ones_their_hash_was_made_of_are_seen(world, sign_in, story):
    give_consent(world, world.cast.tarik, make_offer(world), groups=("I1",))  # its hash is of no text
    browser = sign_in("anna")
    page = browser.get(opened(browser, world.cast.tarik.public_id)).text
    assert page.count("Die Prüfzahl passt nicht zum Text.") == 1
    assert page.count("Die Prüfzahl passt zum Text.") == 1


def test_every_number_on_a_paper_leads_there_and_all_others_to_the_same_words(world, sign_in, story):
    enquiry, consent = story
    browser, sheet = sign_in("anna"), sheet_of(world, story[1])
    for number in (enquiry.reference, consent.public_id, sheet.reference, sheet.reference.lower()):
        assert world.cast.tarik.public_id in browser.get(opened(browser, number)).text
    answers_ = [browser.post("/inspections", data=entries(one)) for one in ("ABCD1234", "Tarik Demirci", "1", "%")]
    assert {one.status_code for one in answers_} == {422}
    assert all("Zu dieser Nummer gibt es nichts." in one.text for one in answers_)
    assert "inspection.refused" in [row.action for row in all_rows(world, LogEntry)]


def test_without_a_reason_of_the_list_nothing_opens(world, sign_in, story):
    for reason in ("", "curiosity"):
        answer = sign_in("anna").post("/inspections", data=entries(world.cast.tarik.public_id, reason))
        assert answer.status_code == 422
    assert all_rows(world, Inspection) == []


def test_every_opening_is_logged_and_stands_in_the_persons_own_list(world, app, sign_in, story):
    """R-ACC-08: when, which house, which groups, why; no names of staff."""
    browser = sign_in("anna")
    browser.get(opened(browser, world.cast.tarik.public_id))
    row = all_rows(world, Disclosure)[-1]
    assert (row.participant_id, row.purpose, row.fields) == (
        world.cast.tarik.id,
        "inspection.opened",
        ["C2", "L1", "L2"],
    )
    entry = next(one for one in all_rows(world, LogEntry) if one.action == "inspection.opened")
    assert (entry.purpose, entry.fields) == ("complaint", ["C2", "L1", "L2"])
    assert [one.purpose for one in all_rows(world, LogEntry) if one.action == "person.read"][-1] == "inspection"
    page = enter(app, give_card(world, world.cast.tarik)).get("/me/disclosures").text
    assert "Netzwerkbüro hat erfahren: Ihre Einwilligungen im Wortlaut" in page
    assert "weil die Prüfstelle für den Datenschutz nachgesehen hat" in page
    assert "Anna" not in page


def test_after_an_hour_it_is_gone_in_the_open_session(world, sign_in, story):
    browser = sign_in("anna")
    page = opened(browser, world.cast.tarik.public_id)
    for minutes in (20, 40, 59):
        with time_machine.travel(AT + timedelta(minutes=minutes), tick=False):
            assert browser.get(page).status_code == 200
    with time_machine.travel(AT + timedelta(minutes=61), tick=False):
        assert browser.get(page).status_code == 404


def test_a_role_that_ended_ends_the_reading_at_once(world, sign_in, story):
    browser = sign_in("anna")
    page = opened(browser, world.cast.tarik.public_id)
    with world.database.transaction() as session:
        mine = select(Membership).where(Membership.user_id == world.user("anna").id)
        session.scalars(mine).one().ended_at = world.at
    assert browser.get(page).status_code == 404


@pytest.mark.parametrize("key", OTHERS)
def test_for_nobody_else_there_is_such_a_page(world, sign_in, story, key):
    page = opened(sign_in("anna"), world.cast.tarik.public_id)
    browser = sign_in(key)
    assert browser.get("/inspections").status_code == 404
    assert browser.get(page).status_code == 404
    assert browser.post("/inspections", data=entries(world.cast.tarik.public_id)).status_code == 404
    assert len(all_rows(world, Inspection)) == 1


def test_what_one_auditor_opened_another_does_not_read(world, sign_in, story, second):
    assert sign_in(second).get(opened(sign_in("anna"), world.cast.tarik.public_id)).status_code == 404


def test_long_after_the_end_one_auditor_alone_reads_nothing(world, sign_in, story, second):
    leave(world)
    anna = sign_in("anna")
    assert opened(anna, world.cast.tarik.public_id) == "/inspections"
    (row,) = all_rows(world, Inspection)
    assert (row.state, row.opened_at, row.restricted) == (InspectionState.PROPOSED, None, True)
    assert anna.get(f"/inspections/{row.public_id}").status_code == 404
    assert anna.post(f"/inspections/{row.public_id}/decision", data={"answer": "yes"}).status_code == 403
    assert anna.get(f"/inspections/{row.public_id}").status_code == 404
    assert "inspection.opened" not in [one.purpose for one in all_rows(world, Disclosure)]
    assert {one.user_id for one in all_rows(world, Notice)} >= {world.user(second).id}
    again = anna.post("/inspections", data=entries(world.cast.tarik.public_id))
    assert again.status_code == 409
    assert len(all_rows(world, Inspection)) == 1


def test_a_second_auditor_agrees_and_the_first_reads_the_whole_record_for_an_hour(world, sign_in, second):
    """Matrix, "participation ended, restricted": C2 and L2 on the case, two persons."""
    accepted_enquiry(world)
    leave(world)
    anna, fred = sign_in("anna"), sign_in(second)
    opened(anna, world.cast.tarik.public_id)
    (row,) = all_rows(world, Inspection)
    assert f"/inspections/{row.public_id}/decision" in fred.get("/inspections").text
    assert f"/inspections/{row.public_id}/decision" not in anna.get("/inspections").text
    answer = fred.post(f"/inspections/{row.public_id}/decision", data={"answer": "yes", "version": row.version})
    assert answer.status_code == 303
    assert WORDS in anna.get(f"/inspections/{row.public_id}").text
    assert fred.get(f"/inspections/{row.public_id}").status_code == 404  # who agrees reads nothing by it
    assert all_rows(world, Disclosure)[-1].purpose == "inspection.opened"
    assert all_rows(world, Inspection)[0].decided_by_id == world.user(second).id
    with time_machine.travel(AT + timedelta(minutes=61), tick=False):
        assert sign_in("anna").get(f"/inspections/{row.public_id}").status_code == 404


def test_a_no_of_the_second_auditor_ends_it(world, sign_in, story, second):
    leave(world)
    anna, fred = sign_in("anna"), sign_in(second)
    opened(anna, world.cast.tarik.public_id)
    (row,) = all_rows(world, Inspection)
    assert fred.post(f"/inspections/{row.public_id}/decision", data={"answer": "no"}).status_code == 303
    assert all_rows(world, Inspection)[0].state is InspectionState.DECLINED
    assert anna.get(f"/inspections/{row.public_id}").status_code == 404
    assert fred.post(f"/inspections/{row.public_id}/decision", data={"answer": "yes"}).status_code == 404


def test_of_two_decisions_at_once_one_wins(world, sign_in, story, second):
    leave(world)
    opened(sign_in("anna"), world.cast.tarik.public_id)
    (row,) = all_rows(world, Inspection)
    fred = world.actor(second)
    with world.database.transaction() as session:
        first = lock_proposed(session, fred, row.public_id, at=world.at)
        decide_inspection(session, actor=fred, inspection=first, agreed=False, version=row.version, at=world.at)
        session.expunge(first)
        with pytest.raises(SomebodyWasFaster):
            decide_inspection(session, actor=fred, inspection=row, agreed=True, at=world.at)


def test_nobody_but_another_auditor_decides_and_a_week_later_nobody(world, sign_in, story, second):
    leave(world)
    opened(sign_in("anna"), world.cast.tarik.public_id)
    (row,) = all_rows(world, Inspection)
    for key in set(OTHERS) - {second}:
        assert sign_in(key).post(f"/inspections/{row.public_id}/decision", data={"answer": "yes"}).status_code == 404
    with time_machine.travel(AT + timedelta(days=7, minutes=1), tick=False):
        answer = sign_in(second).post(f"/inspections/{row.public_id}/decision", data={"answer": "yes"})
        assert answer.status_code == 404
    assert all_rows(world, Inspection)[0].state is InspectionState.PROPOSED


def test_thirty_days_after_the_end_one_auditor_still_does(world, sign_in, story):
    leave(world, days=30)
    assert opened(sign_in("anna"), world.cast.tarik.public_id) != "/inspections"


def test_of_a_withdrawn_consent_a_coach_learns_only_that_there_is_none(world, sign_in, story):
    """R-CON-13: no detail of the history, on no page of the coach."""
    _, consent = story
    person, clara = world.cast.tarik.public_id, sign_in("clara")
    page = clara.get(f"/people/{person}").text
    assert "Keine gültige Einwilligung." in page
    for address in (f"/people/{person}", f"/people/{person}/consents"):
        text = clara.get(address).text
        assert consent.public_id not in text
        assert "zurückgenommen" not in text.lower()
    shown = clara.get(f"/people/{person}/consents/{consent.public_id}")
    assert shown.status_code in (200, 404)
    for word in (consent.notice_hash, "Ja gesagt", "zurückgenommen"):
        assert word not in shown.text
    for part in ("receipt", "receipt.json", "withdrawal"):
        assert clara.get(f"/people/{person}/consents/{consent.public_id}/{part}").status_code == 404
