"""What search engines read: schema.org data, canonical addresses, the list of pages, rules for robots; public only."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from hub.models.location import Location
from hub.models.offer import Access, Form, Freshness, OfferProgramme, OfferState
from hub.models.slot import SlotState
from tests.catalogue import make_offer, make_slot

DAY = timedelta(days=1)
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
MARKS = ('rel="canonical"', "application/ld+json")


def graph(app, offer):
    """Return what the page of an offer says to search engines."""
    (found,) = DATA.findall(app.test_client().get(f"/offers/{offer.public_id}").text)
    data = json.loads(found)
    assert data["@context"] == "https://schema.org"
    return data["@graph"]


@pytest.fixture
def dance(world):
    """Give an offer with a free, a full, a called-off and an unsettled date."""
    with world.database.transaction() as session:
        offer = make_offer(
            session, world, "Tanz </script>", summary="Langsam.", women_only=True, languages=["de", "tr"]
        )
        make_slot(session, offer, world.at + DAY, taken=1)
        make_slot(session, offer, world.at + 2 * DAY, places=2, taken=2)
        make_slot(session, offer, world.at + 3 * DAY, state=SlotState.CALLED_OFF)
        make_slot(session, offer, world.at + 4 * DAY, state=SlotState.UNSETTLED)
    return offer


def test_every_date_is_an_event_with_place_and_organiser(app, world, dance):
    events = graph(app, dance)
    assert [one["@type"] for one in events] == ["Event"] * 3
    first = events[0]
    assert (first["name"], first["description"]) == ("Tanz </script>", "Langsam.")
    assert (first["startDate"], first["endDate"]) == ("2026-09-15T08:30:00+02:00", "2026-09-15T09:30:00+02:00")
    assert first["location"]["address"]["addressLocality"] == "Coswig"
    assert first["organizer"]["name"] == world.cast.club.name
    assert (first["inLanguage"], first["isAccessibleForFree"]) == (["de", "tr"], True)
    assert first["audience"] == {"@type": "PeopleAudience", "suggestedGender": "female"}
    assert {"@type": "LocationFeatureSpecification", "name": "ohne Stufen", "value": True} in first["location"][
        "amenityFeature"
    ]


def test_of_places_it_says_only_whether_there_are_any(app, dance):
    events = graph(app, dance)
    assert [one["offers"]["availability"].rpartition("/")[2] for one in events] == ["InStock", "SoldOut", "SoldOut"]
    assert [one["eventStatus"].rpartition("/")[2] for one in events] == ["EventScheduled"] * 2 + ["EventCancelled"]
    assert "Capacity" not in json.dumps(events)
    assert events[0]["offers"]["description"] == "Plätze frei"


def test_an_online_date_does_not_tell_its_address_and_a_visit_no_place(app, world):
    link = "https://meet.example/secret"
    with world.database.transaction() as session:
        online = make_offer(session, world, "Am Bildschirm", form=Form.ONLINE, location_id=None, join_link=link)
        visit = make_offer(session, world, "Besuch", form=Form.HOME_VISIT, access=Access.REQUEST)
        hidden = make_offer(session, world, "Verschollen", freshness=Freshness.HIDDEN)
        for offer in (online, visit, hidden):
            make_slot(session, offer, world.at + DAY)
    (event,), (service,), (lost,) = graph(app, online), graph(app, visit), graph(app, hidden)
    assert event["location"] == {"@type": "VirtualLocation", "url": f"http://localhost/offers/{online.public_id}"}
    assert "meet.example" not in json.dumps(event)
    assert (service["@type"], service["areaServed"]["name"]) == ("Service", "Coswig")
    assert world.cast.gym.name not in json.dumps(service)
    assert lost["@type"] == "Service"


def test_nothing_behind_the_login_says_anything_to_search_engines(app, dance, sign_in):
    page = f"/offers/{dance.public_id}"
    for path in (page, "/offers", "/houses"):
        assert not any(mark in sign_in("clara").get(path).text for mark in MARKS), path
    assert all(mark in app.test_client().get(page).text for mark in MARKS)


def test_searches_have_one_address_for_search_engines(app):
    text = app.test_client().get("/offers?aim=move&page=2").text
    assert '<link rel="canonical" href="http://localhost/offers">' in text


def listed(app):
    tree = ET.fromstring(app.test_client().get("/sitemap.xml").data)
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    return [node.text for node in tree.findall("s:url/s:loc", spaces)]


def test_the_list_of_pages_names_public_published_offers_and_houses_only(app, world, dance):
    with world.database.transaction() as session:
        make_offer(session, world, "Entwurf", state=OfferState.DRAFT)
        make_offer(session, world, "Raum", form=Form.ROOM)
        make_offer(session, world, "Verschollen", freshness=Freshness.HIDDEN)
        inside = make_offer(session, world, "Innen", public=False)
        session.add(OfferProgramme(offer_id=inside.id, programme_id=world.cast.resilience.id))
        house = session.get_one(Location, world.cast.clinic_house.id)
        house.house = True
    found = listed(app)
    assert f"http://localhost/houses/{house.public_id}" in found
    assert [one for one in found if "/offers/" in one] == [f"http://localhost/offers/{dance.public_id}"]
    assert all(app.test_client().get(one.removeprefix("http://localhost")).status_code == 200 for one in found)


def test_robots_learn_where_the_list_is_and_may_fetch_feeds(app):
    answer = app.test_client().get("/robots.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text
    assert "/feeds" not in answer.text
    assert "Disallow: /\n" not in answer.text


@pytest.mark.slow
def test_in_the_whole_demo_only_public_pages_speak_to_search_engines_and_none_names_a_person(walked_demo):
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, walked_demo.family_names))})\b")
    nobody = {way.who for way in walked_demo.ways if not way.path}
    speaking, named = set(), []
    for who, met in walked_demo.met:
        if met.answer.mimetype != "text/html":
            continue  # a table to take along
        if any(mark in met.answer.text for mark in MARKS):
            speaking.add(who)
        named += [met.path for data in DATA.findall(met.answer.text) if names.search(data)]
    assert speaking == nobody
    assert named == []
