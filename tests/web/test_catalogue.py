"""The catalogue and the page of one offer, for the public and for coaches."""

import re
from datetime import timedelta

import pytest

from hub.models.offer import Access, Aim, Form, OfferProgramme, OfferState
from hub.models.slot import SlotState
from tests.catalogue import make_offer, make_slot, statements

DAY = timedelta(days=1)


@pytest.fixture
def visitor(app):
    return app.test_client()


@pytest.fixture
def walk(world):
    """Give an offer without names in three hours and tomorrow, with four of five places free."""
    with world.database.transaction() as session:
        offer = make_offer(session, world, "Spaziergang mit Pausen", summary="Langsam durch den Park.", bring="Schirm")
        make_slot(session, offer, world.at + timedelta(hours=3), taken=1)
        make_slot(session, offer, world.at + DAY, state=SlotState.CALLED_OFF)
    return offer


def test_the_catalogue_stands_by_day_with_place_and_distance(walk, visitor):
    text = visitor.get("/offers?near=Coswig").text
    assert "Heute, Montag" in text
    assert "Spaziergang mit Pausen" in text
    assert "Sporthalle Coswig · 1\N{NO-BREAK SPACE}km" in text
    assert "1 Angebot passt." in text


def test_the_public_learns_free_or_full_and_coaches_how_many(world, walk, visitor, sign_in):
    public, coach = visitor.get("/offers").text, sign_in("clara").get("/offers").text
    assert "Plätze frei" in public
    assert "4 Plätze frei" not in public
    assert "4 Plätze frei" in coach


def test_a_full_date_says_so_and_an_open_one_needs_nobody(world, visitor):
    with world.database.transaction() as session:
        full = make_offer(session, world, "Voller Kurs")
        make_slot(session, full, world.at + DAY, places=2, taken=2)
        cafe = make_offer(session, world, "Café", access=Access.OPEN, aim=Aim.PEOPLE)
        make_slot(session, cafe, world.at + DAY, places=0)
    text = visitor.get("/offers").text
    assert "<span>voll</span>" in text
    assert "<span>einfach hingehen</span>" in text
    people = visitor.get("/offers?aim=people").text
    assert "Café" in people
    assert "Voller Kurs" not in people
    assert '<a href="/offers?aim=people" aria-current="true">' in people


def test_an_aim_keeps_the_rest_of_the_search(visitor):
    text = visitor.get("/offers?near=01640&km=20&day=1&time=morning&step_free=yes&language=tr&aim=move").text
    for part in ("near=01640", "km=20", "day=1", "time=morning", "step_free=yes", "language=tr", "aim=mind"):
        assert f"{part}&" in text or f'{part}"' in text or f"{part}&amp;" in text
    assert '<input type="hidden" name="aim" value="move">' in text
    assert "Ihre Wünsche: Di, vormittags, Türkisch, stufenlos erreichbar" in text


def test_nothing_found_shows_the_nearest_way_out(walk, visitor):
    text = visitor.get("/offers?near=Nossen&km=5").text
    assert "Hier passt gerade nichts." in text
    assert "Bis 30\N{NO-BREAK SPACE}km gibt es ein Angebot." in text or "Bis 30 km gibt es ein Angebot." in text
    assert 'href="tel:' in text
    assert "Am Montag gibt es ein Angebot." in visitor.get("/offers?day=6").text
    times = visitor.get("/offers?time=evening").text
    assert "Zu anderen Zeiten gibt es ein Angebot." in times
    words = visitor.get("/offers?words=Wassergymnastik").text
    assert "Mit weniger Wünschen gibt es ein Angebot." in words
    assert "Wir suchen mit Ihnen." in visitor.get("/offers?language=vi").text


def test_an_unknown_place_is_said_at_the_field_and_entries_stay(walk, visitor):
    text = visitor.get("/offers?near=Atlantis&km=20").text
    assert "Diesen Ort kennen wir nicht." in text
    assert 'value="Atlantis"' in text
    assert 'aria-describedby="near-error"' in text


def test_a_place_with_two_meanings_offers_the_other(visitor):
    text = visitor.get("/offers?near=Neukirch").text
    assert "Meinten Sie:" in text
    assert "Neukirch/Lausitz</a>" in text


@pytest.mark.parametrize(
    "query", ["km=0&near=Coswig", "day=9&day=x", "page=-1", "page=99999999999", "aim=x", "time=noon", "language=%25"]
)
def test_strange_addresses_are_answered_calmly(walk, visitor, query):
    answer = visitor.get(f"/offers?{query}")
    assert answer.status_code == 200


def test_pages_lead_on_and_back(world, visitor):
    with world.database.transaction() as session:
        for number in range(23):
            make_slot(session, make_offer(session, world, f"Offer {number:02}"), world.at + number * DAY + DAY)
    first, second = visitor.get("/offers?aim=move").text, visitor.get("/offers?aim=move&page=2").text
    assert 'href="/offers?aim=move&amp;page=2" rel="next"' in first
    assert 'href="/offers?aim=move&amp;page=1" rel="prev"' in second
    assert "Offer 19" in first
    assert "Offer 20" not in first
    assert "Offer 22" in second
    assert "Auf dieser Seite steht nichts mehr." in visitor.get("/offers?page=7").text


@pytest.mark.parametrize("many", [1, 50])
def test_the_number_of_statements_does_not_grow(world, visitor, many):
    with world.database.transaction() as session:
        for number in range(many):
            make_slot(session, make_offer(session, world, f"Offer {number}"), world.at + DAY)
    with statements(world.database) as asked:
        assert visitor.get("/offers?near=Coswig").status_code == 200
    assert len(asked) == 3


def test_the_page_of_an_offer_says_when_where_and_how(walk, visitor):
    text = visitor.get(f"/offers/{walk.public_id}").text
    for words in ("Montag, 14.", "11:30", "fällt aus", "Am Sportplatz 5, 01640 Coswig", "ohne Stufen", "Schirm"):
        assert words in text
    assert "Ohne Namen heißt" in text
    assert 'href="tel:035235550140"' in text
    assert f'<link rel="canonical" href="http://localhost/offers/{walk.public_id}">' in text
    assert "Für jemanden buchen" not in text


def test_a_coach_comes_from_the_offer_to_booking(walk, sign_in):
    text = sign_in("clara").get(f"/offers/{walk.public_id}").text
    assert f'href="/find?offer={walk.public_id}"' in text


def test_offers_of_networks_and_drafts_do_not_exist_for_others(world, visitor, sign_in):
    with world.database.transaction() as session:
        inside = make_offer(session, world, "Inside", public=False)
        session.add(OfferProgramme(offer_id=inside.id, programme_id=world.cast.resilience.id))
        draft = make_offer(session, world, "Draft", state=OfferState.DRAFT, form=Form.COURSE)
        make_slot(session, inside, world.at + DAY)
    fred = sign_in("fred")
    assert [fred.get(f"/offers/{one.public_id}").status_code for one in (inside, draft)] == [404, 404]
    assert visitor.get(f"/offers/{inside.public_id}").status_code == 404
    assert "Inside" not in visitor.get("/offers").text
    assert "Inside" in sign_in("cem").get("/offers").text
    assert "Nur Sie sehen es." in sign_in("sven").get(f"/offers/{draft.public_id}").text
    assert fred.get("/offers/unknown").status_code == 404


def test_needs_carry_their_number_of_offers_and_this_evening_is_one_tap(world, walk, visitor):
    text = visitor.get("/offers?near=Coswig").text
    assert re.findall(r"[\w ]+ \(1\)", text.partition('class="aims"')[2].partition("</ul>")[0]) == ["Bewegen (1)"]
    evening = "/offers?near=Coswig&amp;km=10&amp;time=evening&amp;when=today"
    assert f'href="{evening}"' in text
    page = visitor.get(evening.replace("&amp;", "&")).text
    assert "Ihre Wünsche: abends, ab 17 Uhr, nur heute" in page
    assert "Zu anderen Zeiten gibt es ein Angebot." in page
    assert "Ihre Wünsche: zu zweit: jemand darf mitkommen" in visitor.get("/offers?with=someone").text


def test_words_that_stand_nowhere_bring_what_is_spelt_alike_and_say_so(world, walk, visitor):
    text = visitor.get("/offers?words=Spazirgang").text
    assert "Genau „Spazirgang“ steht in keinem Angebot." in text
    assert "Spaziergang mit Pausen" in text
    assert "Genau „" not in visitor.get("/offers?words=Spaziergang").text
