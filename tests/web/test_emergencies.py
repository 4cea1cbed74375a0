"""In an emergency: a named deputy opens one person for an hour, read only; lead, auditor and the person know."""

from datetime import timedelta

import pytest
import time_machine

from hub.models.emergency import Emergency
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access
from hub.models.participant import Cover
from hub.models.user import Membership, Role, User
from tests.loop import ask, say, withdraw
from tests.places import all_rows, book, make_offer, make_slot
from tests.world import AT


@pytest.fixture
def deputy(world):
    """Fred becomes a coach of the same Jobcenter who stood in for Clara last year."""
    with world.database.transaction() as session:
        fred, clara = world.user("fred").id, world.user("clara").id
        jobcenter = world.cast.jc_meissen.id
        session.add(Membership(user_id=fred, organisation_id=jobcenter, role=Role.COACH, created_at=AT))
        starts, ends = AT - timedelta(days=300), AT - timedelta(days=290)
        lena = world.user("lena").id
        session.add(Cover(coach_id=clara, deputy_id=fred, ordered_by_id=lena, starts_at=starts, ends_at=ends))
    return "fred"


ENTRIES = {"given": "Tarik", "family": "Demirci", "reason": "person_calls"}


def opened(world, browser):
    answer = browser.post("/emergencies", data=ENTRIES)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_named_deputy_opens_one_person_without_notes(world, sign_in, deputy):
    with world.database.transaction() as session:
        person = session.get_one(type(world.cast.tarik), world.cast.tarik.id)
        person.notes = "Geheime Notiz"
        number = person.contacts[0]["value"]
    book(world, make_slot(world, make_offer(world, title="Gehen am Fluss")), world.cast.tarik)
    browser = sign_in(deputy)
    page = browser.get(opened(world, browser)).text
    assert number in page
    assert "Gehen am Fluss" in page
    assert "Geheime Notiz" not in page
    assert browser.get(f"/people/{world.cast.tarik.public_id}").status_code == 404  # no more than this page
    assert browser.get(f"/people/{world.cast.jolanta.public_id}").status_code == 404


def test_dates_the_person_kept_alone_stay_the_persons(world, sign_in, deputy):
    offer = make_offer(world, title="Rückenschule", access=Access.NAMED, field_groups=["I1"])
    slot = make_slot(world, offer)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    book(world, slot, world.cast.tarik)
    browser = sign_in(deputy)
    assert "Rückenschule" in browser.get(opened(world, browser)).text
    withdraw(world, world.cast.tarik, consent, keep_bookings=True)
    assert "Rückenschule" not in browser.get(opened(world, browser)).text


def test_after_an_hour_it_is_gone_in_the_open_session(world, sign_in, deputy):
    browser = sign_in(deputy)
    page = opened(world, browser)
    for minutes in (20, 40, 59):  # a session left alone for long ends by itself
        with time_machine.travel(AT + timedelta(minutes=minutes), tick=False):
            assert browser.get(page).status_code == 200
    with time_machine.travel(AT + timedelta(minutes=61), tick=False):
        assert browser.get(page).status_code == 404


def test_lead_and_auditor_are_told_and_the_person_reads_it(world, sign_in, deputy):
    opened(world, sign_in(deputy))
    told = {notice.user_id for notice in all_rows(world, Notice)}
    assert told == {world.user("lena").id, world.user("anna").id}
    row = all_rows(world, Disclosure)[-1]
    assert (row.participant_id, row.purpose) == (world.cast.tarik.id, "emergency.opened")
    assert row.organisation_id == world.cast.jc_meissen.id
    entry = next(one for one in all_rows(world, LogEntry) if one.action == "emergency.opened")
    assert (entry.purpose, entry.fields) == ("person_calls", ["A1", "B1", "I1", "I2"])


@pytest.mark.parametrize("key", ["lena", "anna"])
def test_somebody_else_looks_at_it_once(world, sign_in, deputy, key):
    opened(world, sign_in(deputy))
    opening, browser = all_rows(world, Emergency)[0], sign_in(key)
    page = browser.get("/emergencies").text
    assert "Tarik Demirci" in page
    assert "Dieser Mensch ruft an" in page
    assert "Ein Notfall wartet auf Ihre Prüfung." in page
    assert "Geprüft: Tarik Demirci" in page
    assert browser.post(f"/emergencies/{opening.public_id}/review").status_code == 303
    assert all_rows(world, Emergency)[0].reviewed_by_id == world.user(key).id
    assert browser.post(f"/emergencies/{opening.public_id}/review").status_code == 404
    assert "Nichts zu prüfen." in browser.get("/emergencies").text


def test_an_unreviewed_opening_is_overdue_after_five_working_days(world, sign_in, deputy):
    opened(world, sign_in(deputy))
    assert "überfällig" not in sign_in("lena").get("/emergencies").text
    with time_machine.travel(AT + timedelta(days=8), tick=False):
        assert "überfällig" in sign_in("lena").get("/emergencies").text


def test_who_opened_never_looks_at_it_even_as_lead(world, sign_in, deputy):
    opened(world, sign_in(deputy))
    with world.database.transaction() as session:
        fred, jobcenter = session.get_one(User, world.user("fred").id), world.cast.jc_meissen.id
        session.add(Membership(user_id=fred.id, organisation_id=jobcenter, role=Role.TEAM_LEAD, created_at=AT))
    opening = all_rows(world, Emergency)[0]
    assert sign_in("fred").post(f"/emergencies/{opening.public_id}/review").status_code == 403
    assert all_rows(world, Emergency)[0].reviewed_at is None


@pytest.mark.parametrize("changed", [{"family": "Unbekannt"}, {"given": "Mandy", "family": "Kern"}])
def test_strangers_and_unknown_names_get_the_same_words(world, sign_in, deputy, changed):
    with world.database.reading() as session:
        mandy = session.get_one(type(world.cast.mandy), world.cast.mandy.id).name
    if "given" in changed:
        changed = {"given": mandy["given"], "family": mandy["family"]}
    answer = sign_in(deputy).post("/emergencies", data=ENTRIES | changed)
    assert answer.status_code == 422
    assert "Wir haben niemanden gefunden" in answer.text
    assert changed["family"] in answer.text  # what was entered stays
    assert all_rows(world, Emergency) == []
    assert "emergency.refused" in [row.action for row in all_rows(world, LogEntry)]


def test_nobody_else_opens_anybody(world, sign_in, subtests):
    for key in ["cem", "frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            answer = sign_in(key).post("/emergencies", data=ENTRIES)
            assert answer.status_code in (404, 422)
            assert all_rows(world, Emergency) == []


def test_the_review_list_exists_for_lead_and_auditor_only(world, sign_in):
    for key in ("clara", "frank", "petra", "nora", "otto", "fred"):
        assert sign_in(key).get("/emergencies").status_code == 404
