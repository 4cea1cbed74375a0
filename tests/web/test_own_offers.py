"""A partner's own offers as pages: forms that keep entries, one owner, and what happens after a click."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.models.offer import Access, Offer, OfferState
from hub.queries.own_offers import get_own_offer
from tests.places import book, counted, make_offer, make_slot

FILLED = {
    "title": "Rückenschule",
    "aim": "move",
    "form": "group",
    "access": "anonymous",
    "place": "",
    "places": "6",
    "stage": "prevention",
    "languages": ["de", "uk"],
    "notice_minutes": "120",
    "cancel_minutes": "1440",
    "window_days": "60",
    "public": "yes",
}


def saved(world):
    with world.database.reading() as session:
        return list(session.scalars(select(Offer).order_by(Offer.id)))


def filled(world, **changes):
    club = world.cast.organisations["club"].public_id
    return FILLED | {"organisation": club, "place": world.cast.locations["gym"].public_id} | changes


def test_a_new_offer_from_the_form_to_the_catalogue(world, sign_in):
    sven = sign_in("sven")
    answer = sven.post("/own-offers", data=filled(world))
    (offer,) = saved(world)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/own-offers/{offer.public_id}")
    assert (offer.title, offer.places, offer.languages, offer.notice_minutes, offer.window_days) == (
        "Rückenschule",
        6,
        ["de", "uk"],
        120,
        60,
    )
    assert "„Rückenschule“ ist noch ein Entwurf." in sven.get(answer.location).text
    sven.post(f"/own-offers/{offer.public_id}/publication")
    assert "„Rückenschule“ steht im Verzeichnis." in sven.get(answer.location).text
    sven.post(f"/own-offers/{offer.public_id}/pause")
    assert saved(world)[0].state is OfferState.PAUSED


def test_what_is_missing_is_named_and_entries_are_kept(world, sign_in):
    answer = sign_in("sven").post("/own-offers", data=filled(world, title="", bring="Matte"))
    assert answer.status_code == 422
    assert "Bitte geben Sie dem Angebot einen Namen." in answer.text
    assert 'value="Matte"' in answer.text
    assert saved(world) == []


def test_what_a_verb_refuses_stands_beside_its_field(world, sign_in):
    answer = sign_in("sven").post("/own-offers", data=filled(world, access="named", field_groups=["I2"]))
    assert answer.status_code == 422
    assert "Bitte schreiben Sie, wozu Sie das brauchen." in answer.text


def test_a_stale_form_answers_kindly_and_keeps_the_entries(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    url = f"/own-offers/{offer.public_id}"
    assert sven.post(url, data=filled(world, title="Zuerst", version="1")).status_code == 303
    answer = sven.post(url, data=filled(world, title="Danach", version="1"))
    assert answer.status_code == 409
    assert "Jemand war schneller." in answer.text
    assert 'value="Danach"' in answer.text
    assert saved(world)[0].title == "Zuerst"
    assert sven.post(url, data=filled(world, title="Danach", version="kaputt")).status_code == 409


def test_the_umbrella_chooses_for_whom_it_acts(world, sign_in):
    kerstin = sign_in("kerstin")
    assert "Für wen handeln Sie?" in kerstin.get("/own-offers/new").text
    assert "Für wen handeln Sie?" not in sign_in("sven").get("/own-offers/new").text
    kerstin.post("/own-offers", data=filled(world))
    assert [offer.organisation_id for offer in saved(world)] == [world.cast.organisations["club"].id]


def test_nobody_writes_for_an_organisation_that_is_not_theirs(world, sign_in):
    clinic = world.cast.organisations["clinic"].public_id
    for key in ("sven", "kerstin"):
        sign_in(key).post("/own-offers", data=filled(world, organisation=clinic))
    assert world.cast.organisations["clinic"].id not in {offer.organisation_id for offer in saved(world)}
    assert sign_in("kerstin").post("/own-offers", data=filled(world, organisation=clinic)).status_code == 422


PAGES = ("", "/edit", "/end", "/series/new", "/series/preview")
VERBS = ("", "/publication", "/pause", "/end", "/series")


def test_for_strangers_an_own_offer_does_not_exist(world, sign_in, subtests):
    for who in ["petra", "clara", "nora", "fred"]:
        with subtests.test(who=who):
            offer, browser = make_offer(world), sign_in(who)
            url = f"/own-offers/{offer.public_id}"
            assert [browser.get(url + page).status_code for page in PAGES] == [404] * len(PAGES)
            assert [browser.post(url + verb, data=filled(world)).status_code for verb in VERBS] == [404] * len(VERBS)
            assert saved(world)[0].version == 1


def test_only_partners_have_own_offers(world, sign_in, subtests):
    for who in ["clara", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(who=who):
            browser = sign_in(who)
            for url in ("/own-offers", "/own-offers/new", "/slots"):
                assert browser.get(url).status_code == 404


def test_ending_shows_what_it_does_and_refuses_while_somebody_is_booked(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    slot = make_slot(world, offer)
    url = f"/own-offers/{offer.public_id}/end"
    assert "leere Termine fallen weg." in sven.get(url).text
    book(world, slot, world.cast.tarik)
    assert "lässt sich noch nicht beenden" in sven.get(url).text
    answer = sven.post(url)
    assert answer.status_code == 409
    assert "Sagen Sie diese Termine zuerst ab" in answer.text
    assert saved(world)[0].state is OfferState.PUBLISHED


def test_an_empty_list_says_how_to_begin(world, sign_in):
    text = sign_in("sven").get("/own-offers").text
    assert "Sie haben noch kein Angebot." in text
    assert "Neues Angebot" in text


def test_every_way_in_is_explained_in_plain_words(world, sign_in):
    text = sign_in("sven").get("/own-offers/new").text
    for words in ("Einfach hingehen.", "Platz ohne Namen.", "Platz mit Namen.", "Erst anfragen."):
        assert words in text
    assert "gesundheitlich" not in text  # a club may not ask for it
    assert "gesundheitlich" in sign_in("petra").get("/own-offers/new").text


@pytest.mark.parametrize("url", ["/own-offers", "/slots"])
def test_lists_need_the_same_number_of_statements_for_one_and_for_fifty(world, sign_in, url):
    browser, counts = sign_in("sven"), []
    for more in (1, 49):
        for number in range(more):
            offer = make_offer(world, title=f"Angebot {number}", access=Access.ANONYMOUS)
            make_slot(world, offer, starts_at=world.at + timedelta(days=1, minutes=number))
        with counted(world) as seen:
            assert browser.get(url).status_code == 200
        counts.append(len([one for one in seen if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 14


def test_an_offer_that_was_published_by_the_umbrella_is_seen_by_the_club(world, sign_in):
    offer = make_offer(world, title="Nordic Walking")
    for key in ("sven", "kerstin"):
        assert "Nordic Walking" in sign_in(key).get("/own-offers").text
        with world.database.reading() as session:
            assert get_own_offer(session, world.actor(key), offer.public_id).id == offer.id


def test_a_new_date_is_begun_above_the_dates_that_are_there(world, sign_in):
    offer = make_offer(world)
    slot = make_slot(world, offer)
    page = sign_in("sven").get(f"/own-offers/{offer.public_id}").text
    assert page.index(f"/own-offers/{offer.public_id}/series/new") < page.index(f"/slots/{slot.public_id}")
    assert page.count(f"/own-offers/{offer.public_id}/series/new") == 1
