"""Referrals: closed lists, no free text, closed by the coach with what became of the need."""

import pytest

from hub.actions import referrals
from hub.errors import InvalidInput, RuleBroken
from hub.models.offer import Aim
from hub.models.referral import Referral
from hub.queries.participants import get_participant
from tests.loop import accepted_enquiry, now, rows, sent_enquiry
from tests.web.test_participants import deputy


def test_a_search_is_opened_and_closed_with_its_outcome(world, sign_in):
    clara, address = sign_in("clara"), f"/people/{world.cast.tarik.public_id}/referrals"
    assert "sucht gerade nichts" in clara.get(address).text
    form = clara.get(f"{address}/new").text
    assert "<textarea" not in form
    assert 'type="text"' not in form
    folded = form.split("<details")[1].split("</details>")[0]
    assert 'name="tags"' in folded
    assert not folded.startswith(" open")
    again = clara.post(
        f"{address}/new", data={"tags": ["body"], "stage": "prevention"}
    )  # what was ticked stays in sight
    assert again.text.split("<details")[1].startswith(" open")
    assert clara.post(f"{address}/new", data={"aim": "F32.1", "stage": "prevention"}).status_code == 422
    answer = clara.post(f"{address}/new", data={"aim": "move", "stage": "prevention", "matters": ["near", "step_free"]})
    assert answer.status_code == 303
    referral = rows(world, Referral)[0]
    assert (referral.aim, referral.matters) == (Aim.MOVE, ["near", "step_free"])
    closing = f"{address}/{referral.public_id}/closure"
    assert clara.post(closing, data={}).status_code == 422
    assert clara.post(closing, data={"outcome": "met", "version": referral.version}).status_code == 303
    assert now(world, referral).outcome == "met"
    assert clara.post(closing, data={"outcome": "met"}).status_code == 409


def test_a_search_stays_open_while_a_partner_is_asked(world):
    sent_enquiry(world)
    with pytest.raises(RuleBroken, match="läuft noch eine Anfrage"):
        world.do(
            referrals.close_referral,
            actor=world.actor("clara"),
            referral=rows(world, Referral)[0],
            outcome="met",
            at=world.at,
        )


def test_what_matters_comes_from_the_list(world):
    clara = world.actor("clara")

    def unit(session):
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        return referrals.open_referral(
            session, actor=clara, participant=person, aim=Aim.MOVE, matters=["Depression"], at=world.at
        )

    with pytest.raises(InvalidInput):
        world.database.run(unit)


def test_a_persons_searches_do_not_exist_for_others(world, sign_in, subtests):
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser, address = sign_in(key), f"/people/{world.cast.tarik.public_id}/referrals"
            assert browser.get(address).status_code == 404
            assert browser.get(f"{address}/new").status_code == 404
            assert browser.post(f"{address}/new", data={"aim": "move", "stage": "prevention"}).status_code == 404
            assert rows(world, Referral) == []


def test_a_deputy_hears_the_aim_of_a_need_no_more_than_they_see_it(world, sign_in):
    accepted_enquiry(world)
    deputy(world)
    address = f"/people/{world.cast.tarik.public_id}/referrals"
    assert "sich bewegen" in sign_in("clara").get(address).text
    page = sign_in("fred").get(address).text
    assert "Ruhen lassen" in page
    assert "sich bewegen" not in page
