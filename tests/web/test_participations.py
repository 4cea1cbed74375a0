"""The case manager's page, and the firewall: no offer, partner or date reaches case manager or team lead."""

import re
from datetime import timedelta

import pytest

from hub.models.enquiry import Enquiry
from hub.models.offer import Access
from hub.models.participant import Participation, ParticipationState
from tests.places import all_rows, book, counted, give_consent, make_offer, make_people, make_slot


def propose_anew(world, person):
    with world.database.transaction() as session:
        row = session.query(Participation).filter_by(participant_id=person.id).one()
        row.state, row.decided_by_id, row.decided_at = ParticipationState.PROPOSED, None, None
        return row.public_id, row.version


def test_a_proposal_is_decided_with_its_reasons_in_sight(world, sign_in):
    public_id, version = propose_anew(world, world.cast.tarik)
    frank = sign_in("frank")
    assert "Ein Vorschlag wartet auf Sie." in frank.get("/participations").text
    page = frank.get(f"/participations/{public_id}").text
    assert "Soll Tarik Demirci teilnehmen?" in page
    answer = frank.post(f"/participations/{public_id}/decision", data={"answer": "yes", "version": version})
    assert answer.status_code == 303
    again = frank.post(f"/participations/{public_id}/decision", data={"answer": "no", "version": version})
    assert again.status_code == 409
    row = next(r for r in all_rows(world, Participation) if r.public_id == public_id)
    assert (row.state, row.decided_by_id) == (ParticipationState.ADMITTED, world.user("frank").id)


def test_neither_answer_is_preselected_and_none_is_refused(world, sign_in):
    public_id, _version = propose_anew(world, world.cast.tarik)
    answer = sign_in("frank").post(f"/participations/{public_id}/decision", data={})
    assert answer.status_code == 422
    assert "checked" not in answer.text


@pytest.mark.parametrize("key", ["frank", "lena"])
def test_walking_every_page_shows_no_offer_partner_date_or_attendance(world, sign_in, key):
    offer = make_offer(world, access=Access.NAMED, owner="clinic", title="Rückenschule im Park")
    give_consent(world, world.cast.tarik, offer, groups=("I0", "I1", "G1", "B1"))
    slot = make_slot(world, offer, starts_at=world.at + timedelta(days=3, hours=9, minutes=13))  # 17:43 in Meißen
    booking = book(world, slot, world.cast.tarik)
    secrets = (
        offer.title,
        "Klinik Rosenpark",
        booking.code,
        booking.public_id,
        all_rows(world, Enquiry)[0].reference,
        "17. September 2026",
        "17.09.",
        "17:43",
    )
    browser, seen = sign_in(key), set()
    waiting = ["/participations" if key == "frank" else "/team"]
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("/static/", "/offers", "/logout")):
            continue
        seen.add(address)
        answer = browser.get(address)
        if answer.mimetype == "text/html":
            # Whoever takes a call may name any partner of the network: that list is the same for every caller.
            told = re.sub(r"<option.*?</option>", "", answer.text) if address == "/caller" else answer.text
            for secret in secrets:
                assert secret not in told, (address, secret)
            waiting += re.findall(r'href="(/[^"#?]*)', answer.text)
    assert len(seen) > 3


def test_nobody_else_has_these_pages(world, sign_in, subtests):
    public_id, _version = propose_anew(world, world.cast.tarik)
    for key in ["clara", "cem", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, one = sign_in(key), f"/participations/{public_id}"
            assert [other.get("/participations").status_code, other.get(one).status_code] == [404, 404]
            assert other.post(f"{one}/decision", data={"answer": "yes"}).status_code == 404
            assert next(r for r in all_rows(world, Participation) if r.public_id == public_id).state.value == "proposed"


def test_a_proposal_for_somebody_else_does_not_exist(world, sign_in):
    public_id, _version = propose_anew(world, world.cast.tarik)
    with world.database.transaction() as session:
        session.query(Participation).filter_by(public_id=public_id).one().case_manager_id = world.user("nora").id
    assert sign_in("frank").get(f"/participations/{public_id}").status_code == 404


@pytest.mark.parametrize("n", [1, 50])
def test_statements_stay_within_twelve(world, sign_in, n):
    make_people(world, n)
    frank, lena = sign_in("frank"), sign_in("lena")
    for browser, address in ((frank, "/participations"), (lena, "/team")):
        browser.get(address)
        with counted(world) as statements:
            assert browser.get(address).status_code == 200
        assert len(statements) <= 12, (address, statements)


def test_of_many_decided_ones_six_stand_open(world, sign_in):
    make_people(world, 8)
    page = sign_in("frank").get("/participations").text.partition("Entschieden")[2]
    shown, _, fold = page.partition("<details>")
    decided = len(all_rows(world, Participation)) - 1  # one is another house's
    assert shown.count("<h3>") == 6
    assert f"Und noch {decided - 6} Menschen" in fold
    assert fold.count("<h3>") == decided - 6
