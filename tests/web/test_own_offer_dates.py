"""An own offer says how many places it keeps, for whom and how long: for each series, and for each date."""

import pytest

from hub.models.contingent import Contingent
from hub.models.slot import Pool, SlotState
from hub.web.own_offer_dates import kept_sentence
from tests.places import book, counted, make_offer, make_slot
from tests.series import publish, weekly
from tests.world import World


def page(browser, offer) -> str:
    return " ".join(browser.get(f"/own-offers/{offer.public_id}").text.replace("\N{NO-BREAK SPACE}", " ").split())


def keep(world: World, offer, *contingents: Contingent, places: int = 8):
    return publish(world, weekly(), offer=offer, places=places, contingents=contingents)


def for_network(world: World, places: int = 2, **until) -> Contingent:
    return Contingent(places=places, programme_id=world.cast.programmes["resilience"].id, **until)


def for_house(world: World, places: int = 1, **until) -> Contingent:
    return Contingent(places=places, organisation_id=world.cast.jc_leipzig.id, **until)


@pytest.mark.parametrize(
    ("places", "until", "words"),
    [
        (1, {"working_days": 1}, "Einer von 8 Plätzen ist für X freigehalten, bis einen Werktag vorher."),
        (3, {"working_days": 2}, "3 von 8 Plätzen sind für X freigehalten, bis 2 Werktage vorher."),
        (3, {"hours": 1}, "3 von 8 Plätzen sind für X freigehalten, bis eine Stunde vorher."),
        (3, {"hours": 12}, "3 von 8 Plätzen sind für X freigehalten, bis 12 Stunden vorher."),
        (
            2,
            {"working_days": 2, "hours": 1},
            "2 von 8 Plätzen sind für X freigehalten, bis 2 Werktage und eine Stunde vorher.",
        ),
    ],
)
def test_what_is_kept_is_one_plain_sentence(app, places, until, words):
    with app.test_request_context():
        assert str(kept_sentence(Contingent(places=places, **until), "X", 8)) == words


def test_each_series_names_for_whom_and_each_date_how_many(world, sign_in):
    offer = make_offer(world, window_days=300, places=8)
    keep(world, offer, for_network(world, working_days=2), for_house(world, hours=6))
    text = page(sign_in("sven"), offer)
    assert "2 von 8 Plätzen sind für Resilienz-Netzwerk freigehalten, bis 2 Werktage vorher." in text
    assert f"Einer von 8 Plätzen ist für {world.cast.jc_leipzig.name} freigehalten, bis 6 Stunden vorher." in text
    assert "0 von 8 belegt, 3 freigehalten" in text


def test_a_taken_kept_place_is_no_longer_kept_and_without_any_nothing_is_said(world, sign_in):
    offer = make_offer(world)
    slot = make_slot(world, offer)
    with world.database.transaction() as session:
        session.add(Pool(slot_id=slot.id, kept=True, places=2, programme_id=world.cast.programmes["resilience"].id))
        session.get_one(type(slot), slot.id).places = 5
    sven = sign_in("sven")
    assert "0 von 5 belegt, 2 freigehalten" in page(sven, offer)
    book(world, slot, world.cast.tarik)
    assert "1 von 5 belegt, 1 freigehalten" in page(sven, offer)
    book(world, slot, world.cast.jolanta)
    text = page(sven, offer)
    assert "2 von 5 belegt" in text
    assert "freigehalten" not in text


def test_of_a_date_that_is_called_off_nothing_is_kept(world, sign_in):
    offer = make_offer(world)
    slot = make_slot(world, offer, state=SlotState.CALLED_OFF)
    with world.database.transaction() as session:
        session.add(Pool(slot_id=slot.id, kept=True, places=1, organisation_id=world.cast.jc_meissen.id))
    text = page(sign_in("sven"), offer)
    assert "Fällt aus." in text
    assert "freigehalten" not in text


@pytest.mark.parametrize(("key", "status"), [("kerstin", 200), ("petra", 404), ("clara", 404), ("fred", 404)])
def test_only_who_acts_for_the_partner_reads_it(world, sign_in, key, status):
    offer = make_offer(world, window_days=300)
    keep(world, offer, for_network(world, working_days=2))
    answer = sign_in(key).get(f"/own-offers/{offer.public_id}")
    assert (answer.status_code, "freigehalten" in answer.text) == (status, status == 200)


def test_the_page_takes_as_many_statements_for_many_series_that_keep_places(world, sign_in):
    offer, sven = make_offer(world, window_days=300), sign_in("sven")
    keep(world, offer, for_network(world, working_days=2), for_house(world, hours=6))
    with counted(world) as few:
        page(sven, offer)
    for _ in range(3):
        keep(world, offer, for_network(world, working_days=2), for_house(world, hours=6))
    with counted(world) as many:
        page(sven, offer)
    assert len(many) == len(few)
