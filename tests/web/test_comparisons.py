"""Offers beside each other: facts in rows, a way to a place in each, nothing kept, and nobody else looks."""

import pytest

from hub.models.offer import Access, Aim
from hub.models.shortlist import ShortlistItem
from tests.places import all_rows, counted, make_offer, make_slot


def address(world, *offers, **query):
    person = world.cast.tarik.public_id
    words = "&".join([f"offer={offer.public_id}" for offer in offers] + [f"{k}={v}" for k, v in query.items()])
    return f"/people/{person}/comparison?{words}"


def cells(page, word):
    """Return what the offers say in one row of the table, as text."""
    row = page.split(f'role="rowheader">{word}</th>')[1].split("</tr>")[0]
    return [cell.split("</span>", 1)[1].split("</td>")[0].strip() for cell in row.split("<td")[1:]]


def test_facts_stand_in_rows_and_each_offer_has_its_way_on(world, sign_in):
    near = make_offer(world, title="Bewegung", cost="2 Euro")
    far = make_offer(world, title="Beratung", owner="town", location_id=world.cast.town_hall.id, access=Access.REQUEST)
    slot = make_slot(world, near)
    page = sign_in("clara").get(address(world, near, far)).text
    assert "2 Angebote für Tarik nebeneinander" in page
    assert cells(page, "Weg") == ["1\u00a0km", "22\u00a0km"]
    assert cells(page, "Stufenlos") == ["ja", "nein"]
    assert cells(page, "Plätze") == ["3 Plätze frei", "nicht angegeben"]
    assert cells(page, "Kosten") == ["2 Euro", "nicht angegeben"]
    book, ask = cells(page, "Und jetzt?")
    assert f"/slots/{slot.public_id}/" in book
    assert "Do 17.\u00a0Sept. nehmen" in book
    assert f"/people/{world.cast.tarik.public_id}/consents/new?offer={far.public_id}" in ask


def test_what_is_full_or_not_meant_for_the_person_has_no_button(world, sign_in):
    full = make_offer(world, title="Voll", phone="03521 1")
    make_slot(world, full, places=0)
    women = make_offer(world, title="Frauen", women_only=True)
    make_slot(world, women)
    page = sign_in("clara").get(address(world, full, women)).text
    first, second = cells(page, "Und jetzt?")
    assert "03521 1" in first
    assert "/slots/" not in first + second
    same = page.split("Bei allen gleich")[1]
    assert "Sporthalle Coswig" in same
    assert "Dieses Angebot ist nur für Frauen." in second


def test_more_than_three_are_left_out_and_said(world, sign_in):
    offers = [make_offer(world, title=f"Angebot {n}") for n in range(5)]
    page = sign_in("clara").get(address(world, *offers)).text
    assert "2 haben wir weggelassen." in page
    assert "Angebot 2" in page
    assert "Angebot 3" not in page


def test_nothing_ticked_says_what_to_do(world, sign_in):
    clara = sign_in("clara")
    for query in ("", "?offer=aaaabbbbccccdddd"):
        page = clara.get(f"/people/{world.cast.tarik.public_id}/comparison{query}").text
        assert "Kreuzen Sie zwei oder drei Angebote an." in page


def test_the_ticks_lead_to_the_page_with_the_same_wishes_and_keep_nothing(world, sign_in):
    two = make_offer(world, aim=Aim.MOVE, owner="town", location_id=world.cast.town_hall.id)
    one, clara = make_offer(world, aim=Aim.MOVE), sign_in("clara")
    data = {"offer": [one.public_id, two.public_id], "asked": "yes", "aim": "move", "km": "30", "place": "14627140"}
    answer = clara.post(f"/people/{world.cast.tarik.public_id}/comparison", data=data)
    assert answer.status_code == 303
    assert "csrf" not in answer.location
    page = clara.get(answer.location).text
    assert "km=30" in page.split("Zurück zur Suche")[0].rsplit("<a", 1)[1]
    assert cells(page, "Weg")[0] != "1\u00a0km"  # from Meißen, not from home
    assert all_rows(world, ShortlistItem) == []


def test_nobody_else_compares_for_the_person(world, sign_in, subtests):
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, offer = sign_in(key), make_offer(world)
            assert other.get(address(world, offer)).status_code == 404
            assert other.post(f"/people/{world.cast.tarik.public_id}/comparison").status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_statements_stay_within_twelve(world, sign_in, n):
    offers = [make_offer(world, title=f"Angebot {number}") for number in range(n)]
    for offer in offers:
        make_slot(world, offer)
    clara = sign_in("clara")
    clara.get(address(world, *offers))
    with counted(world) as statements:
        clara.get(address(world, *offers))
    assert len(statements) <= 12, statements
