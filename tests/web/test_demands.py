"""Saying that something is missing, seeing what is, and asking partners for it."""

import re

import pytest
from sqlalchemy import func, select

from hub.actions.demands import ask_partners, note_demand
from hub.models.demand import Demand
from hub.models.offer import Aim
from tests.catalogue import make_offer, make_slot, statements

FIELDS = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def _without_csrf(app):
    app.config["WTF_CSRF_ENABLED"] = False


def counted(world):
    with world.database.reading() as session:
        return sorted(tuple(row) for row in session.execute(select(Demand.aim, Demand.district, Demand.times)))


def note(world, aim, times):
    with world.database.transaction() as session:
        for _ in range(times):
            note_demand(session, aims=frozenset({aim}), district="14627", at=world.at)


def test_whoever_finds_nothing_may_say_so_and_is_counted_once(app, world):
    visitor = app.test_client()
    page = visitor.get("/offers?aim=work&near=Coswig&day=2").text
    form = page[page.index("/offers/missing") :]
    entries = dict(FIELDS.findall(form[: form.index("</form>")]))
    assert entries.pop("csrf_token")
    assert entries == {"near": "Coswig", "km": "10", "aim": "work", "day": "2"}
    assert counted(world) == []
    for _ in range(2):
        answer = visitor.post("/offers/missing", data=entries)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/offers?")
    assert counted(world) == [("work", "14627", 1)]
    assert "Danke. Wir haben aufgeschrieben" in visitor.get("/offers").text
    app.test_client().post("/offers/missing", data=entries)
    assert counted(world) == [("work", "14627", 2)]


def test_what_is_there_is_not_missing_and_an_unknown_place_is_none(app, world):
    with world.database.transaction() as session:
        make_slot(session, make_offer(session, world, "Runde"), world.at.replace(hour=20))
    app.test_client().post("/offers/missing", data={"aim": "move"})
    app.test_client().post("/offers/missing", data={"near": "Atlantis"})
    assert counted(world) == []
    app.test_client().post("/offers/missing", data={"words": "Fußball"})
    assert counted(world) == [("", "", 1)]


def test_an_address_is_not_counted_without_end(app, world):
    answers = [app.test_client().post("/offers/missing", data={"aim": "work"}).status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]
    assert counted(world) == [("work", "", 20)]


def test_a_coachs_search_without_a_hit_counts_and_says_nothing_of_the_person(app, world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    for _ in range(2):
        assert clara.get(f"/find?person={tarik.public_id}&asked=1&aim=work").status_code == 200
    assert counted(world) == [("work", tarik.municipality_code[:5], 1)]


def test_a_coordinator_sees_the_gaps_and_small_numbers_only_roughly(world, sign_in):
    assert "Niemand hat vergeblich gesucht." in sign_in("nora").get("/demands").text
    note(world, Aim.MOVE, 4)
    note(world, Aim.MIND, 2)
    text = sign_in("nora").get("/demands").text
    assert "4 Mal gesucht." in text
    assert "Unter 3 Mal gesucht." in text
    assert "2 Mal" not in text
    assert "Meißen" in text
    assert 'href="/demands"' in sign_in("nora").get("/organisations").text


@pytest.mark.parametrize("many", [1, 7])
def test_the_gaps_take_the_same_number_of_statements(world, sign_in, many):
    for aim in list(Aim)[:many]:
        note(world, aim, 3)
    nora = sign_in("nora")
    nora.get("/demands")
    with statements(world.database) as asked:
        assert nora.get("/demands").text.count("3 Mal gesucht.") == many
    assert len(asked) <= 8


def test_asking_reaches_the_partners_page_and_is_not_repeated(world, sign_in):
    note(world, Aim.MOVE, 3)
    nora, entries = sign_in("nora"), {"aim": "move", "district": "14627"}
    assert "Partner freundlich fragen" in nora.get("/demands").text
    answer = nora.post("/demands/requests", data=entries, follow_redirects=True)
    assert "bekommen eine freundliche Nachricht." in answer.text
    assert "Partner gefragt am" in answer.text
    assert "Partner freundlich fragen" not in answer.text
    again = nora.post("/demands/requests", data=entries)
    assert (again.status_code, "in den letzten 30 Tagen schon gefragt" in again.text) == (409, True)
    assert "Das suchen Menschen in Ihrer Nähe" in sign_in("sven").get("/own-offers").text


def test_nobody_else_asks_or_looks(world, sign_in):
    note(world, Aim.MOVE, 3)
    for key in ("clara", "sven", "fred", "otto"):
        browser = sign_in(key)
        assert browser.get("/demands").status_code == 404
        assert browser.post("/demands/requests", data={"aim": "move", "district": "14627"}).status_code == 404
    nora = sign_in("nora")
    for entries in ({"aim": "x"}, {"aim": "move", "district": "09162"}, {}):
        assert nora.post("/demands/requests", data=entries).status_code == 404


def test_a_partner_who_was_not_asked_reads_nothing_of_it(world, sign_in):
    assert "Das suchen Menschen" not in sign_in("sven").get("/own-offers").text
    note(world, Aim.MOVE, 3)
    with world.database.transaction() as session:
        ask_partners(session, actor=world.actor("nora"), aim=Aim.MOVE, district="14627", at=world.at)
        assert session.scalar(select(func.count()).select_from(Demand)) == 1
    assert "Das suchen Menschen" in sign_in("sven").get("/own-offers").text
