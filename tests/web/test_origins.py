"""The coach marks what a clinic said, sees it as blocked with the reason, and a direct POST is refused (R-LAW-06)."""

import pytest

from hub.models.consent import Consent
from hub.models.participant import Participant
from tests.loop import request_offer
from tests.places import all_rows

CHOSEN = {"contact": "coach", "stage": "prevention", "locale": "de"}


def asking(world, offer, slot):
    person = world.cast.tarik.public_id
    return f"/people/{person}/consents/new?offer={offer.public_id}&slot={slot.public_id}"


def edited(world, **more):
    person = next(one for one in all_rows(world, Participant) if one.id == world.cast.tarik.id)
    return {
        **person.name,
        "municipality_code": person.municipality_code,
        "languages": "de",
        "locale": "de",
        "neutral_word": "Termin",
        "version": str(person.version),
        "access_needs": ["step_free", "quiet"],
        **more,
    }


@pytest.fixture
def marked(world, sign_in):
    """Clara marks one of two needs on the person's page."""
    page = f"/people/{world.cast.tarik.public_id}"
    answer = sign_in("clara").post(page, data=edited(world, clinical_needs=["step_free", "companion"]))
    assert answer.status_code == 303, answer.text
    return next(one for one in all_rows(world, Participant) if one.id == world.cast.tarik.id)


def test_only_a_need_of_the_person_can_be_marked_and_the_form_shows_it_again(world, sign_in, marked):
    assert marked.clinical_needs == ["step_free"]
    page = sign_in("clara").get(f"/people/{marked.public_id}/edit").text
    ticks = page.split("Was davon wissen Sie aus einer Klinik")[1].split("</fieldset>")[0]
    assert ticks.count("checked") == 1


def test_the_sheet_shows_it_as_blocked_with_the_reason_and_offers_the_rest(world, sign_in, marked):
    offer, slot = request_offer(world, owner="club")
    page = sign_in("clara").get(asking(world, offer, slot)).text
    assert "Gesperrt: " in page
    assert "Das wissen Sie aus einer Klinik oder Praxis." in page
    needs = page.split('name="access_needs"')[1:]
    assert [one.split('value="')[1].split('"')[0] for one in needs] == ["quiet"]


def test_posting_it_all_the_same_asks_nothing(world, sign_in, marked):
    offer, slot = request_offer(world, owner="club")
    clara = sign_in("clara")
    answer = clara.post(asking(world, offer, slot), data=CHOSEN | {"access_needs": "step_free"})
    assert answer.status_code == 409
    assert "Dieser Partner darf es noch nicht erfahren." in answer.text
    assert clara.post(asking(world, offer, slot), data=CHOSEN | {"access_needs": "flying"}).status_code == 422
    assert all_rows(world, Consent) == []
    assert clara.post(asking(world, offer, slot), data=CHOSEN | {"access_needs": "quiet"}).status_code == 303


def test_without_a_mark_the_sheet_says_nothing_of_it(world, sign_in):
    offer, slot = request_offer(world, owner="club")
    page = sign_in("clara").get(asking(world, offer, slot)).text
    assert "Gesperrt: " not in page
    assert 'name="access_needs" type="checkbox" value="step_free"' in page


def test_no_page_of_a_partner_or_of_the_person_tells_of_the_mark(world, sign_in, marked):
    for key, address in (("petra", "/inbox"), ("sven", "/inbox"), ("lena", "/team"), ("frank", "/participations")):
        assert "Klinik oder Praxis" not in sign_in(key).get(address).text
