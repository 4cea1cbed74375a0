"""Keeping places free on pages: in the form for dates, in its preview, and on the page of one date."""

import pytest

from hub.bench.pages import MOST_STATEMENTS
from hub.models.log import LogEntry
from hub.models.slot import Slot
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.queues import keep, pools, wait_for
from tests.web.test_series import entries, preview, publish


def words(answer):
    return " ".join(answer.text.replace("\u00a0", " ").split())


def kept(number=0, **values):
    usual = {"places": "2", "whom": "", "working_days": "2", "hours": ""}
    return {f"contingents-{number}-{name}": str(value) for name, value in (usual | values).items()}


def test_the_form_names_networks_and_houses_that_take_places(world, sign_in):
    page = words(sign_in("sven").get(f"/own-offers/{make_offer(world).public_id}/series/new"))
    for name in ("Plätze freihalten", "Resilienz-Netzwerk", "Amt für Eingliederung Leipzig-Land (Demo)"):
        assert name in page
    assert "Amt für Eingliederung Bautzen" not in page


def test_the_preview_says_of_each_date_what_is_kept_until_when_and_makes_nothing(world, sign_in):
    offer, house = make_offer(world), world.cast.jc_meissen.public_id
    data = (
        entries(world, offer)
        | kept(whom=house, working_days=1)
        | kept(1, whom=house, places=1, hours=3, working_days="")
    )
    page = words(preview(sign_in("sven"), offer, data))
    assert "2 Plätze gehalten bis Dienstag, 15. September, 10 Uhr." in page
    assert "Ein Platz gehalten bis Mittwoch, 16. September, 7 Uhr." in page
    assert 'name="contingents-0-places" value="2"' in preview(sign_in("sven"), offer, data).text
    assert all_rows(world, Slot) == []


def test_so_shortly_before_the_start_everything_is_open(world, sign_in):
    offer = make_offer(world)
    data = entries(world, offer) | kept(whom=world.cast.resilience.public_id, working_days=3)
    assert "So kurz vorher sind alle Plätze offen." in words(preview(sign_in("sven"), offer, data))


def test_publishing_divides_the_places_as_the_preview_said(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(world, offer) | kept(whom=world.cast.jc_meissen.public_id, working_days=1)
    assert publish(sven, offer, data).status_code == 303
    first = all_rows(world, Slot)[0]
    assert pools(world)[:2] == [(0, 4, "open"), (0, 2, "open")]
    assert "4 frei, 2 gehalten bis" in words(sven.get("/slots?week=2026-W38"))
    page = words(sven.get(f"/slots/{first.public_id}"))
    assert "Amt für Eingliederung Meißen (Demo)" in page
    assert "Ab Dienstag, 15. September, 10 Uhr kann jeder sie nehmen." in page


@pytest.mark.parametrize(
    ("values", "words_"),
    [
        ({"places": 7}, "Sie halten mehr Plätze frei, als der Termin hat (6)."),
        ({"whom": ""}, "Bitte sagen Sie, wie viele Plätze und für wen."),
        ({"places": ""}, "Bitte sagen Sie, wie viele Plätze und für wen."),
        ({"working_days": "", "hours": ""}, "wie lange vor dem Beginn"),
    ],
)
def test_a_mistake_brings_the_form_back_with_the_reason_and_all_entries(world, sign_in, values, words_):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(world, offer) | kept(**({"whom": world.cast.jc_meissen.public_id} | values))
    for answer in (preview(sven, offer, data), publish(sven, offer, data)):
        assert answer.status_code == 422
        assert words_ in words(answer)
        assert 'value="10:00"' in answer.text
    assert all_rows(world, Slot) == []


def test_a_stranger_of_another_network_is_no_choice(world, sign_in):
    offer = make_offer(world)
    data = entries(world, offer) | kept(whom=world.cast.jc_bautzen.public_id)
    assert publish(sign_in("sven"), offer, data).status_code == 422
    assert all_rows(world, Slot) == []


def test_the_partner_gives_kept_places_back_now(world, sign_in):
    slot = make_slot(world, make_offer(world), places=0)
    pool = keep(world, slot, 2, organisation_id=world.cast.jc_leipzig.id)
    wait_for(world, slot, world.cast.tarik)
    sven = sign_in("sven")
    page = words(sven.get(f"/slots/{slot.public_id}"))
    assert "Amt für Eingliederung Leipzig-Land (Demo)" in page
    assert "Ein Mensch wartet auf einen Platz." in page
    url = f"/slots/{slot.public_id}/release"
    assert sven.post(url, data={"pool": pool.id}).status_code == 303
    assert pools(world) == [(1, 2, "open"), (0, 0, "released")]
    page = words(sven.get(f"/slots/{slot.public_id}"))
    assert "Freigehalten" not in page
    assert "Ein Platz ist gehalten." in page
    assert sven.post(url, data={"pool": pool.id}).status_code == 303  # a second tap changes nothing
    assert [entry.action for entry in all_rows(world, LogEntry)].count("pool.released") == 1


def test_nobody_releases_the_places_of_others(world, sign_in):
    slot, foreign = make_slot(world, make_offer(world)), make_slot(world, make_offer(world, owner="clinic"))
    pool, other = keep(world, slot, 1), keep(world, foreign, 1)
    for key in ("petra", "fred", "clara", "nora"):
        assert sign_in(key).post(f"/slots/{slot.public_id}/release", data={"pool": pool.id}).status_code == 404
    sven = sign_in("sven")
    for wrong in (other.id, slot.pools[0].id, "", "x"):
        assert sven.post(f"/slots/{slot.public_id}/release", data={"pool": wrong}).status_code == 404
    assert {state for _, _, state in pools(world)} == {"open"}


def test_the_page_of_a_date_asks_at_most_twelve_times(world, sign_in):
    slot, sven = make_slot(world, make_offer(world), places=1), sign_in("sven")
    keep(world, slot, 1, programme_id=world.cast.resilience.id)
    for house in (world.cast.jc_meissen, world.cast.jc_leipzig):
        keep(world, slot, 1, organisation_id=house.id)
    book(world, slot, world.cast.tarik)
    with counted(world) as statements:
        assert "Freigehalten" in words(sven.get(f"/slots/{slot.public_id}"))
    assert len(statements) <= MOST_STATEMENTS
