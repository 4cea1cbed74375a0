"""Pages of asking around: choose, read, send, follow, pick; partners see one enquiry each and nothing of each other."""

import re

import pytest

from hub import clock
from hub.actions import rounds
from hub.actions.links import issue_link
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import EnquiryState
from hub.models.round import Round, RoundKind, RoundState
from hub.queries.links import link_token
from hub.seeds.cast import PASSWORD
from tests.loop import card_with_pin, rows, say
from tests.places import counted
from tests.rounds import (
    ask_around,
    ask_name,
    asked,
    asked_of,
    lead,
    line_of,
    now_of,
    offers_of,
    open_need,
    permitted,
    respond,
    round_of,
    sent_round,
)
from tests.web.test_consents import DRAWN, sign_in_person

R, S = RoundState, EnquiryState


@pytest.fixture
def three(world):
    return offers_of(world, "clinic", "club", "town")


@pytest.fixture
def here(world):
    return f"/people/{world.cast.tarik.public_id}"


@pytest.fixture
def clara(sign_in):
    return sign_in("clara")


@pytest.fixture
def tarik(world, app):
    return sign_in_person(app, card_with_pin(world, world.cast.tarik))


def test_from_the_need_to_the_sent_round(world, clara, tarik, here, three):
    need = open_need(world)
    assert f"{here}/rounds/new?referral={need.public_id}" in clara.get(f"{here}/referrals").text
    page = clara.get(f"{here}/rounds/new?referral={need.public_id}").text
    assert re.findall(r"checked [^>]*value=\"(\w+)\"", page) == ["first_yes"], "nothing of what may be told"
    for partner in ("Klinik Rosenpark", "SV Elbaue Coswig", "Rathaus Nossen"):
        assert partner in page
    data = {"offers": [one.public_id for one in three], "kind": "first_yes", "rough": "languages", "locale": "de"}
    answer = clara.post(f"{here}/rounds/new?referral={need.public_id}", data=data)
    assert answer.status_code == 303, answer.text
    [sheet] = rows(world, ConsentSheet)
    found = round_of(world, sheet)
    page = clara.get(answer.location).text
    assert "Das erfahren 3 Partner. Ihren Namen erfährt keiner." in page
    assert "Deutsch, Türkisch" in page
    assert page.count("Klinik Rosenpark") >= 1
    own = tarik.get(f"/me/sheets/{sheet.public_id}")
    assert "Dürfen wir dort ohne Ihren Namen fragen?" in own.text
    page = clara.get(f"{here}/rounds/{found.public_id}").text
    assert "Zum Blatt" in page
    said = {f"answer_{line_of(world, sheet).public_id}": "yes"}
    assert tarik.post(f"/me/sheets/{sheet.public_id}/answer", data=said).status_code == 303
    assert "Die Partner sind noch nicht gefragt." in clara.get("/today").text
    page = clara.get(f"{here}/rounds/{found.public_id}").text
    assert "Jetzt alle fragen" in page
    sent = clara.post(f"{here}/rounds/{found.public_id}/sending", data={"version": found.version})
    assert sent.status_code == 303
    page = clara.get(sent.location).text
    assert "3 Partner sind gefragt. Keiner sieht einen Namen." in page
    assert "3 von 3 haben noch nicht geantwortet." in page
    assert "Noch fehlen 3 Antworten" in tarik.get("/me").text
    again = clara.post(f"{here}/rounds/{found.public_id}/sending", data={"version": found.version})
    assert again.status_code == 409


def test_a_partner_says_yes_and_waits_for_the_name(world, clara, tarik, sign_in, here, three):
    found = sent_round(world, three)
    kept, other = asked_of(world, found, "club"), asked_of(world, found, "clinic")
    sven, petra = sign_in("sven"), sign_in("petra")
    assert sven.get(f"/inbox/{kept.reference}").status_code == 200
    answer = sven.post(f"/inbox/{kept.reference}/acceptance")
    assert answer.status_code == 303
    page = sven.get(answer.location).text
    assert "Ihre Zusage ist notiert." in page
    assert "spätestens am Mittwoch, 16. September, 8:30 Uhr" in page.replace("\xa0", " ")
    assert "Demirci" not in page
    assert sven.post(f"/inbox/{kept.reference}/identity").status_code == 409
    gone = petra.get(f"/inbox/{other.reference}").text
    assert "Danke. Das hat sich erledigt." in gone
    late = petra.post(f"/inbox/{other.reference}/acceptance")
    assert late.status_code == 409
    assert "Das hat sich schon erledigt." in late.text
    today = clara.get("/today").text
    assert "Zusage: SV Elbaue Coswig hält bis" in today
    page = clara.get(f"{here}/rounds/{found.public_id}").text
    assert "SV Elbaue Coswig hat Ja gesagt." in page
    address = re.search(r'href="(/people/[^"]+/consents/new[^"]+)"', page).group(1).replace("&amp;", "&")
    form = {"contact": "coach", "stage": "prevention", "locale": "de"}
    sheet = clara.post(address, data=form)
    assert sheet.status_code == 303, sheet.text
    page = clara.get(sheet.location).text
    assert "Das weiß SV Elbaue Coswig schon, ohne Ihren Namen" in page
    assert kept.reference in page
    question = rows(world, ConsentSheet)[-1]
    assert "SV Elbaue Coswig hat Ja gesagt und wartet bis" in tarik.get("/me").text
    said = {f"answer_{line_of(world, question).public_id}": "yes"}
    assert tarik.post(f"/me/sheets/{question.public_id}/answer", data=said).status_code == 303
    page = sven.get(f"/inbox/{kept.reference}").text
    assert "Ihre Zusage ist notiert." not in page
    assert sven.post(f"/inbox/{kept.reference}/identity").status_code == 303
    assert "Demirci" in sven.get(f"/inbox/{kept.reference}").text
    assert "Es ist ein Partner gefunden." in clara.get(f"{here}/rounds/{found.public_id}").text
    assert "Es fehlt noch ein Termin." in clara.get("/today").text


def test_the_person_picks_among_those_that_said_yes(world, clara, tarik, here, three):
    found = sent_round(world, three, kind=RoundKind.CHOICE)
    respond(world, "sven", asked_of(world, found, "club"))
    respond(world, "petra", asked_of(world, found, "clinic"))
    page = tarik.get("/me").text
    assert "Diese haben Ja gesagt." in page
    assert page.count("Das möchte ich") >= 2
    assert "Es gibt Zusagen." in clara.get("/today").text
    picked = {"enquiry": asked_of(world, found, "clinic").public_id}
    assert tarik.post(f"/me/rounds/{found.public_id}/choice", data=picked).status_code == 303
    assert now_of(world, found).held_enquiry_id == asked_of(world, found, "clinic").id
    assert "Klinik Rosenpark hat Ja gesagt und wartet" in tarik.get("/me").text
    assert tarik.post(f"/me/rounds/{found.public_id}/choice", data={"enquiry": "x"}).status_code == 404
    assert clara.post(f"{here}/rounds/{found.public_id}/choice", data=picked).status_code == 409


def test_the_next_are_asked_with_one_tap(world, clara, here, three):
    found = sent_round(world, three)
    respond(world, "sven", asked_of(world, found, "club"))
    say(world, world.cast.tarik, ask_name(world, found), yes=False)
    assert "Bisher hat für Tarik kein Partner zugesagt." in clara.get("/today").text
    page = clara.get(f"{here}/rounds/{found.public_id}").text
    assert "Die nächsten fragen" in page
    version = {"version": now_of(world, found).version}
    answer = clara.post(f"{here}/rounds/{found.public_id}/next", data=version)
    assert "2 Partner sind gefragt." in clara.get(answer.location).text
    assert clara.post(f"{here}/rounds/{found.public_id}/next", data=version).status_code == 409
    assert len(asked(world, found)) == 5
    ended = clara.post(f"{here}/rounds/{found.public_id}/end")
    assert "Beendet." in clara.get(ended.location).text
    assert now_of(world, found).state is R.ENDED


def test_an_open_call_asks_all_that_suit_and_says_how_many_more_there_are(world, clara, here, three):
    need = open_need(world)
    data = {"kind": "open_call", "locale": "de"}
    answer = clara.post(f"{here}/rounds/new?referral={need.public_id}", data=data)
    assert answer.status_code == 303, answer.text
    [found] = rows(world, Round)
    assert found.kind is RoundKind.OPEN_CALL
    assert {one.organisation_id for one in asked(world, found)} == {one.organisation_id for one in three}


def test_the_page_keeps_its_entries_and_says_what_is_wrong(world, clara, here, three):
    need = open_need(world)
    address = f"{here}/rounds/new?referral={need.public_id}"
    few = clara.post(address, data={"offers": [three[0].public_id], "kind": "first_yes", "locale": "de"})
    assert few.status_code == 422
    assert "mindestens 2" in few.text
    assert clara.post(address, data={"offers": [one.public_id for one in three]}).status_code == 422
    assert rows(world, Round) == []
    ticked = clara.post(f"{here}/rounds/picks", data={"offer": [one.public_id for one in three[:2]]})
    assert ticked.status_code == 303
    assert clara.get(ticked.location).text.count("checked") >= 2


def test_without_a_need_the_page_leads_to_one(clara, here, three):
    assert "Noch kein Anliegen." in clara.get(f"{here}/rounds/new").text


def test_the_link_in_the_mail_shows_no_name_and_the_same_words(world, app, three):
    found = sent_round(world, three)
    kept = asked_of(world, found, "club")
    with world.database.transaction() as session:
        link = issue_link(
            session, enquiry=session.merge(kept, load=True), organisation_id=kept.organisation_id, at=world.at
        )
        token = link_token(link)
    browser = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    assert browser.post(f"/links/{token}/acceptance", data={"version": kept.version}).status_code == 303
    page = browser.get(f"/links/{token}").text
    assert "Ihre Zusage ist notiert." in page
    assert "Demirci" not in page
    assert now_of(world, found).state is R.HELD


@pytest.mark.parametrize(
    "key", ["cem", "frank", "lena", "petra", "sven", "kerstin", "gudrun", "nora", "anna", "otto", "fred"]
)
def test_nobody_else_finds_a_round(world, sign_in, three, here, key):
    found = sent_round(world, three)
    browser = sign_in(key)
    for address in ("new", found.public_id):
        assert browser.get(f"{here}/rounds/{address}").status_code == 404
    for address in ("new", "picks", *(f"{found.public_id}/{step}" for step in ("sending", "next", "choice", "end"))):
        assert browser.post(f"{here}/rounds/{address}", data={"locale": "de"}).status_code == 404
    assert browser.post(f"/me/rounds/{found.public_id}/choice").status_code == 404
    assert now_of(world, found).state is R.OPEN


def test_another_person_finds_no_round_and_takes_no_step(world, app, clara, three):
    found = sent_round(world, three, kind=RoundKind.CHOICE)
    respond(world, "sven", asked_of(world, found, "club"))
    heinz = sign_in_person(app, card_with_pin(world, world.cast.heinz))
    picked = {"enquiry": asked_of(world, found, "club").public_id}
    assert heinz.post(f"/me/rounds/{found.public_id}/choice", data=picked).status_code == 404
    assert now_of(world, found).state is R.OPEN


def test_pages_take_a_bounded_number_of_statements(world, clara, tarik, here, three):
    found = sent_round(world, three)
    for browser, address in ((clara, f"{here}/rounds/{found.public_id}"), (tarik, "/me"), (clara, "/today")):
        browser.get(address)
        with counted(world) as statements:
            assert browser.get(address).status_code == 200
        assert len(statements) <= 14, (address, len(statements), statements)


def test_the_sheet_is_read_printed_signed_and_taken_back_on_every_page(world, clara, tarik, here, three):
    sheet = ask_around(world, three)
    line = line_of(world, sheet)
    assert "3 Partner, ohne Ihren Namen" in clara.get(f"{here}/consents").text
    assert "3 Partner, ohne Ihren Namen" in tarik.get("/me/consents").text
    assert "Anfragen ohne Namen" in clara.get("/today").text
    paper = clara.get(f"{here}/sheets/{sheet.public_id}/paper").text
    assert all(partner in paper for partner in ("Klinik Rosenpark", "SV Elbaue Coswig", "Rathaus Nossen"))
    assert clara.post(f"{here}/sheets/{sheet.public_id}/handover").status_code == 303
    page = clara.get(f"{here}/sheets/{sheet.public_id}/handover").text
    assert "Dürfen wir dort ohne Ihren Namen fragen?" in page
    said = {f"answer_{line.public_id}": "yes", "signature": DRAWN}
    assert clara.post(f"{here}/sheets/{sheet.public_id}/handover/answer", data=said).status_code == 303
    assert clara.post(f"{here}/sheets/{sheet.public_id}/handover/end", data={"password": PASSWORD}).status_code == 303
    page = clara.get(f"{here}/sheets/{sheet.public_id}").text
    assert f"{here}/rounds/{round_of(world, sheet).public_id}" in page
    assert "Klinik Rosenpark" in clara.get(f"{here}/sheets/{sheet.public_id}/receipt").text
    assert f"{here}/rounds/" in clara.get(f"{here}/consents/{line.public_id}").text
    assert "Klinik Rosenpark" in tarik.get("/me/known").text
    page = tarik.get(f"/me/consents/{line.public_id}/withdrawal").text
    assert "Dann fragt dort niemand mehr an." in page
    assert "Kalender" not in page.split("<main", 1)[1]
    assert "Dann fragt dort niemand mehr an." in clara.get(f"{here}/consents/{line.public_id}/withdrawal").text
    assert tarik.post(f"/me/consents/{line.public_id}/withdrawal", data={"keep": "cancel"}).status_code == 303
    assert now_of(world, round_of(world, sheet)).state is R.ENDED


def test_a_signed_paper_is_recorded_as_the_one_answer(world, clara, here, three):
    sheet = ask_around(world, three)
    signed = {"signed_on": clock.local_date(world.at).isoformat(), "reference": "Mappe 4", "reason": ""}
    answer = clara.post(f"{here}/sheets/{sheet.public_id}/paper", data=signed)
    assert answer.status_code == 303, answer.text
    lead(world, round_of(world, sheet), rounds.send_round)
    assert now_of(world, round_of(world, sheet)).state is R.OPEN


def test_the_enquiry_of_a_round_leads_to_it_and_offers_no_step_of_its_own(world, clara, here, three):
    found = permitted(world, three)
    one = asked(world, found)[0]
    page = clara.get(f"/enquiries/{one.public_id}").text
    assert "Jetzt anfragen" not in page
    assert f"{here}/rounds/{found.public_id}" in page
    assert clara.post(f"/enquiries/{one.public_id}/sending").status_code == 409
    lead(world, found, rounds.send_round)
    respond(world, "sven", asked_of(world, found, "club"))
    page = clara.get(f"/enquiries/{asked_of(world, found, 'club').public_id}").text
    assert "Termin wählen" not in page
    assert "Den Namen am Telefon sagen" not in page
