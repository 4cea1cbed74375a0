"""The rings around a place: how far it is, drawn without anybody's map, and said in a list as well."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from hub.models.location import Location
from hub.models.offer import Form
from tests.catalogue import make_offer, make_slot

DAY = timedelta(days=1)


@pytest.fixture
def visitor(app):
    return app.test_client()


@pytest.fixture
def places(world):
    """Give one offer in the gym, two in the north-east, one online and one at home."""
    with world.database.transaction() as session:
        far = Location(
            organisation_id=world.cast.club.id,
            name="Halle <Nordost>",
            municipality_code="14627140",
            latitude=51.1679,
            longitude=13.6372,
        )
        session.add(far)
        session.flush()
        for title, more in (
            ("Nah", {}),
            ("Fern", {"location_id": far.id}),
            ("Auch fern", {"location_id": far.id}),
            ("Am Bildschirm", {"form": Form.ONLINE, "location_id": None}),
            ("Zu Hause", {"form": Form.HOME_VISIT}),
        ):
            make_slot(session, make_offer(session, world, title, **more), world.at + DAY)


def rings(text):
    """Return the drawing of a page as XML, or None."""
    found = re.search(r"<svg class=\"rings\".*?</svg>", text, re.DOTALL)
    return ET.fromstring(found[0]) if found else None


def test_the_drawing_has_rings_a_dot_for_each_place_and_nothing_from_elsewhere(places, visitor):
    text = visitor.get("/offers?near=Coswig&km=20").text
    drawing = rings(text)
    assert drawing.get("role") == "img"
    assert "Coswig in der Mitte, Ringe bei 5, 10, 20 Kilometern" in drawing.get("aria-label")
    assert len(drawing.findall("circle[@class='ring']")) == 3
    dots = drawing.findall("g[@class='place']")
    assert [dot.find("title").text for dot in dots] == ["Sporthalle Coswig", "Halle <Nordost>"]
    assert [dot.find("text").text for dot in dots] == ["1", "2"]
    assert "http" not in ET.tostring(drawing).decode()


def test_a_dot_lies_where_its_place_is(places, visitor):
    drawing = rings(visitor.get("/offers?near=Coswig&km=20").text)
    middle = float(drawing.find("circle[@class='start']").get("cx"))
    outer = float(drawing.find("circle[@class='ring']").get("r"))
    far = drawing.findall("g[@class='place']/circle")[1]
    east, south = float(far.get("cx")) - middle, float(far.get("cy")) - middle
    assert east > 0 > south, "north-east is up and to the right"
    assert (east**2 + south**2) ** 0.5 * 20 / outer == pytest.approx(5.6, abs=0.2)


def test_the_list_says_the_same_with_distance_direction_and_number(places, visitor):
    text = visitor.get("/offers?near=Coswig&km=20").text
    listed = re.sub(r"<[^>]+>|\s+", " ", text.partition('class="ring-places"')[2].partition("</ol>")[0])
    listed = re.sub(" +", " ", listed)
    assert "Sporthalle Coswig im Ort, 1 Angebot" in listed
    assert "Halle &lt;Nordost&gt; 5 km nordöstlich, 2 Angebote" in listed
    assert "Dazu 2 Angebote ohne Weg: am Bildschirm oder bei Ihnen zu Hause." in text


@pytest.mark.parametrize(
    "query", ["", "?near=Atlantis", "?near=Coswig&words=Bildschirm", "?near=Coswig&words=gibtesnicht"]
)
def test_without_a_place_or_anything_around_it_nothing_is_drawn(places, visitor, query):
    assert rings(visitor.get(f"/offers{query}").text) is None


def test_the_search_counts_each_wish_and_leads_to_free_places(places, visitor):
    text = visitor.get("/offers?near=Coswig&km=20").text
    for words in ("Gruppe (3)", "Di (5)", "Platz ohne Namen (5)", "Deutsch (5)", "stufenlos erreichbar (3)"):
        assert words in text, words
    assert 'href="/offers?near=Coswig&amp;km=20&amp;free=yes"' in text
    free = visitor.get("/offers?near=Coswig&km=20&free=yes").text
    assert "Ihre Wünsche: nur mit freiem Platz" in free
    assert 'href="/offers?near=Coswig&amp;km=20&amp;aim=people&amp;free=yes"' in free
    assert 'name="free" value="yes" checked' in free
