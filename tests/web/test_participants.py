"""The caseload and the person's page: logged, by the visibility table, invisible for everybody else."""

from datetime import timedelta

import pytest

from hub import clock
from hub.actions.team import order_cover
from hub.models.consent import Consent
from hub.models.log import LogEntry, LogSubject
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.user import Membership, Role
from tests.loop import PIN, card_with_pin, sent_enquiry
from tests.places import all_rows, book, counted, give_consent, make_offer, make_people, make_slot

ENTRIES = {
    "form_of_address": "Frau",
    "given": "Rosa",
    "family": "Neumann",
    "municipality_code": "14627010",
    "birth_year": "1971",
    "languages": "de",
    "locale": "de",
    "neutral_word": "Termin",
}


def deputy(world):
    """Fred stands in for Clara from today on."""
    with world.database.transaction() as session:
        session.add(
            Membership(
                user_id=world.user("fred").id,
                organisation_id=world.cast.jc_meissen.id,
                role=Role.COACH,
                created_at=world.at,
            )
        )
    today = clock.local_date(world.at)
    world.do(
        order_cover,
        actor=world.actor("lena"),
        jobcenter_id=world.cast.jc_meissen.id,
        coach=world.user("clara"),
        deputy=world.user("fred"),
        first_on=today,
        last_on=today + timedelta(days=3),
        at=world.at,
    )


def note(world, text):
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).notes = text


def test_the_caseload_counts_and_is_one_logged_read_an_hour(world, sign_in):
    clara = sign_in("clara")
    page = clara.get("/people").text
    clara.get("/people")
    assert "Sie begleiten 3 Menschen." in page
    assert [name in page for name in ("Tarik Demirci", "Heinz Urban", "Mandy")] == [True, True, False]
    rows = [entry for entry in all_rows(world, LogEntry) if entry.action == "person.list"]
    assert len(rows) == 1
    assert len([s for s in all_rows(world, LogSubject) if s.log_id == rows[0].id]) == 3


def test_more_than_fifteen_are_named(world, sign_in):
    make_people(world, 13)
    assert "Sprechen Sie mit Ihrer Teamleitung." in sign_in("clara").get("/people").text


def test_the_persons_page_shows_what_matters(world, sign_in):
    offer = make_offer(world, title="Rückenschule")
    book(world, make_slot(world, offer), world.cast.tarik)
    note(world, "Mag Ruhe.")
    page = sign_in("clara").get(f"/people/{world.cast.tarik.public_id}").text
    for words in ("Rückenschule", "0151 5550 1701", "stufenlos", "Mag Ruhe.", "Keine gültige Einwilligung.", "Kranich"):
        assert words in page


def test_a_withdrawn_consent_leaves_only_that_there_is_none(world, sign_in):
    consent = give_consent(world, world.cast.tarik, make_offer(world), groups=("I1",))
    clara, address = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    assert "gültig bis" in clara.get(address).text
    with world.database.transaction() as session:
        session.get_one(Consent, consent.id).state = "withdrawn"
    page = clara.get(address).text
    assert "Keine gültige Einwilligung." in page
    assert "gültig bis" not in page


def test_a_deputy_sees_the_person_but_not_the_notes_and_changes_nothing(world, sign_in):
    note(world, "Mag Ruhe.")
    deputy(world)
    fred, address = sign_in("fred"), f"/people/{world.cast.tarik.public_id}"
    page = fred.get(address).text
    assert "0151 5550 1701" in page
    assert "Mag Ruhe." not in page
    assert "In Vertretung" in fred.get("/people").text
    assert fred.get(f"{address}/edit").status_code == 403
    assert fred.post(address, data=ENTRIES).status_code == 403


def test_for_everybody_else_the_person_does_not_exist(world, sign_in, subtests):
    for key in ["cem", "frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, one = sign_in(key), f"/people/{world.cast.tarik.public_id}"
            gets = [
                one,
                f"{one}/edit",
                f"{one}/participations/new",
                f"{one}/visits/new",
                f"{one}/card",
                f"{one}/card/print",
            ]
            assert {address: other.get(address).status_code for address in gets} == dict.fromkeys(gets, 404)
            posts = [one, f"{one}/participations", f"{one}/visits", f"{one}/card", f"{one}/card/block"]
            found = {address: other.post(address, data=ENTRIES).status_code for address in posts}
            assert found == dict.fromkeys(posts, 404)


def test_thirty_days_after_the_end_the_person_is_gone_from_every_page(world, sign_in):
    note(world, "Mag Ruhe.")
    enquiry, consent = sent_enquiry(world)
    clara, one = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    pages = [one, f"{one}/edit", f"{one}/card", f"{one}/consents", f"{one}/consents/{consent.public_id}"]
    pages += [f"{one}/referrals", f"{one}/referrals/new", f"{one}/shortlist", f"/enquiries/{enquiry.public_id}"]
    for days, status in ((30, 200), (31, 404)):
        end_participation(world, days)
        assert {page: clara.get(page).status_code for page in pages} == dict.fromkeys(pages, status)
        for page in ("/people", "/today", "/offers"):
            assert ("Demirci" in clara.get(page).text) is (status == 200 and page != "/offers"), page
    posts = [one, f"{one}/referrals/new", f"{one}/visits", f"/enquiries/{enquiry.public_id}/withdrawal"]
    assert {page: clara.post(page, data=ENTRIES).status_code for page in posts} == dict.fromkeys(posts, 404)


def end_participation(world, days):
    with world.database.transaction() as session:
        row = session.query(Participation).filter_by(participant_id=world.cast.tarik.id).one()
        row.ends_on = clock.local_date(world.at) - timedelta(days=days)


def test_the_person_reads_on_when_staff_no_longer_can(world, app):
    code = card_with_pin(world, world.cast.tarik)
    end_participation(world, 31)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    assert browser.post(f"/card/{code}", data={"pin": PIN}).status_code == 303
    assert [browser.get(page).status_code for page in ("/me", "/me/disclosures", "/me/consents")] == [200, 200, 200]


def test_taking_up_somebody_leads_to_the_proposal(world, sign_in):
    clara = sign_in("clara")
    answer = clara.post("/people", data=ENTRIES)
    person = all_rows(world, Participant)[-1]
    assert answer.location == f"/people/{person.public_id}/participations/new"
    assert (person.full_name, person.coach_id) == ("Rosa Neumann", world.user("clara").id)
    assert person.jobcenter_id == world.cast.jc_meissen.id
    assert "Frank Möbius" in clara.get(answer.location).text
    data = {
        "programme": world.cast.resilience.public_id,
        "starts_on": "2026-09-14",
        "ends_on": "2027-09-13",
        "criteria": "health_limits",
        "case_manager": world.user("frank").public_id,
    }
    assert clara.post(f"/people/{person.public_id}/participations", data=data).status_code == 303
    assert all_rows(world, Participation)[-1].state is ParticipationState.PROPOSED


def test_a_namesake_in_the_own_house_is_pointed_out_once(world, sign_in):
    clara = sign_in("clara")
    twin = ENTRIES | {"given": "TARIK", "family": "demirci"}
    refused = clara.post("/people", data=twin)
    assert refused.status_code == 422
    assert "Tarik Demirci" in refused.text
    assert "begleitet von Clara Winkler" in refused.text
    assert clara.post("/people", data=twin | {"known": "y"}).status_code == 303


def test_a_namesake_elsewhere_stays_unknown(world, sign_in):
    assert sign_in("clara").post("/people", data=ENTRIES | {"given": "Mandy", "family": "Fuchs"}).status_code == 303


@pytest.mark.parametrize("text", ["Diagnose F32.1 seit März", "Nr. 55102//0012345", "Kunde 123A456789", "65170839J003"])
def test_codes_of_illnesses_and_cases_need_a_second_look(world, sign_in, text):
    clara = sign_in("clara")
    warned = clara.post("/people", data=ENTRIES | {"notes": text})
    assert warned.status_code == 422
    assert "Das sieht nach einer Diagnose oder einem Aktenzeichen aus" in warned.text
    assert text in warned.text  # the entries are kept
    assert clara.post("/people", data=ENTRIES | {"notes": text, "meant": "y"}).status_code == 303


@pytest.mark.parametrize("text", ["Geht gern ins Café, Tel. 03521 555 0140", "ab 14 Uhr, am 3.10.2026", "Bus 400"])
def test_plain_words_need_none(world, sign_in, text):
    assert sign_in("clara").post("/people", data=ENTRIES | {"notes": text}).status_code == 303


def test_changes_are_kept_sealed_and_logged_by_name_of_field_only(world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    data = ENTRIES | {"phone": "0151 5550 9999", "phone_for_partners": "y", "version": str(tarik.version)}
    assert clara.post(f"/people/{tarik.public_id}", data=data).status_code == 303
    person = next(p for p in all_rows(world, Participant) if p.id == tarik.id)
    contact = {"kind": "phone", "value": "0151 5550 9999", "allowed_for": ["coach", "partner"]}
    assert (person.full_name, person.contacts) == ("Rosa Neumann", [contact])
    entry = next(e for e in all_rows(world, LogEntry) if e.action == "person.changed")
    assert {"contacts", "name"} <= set(entry.fields)
    assert "9999" not in str(vars(entry))


def test_an_address_for_letters_takes_a_postal_code_of_five_digits_and_keeps_it(world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    home = {"street": "Neugasse 5", "postal_code": "1662", "version": str(tarik.version)}
    refused = clara.post(f"/people/{tarik.public_id}", data=ENTRIES | home)
    assert "Bitte fünf Ziffern" in refused.text
    assert "Neugasse 5" in refused.text
    assert clara.post(f"/people/{tarik.public_id}", data=ENTRIES | home | {"postal_code": "01662"}).status_code == 303
    person = next(p for p in all_rows(world, Participant) if p.id == tarik.id)
    assert (person.home_address["street"], person.home_address["postal_code"]) == ("Neugasse 5", "01662")
    assert 'value="01662"' in clara.get(f"/people/{tarik.public_id}/edit").text


def test_a_stale_form_changes_nothing(world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    answer = clara.post(f"/people/{tarik.public_id}", data=ENTRIES | {"version": "99"})
    assert answer.status_code == 409
    assert "Rosa" in answer.text


@pytest.mark.parametrize("n", [1, 50])
def test_statements_stay_within_twelve(world, sign_in, n):
    slot = make_slot(world, make_offer(world), places=n)
    for person in make_people(world, n):
        book(world, slot, person)
    clara = sign_in("clara")
    for address in ("/people", f"/people/{world.cast.tarik.public_id}"):
        clara.get(address)
        with counted(world) as statements:
            assert clara.get(address).status_code == 200
        assert len(statements) <= 12, (address, statements)
