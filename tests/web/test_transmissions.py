"""Pages of telling on a legal ground: the auditor admits, the own coach chooses, the body reads, the person objects."""

import re

import pytest

from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.organisation import OrganisationKind
from hub.models.transmission import AdmittedGround
from tests.lawful import CLERK, GROUND, TASK, admit, make_body, transmit
from tests.places import all_rows, enter, give_card

STAFF = ("clara", "cem", "frank", "uwe", "lena", "petra", "sven", "kerstin", "gudrun", "nora", "anna", "otto", "fred")


@pytest.fixture
def offer(world):
    return make_body(world)


def of_tarik(world, part):
    return f"/people/{world.cast.tarik.public_id}/{part}"


def entries(offer, **more):
    return {"offer": offer.public_id, "ground": GROUND, "task": TASK, "checked": "y"} | more


def ground_form(world, owner="body", network="resilience"):
    programme, body = world.cast.programmes[network], world.cast.organisations[owner]
    return {"programme": programme.public_id, "body": body.public_id, "ground": GROUND}


def test_an_auditor_admits_and_ends_and_can_choose_no_body_but_carriers(world, sign_in, offer):
    anna = sign_in("anna")
    page = anna.get("/legal-grounds").text
    assert "Nichts zugelassen." in page
    chooser = page.split('name="body"')[1].split("</select>")[0]
    assert re.findall(r'<option[^>]*value="([^"]*)"', chooser) == [world.cast.organisations["body"].public_id]
    assert anna.post("/legal-grounds", data=ground_form(world)).status_code == 303
    (row,) = all_rows(world, AdmittedGround)
    assert "Rentenkasse Elbe" in anna.get("/legal-grounds").text.split('id="admit"')[0]
    assert anna.post(f"/legal-grounds/{row.public_id}/end").status_code == 303
    assert all_rows(world, AdmittedGround)[0].ended_at is not None
    assert anna.post(f"/legal-grounds/{row.public_id}/end").status_code == 404


@pytest.mark.parametrize("owner", ["club", "clinic", "town", "federation", "office", "jc_leipzig", "jc_meissen"])
def test_posting_any_other_body_admits_nothing(world, sign_in, offer, owner):
    """What matters most, 3: clubs, clinics and ordinary town offices are on no list."""
    assert sign_in("anna").post("/legal-grounds", data=ground_form(world, owner)).status_code == 404
    assert all_rows(world, AdmittedGround) == []


def test_a_network_of_others_or_an_unknown_ground_admits_nothing(world, sign_in, offer):
    anna = sign_in("anna")
    assert anna.post("/legal-grounds", data=ground_form(world, network="house")).status_code == 404
    for ground in ("", "sgbx_73"):
        answer = anna.post("/legal-grounds", data=ground_form(world) | {"ground": ground})
        assert answer.status_code == 422
    assert all_rows(world, AdmittedGround) == []


def test_nobody_else_has_the_auditors_page(world, sign_in, offer):
    admit(world)
    (row,) = all_rows(world, AdmittedGround)
    for key in set(STAFF) - {"anna"}:
        browser = sign_in(key)
        assert browser.get("/legal-grounds").status_code == 404
        assert browser.post("/legal-grounds", data=ground_form(world)).status_code == 404
        assert browser.post(f"/legal-grounds/{row.public_id}/end").status_code == 404
    assert all_rows(world, AdmittedGround)[0].ended_at is None


def test_where_nothing_is_admitted_a_coach_finds_no_way_there(world, sign_in, offer):
    clara = sign_in("clara")
    assert "/transmissions/new" not in clara.get(of_tarik(world, "disclosures")).text
    assert "Dafür ist nichts zugelassen." in clara.get(of_tarik(world, "transmissions/new")).text
    assert clara.post(of_tarik(world, "transmissions"), data=entries(offer)).status_code == 404
    admit(world)
    assert "/transmissions/new" in clara.get(of_tarik(world, "disclosures")).text


def test_the_own_coach_chooses_and_everything_must_be_chosen(world, sign_in, offer):
    admit(world)
    clara = sign_in("clara")
    for missing in ("offer", "ground", "task", "checked"):
        assert clara.post(of_tarik(world, "transmissions"), data=entries(offer) | {missing: ""}).status_code == 422
    assert all_rows(world, Enquiry) == []
    answer = clara.post(of_tarik(world, "transmissions"), data=entries(offer))
    assert answer.status_code == 303
    page = clara.get(answer.headers["Location"]).text
    assert "§ 69 Absatz 1 Nummer 1 SGB X" in page
    assert "§ 14 SGB IX" in page
    assert "Rentenkasse Elbe weiß es auf Grund des Gesetzes." in page
    assert "Es gilt gerade keine Einwilligung" not in page
    assert clara.post(of_tarik(world, "transmissions"), data=entries(offer)).status_code == 409


@pytest.mark.parametrize("kind", sorted(set(OrganisationKind) - {OrganisationKind.CARRIER}))
def test_posting_an_offer_of_any_other_body_sends_nothing(world, sign_in, offer, kind):
    admit(world)
    other = make_body(world, kind)
    assert sign_in("clara").post(of_tarik(world, "transmissions"), data=entries(other)).status_code == 404
    assert all_rows(world, Enquiry) == []


def test_for_everybody_else_the_coachs_page_does_not_exist(world, sign_in, offer):
    admit(world)
    for key in set(STAFF) - {"clara"}:
        browser = sign_in(key)
        assert browser.get(of_tarik(world, "transmissions/new")).status_code == 404
        assert browser.post(of_tarik(world, "transmissions"), data=entries(offer)).status_code == 404
    assert all_rows(world, Enquiry) == []


def test_the_body_reads_the_name_behind_the_notice_with_law_and_task_beside_it(world, sign_in, offer):
    """R-LAW-05: also here the purpose notice comes first."""
    admit(world)
    enquiry, clerk = transmit(world, offer), sign_in(CLERK)
    page = clerk.get(f"/inbox/{enquiry.reference}").text
    assert "Demirci" not in page
    assert "Nur dafür dürfen Sie es verwenden" in page
    assert clerk.post(f"/inbox/{enquiry.reference}/identity").status_code == 303
    page = clerk.get(f"/inbox/{enquiry.reference}").text
    assert "Demirci" in page
    assert "Clara Winkler" in page
    for hidden in ("0151", "stufenlos", "Zugang", "Erreichbar über", "gilt bis"):
        assert hidden not in page.split("<main")[1].split("</main>")[0]
    for key in ("petra", "sven", "kerstin", "gudrun"):
        assert sign_in(key).get(f"/inbox/{enquiry.reference}").status_code == 404
    admitted = all_rows(world, AdmittedGround)[0]
    sign_in("anna").post(f"/legal-grounds/{admitted.public_id}/end")
    assert "Demirci" not in clerk.get(f"/inbox/{enquiry.reference}").text  # at the next request


def test_the_person_reads_why_without_consent_and_objects_with_one_tap(world, app, sign_in, offer):
    admit(world)
    enquiry = transmit(world, offer)
    sign_in(CLERK).post(f"/inbox/{enquiry.reference}/identity")
    tarik = enter(app, give_card(world, world.cast.tarik))
    page = tarik.get("/me/disclosures").text
    assert "ohne Ihre Einwilligung, auf Grund des Gesetzes" in page
    assert "weil zugesagt wurde" not in page
    assert "/me/transmissions" in page
    page = tarik.get("/me/transmissions").text
    for word in ("Rentenkasse Elbe", "Sozialbehörde", "§ 69 Absatz 1 Nummer 1 SGB X", "§ 14 SGB IX"):
        assert word in page
    assert tarik.post(f"/me/transmissions/{enquiry.public_id}/objection").status_code == 303
    assert "Ihr Coach prüft es." in tarik.get("/me/transmissions").text
    assert tarik.post(f"/me/transmissions/{enquiry.public_id}/objection").status_code == 409
    clara = sign_in("clara")
    assert "widerspricht der Weitergabe an Rentenkasse Elbe" in clara.get("/today").text
    assert clara.post(f"/enquiries/{enquiry.public_id}/objection/answer").status_code == 303
    assert "widerspricht der Weitergabe" not in clara.get("/today").text
    assert "Es bleibt dabei." in tarik.get("/me/transmissions").text


def test_somebody_elses_telling_does_not_exist_for_a_person_or_a_stranger(world, app, sign_in, offer):
    admit(world)
    enquiry = transmit(world, offer)
    heinz = enter(app, give_card(world, world.cast.heinz))
    assert heinz.post(f"/me/transmissions/{enquiry.public_id}/objection").status_code == 404
    assert "Rentenkasse" not in heinz.get("/me/transmissions").text
    for key in set(STAFF) - {"clara"}:
        browser = sign_in(key)
        for part in ("objection", "objection/answer"):
            assert browser.post(f"/enquiries/{enquiry.public_id}/{part}").status_code == 404


def test_an_objection_said_on_the_telephone_is_written_down_by_the_coach(world, app, sign_in, offer):
    admit(world)
    enquiry, clara = transmit(world, offer), sign_in("clara")
    assert clara.post(f"/enquiries/{enquiry.public_id}/objection").status_code == 303
    page = clara.get(f"/enquiries/{enquiry.public_id}").text
    assert "Tarik widerspricht seit" in page
    version = all_rows(world, Enquiry)[0].version
    assert clara.post(f"/enquiries/{enquiry.public_id}/withdrawal", data={"version": version}).status_code == 303
    assert all_rows(world, Enquiry)[0].state is EnquiryState.WITHDRAWN
    tarik = enter(app, give_card(world, world.cast.tarik))
    assert "Dort ist nichts mehr zu sehen." in tarik.get("/me/transmissions").text
    assert "Demirci" not in sign_in(CLERK).get(f"/inbox/{enquiry.reference}").text
