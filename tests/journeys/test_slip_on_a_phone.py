"""A sheet on a telephone: it is as wide as the screen, nothing of it is cut off, and paper stays as it is."""

import pytest

from tests.journeys.conftest import House
from tests.journeys.people import Person
from tests.places import book, make_offer, make_slot

CUT = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.className)"
WIDTHS = {"slip": 559, "large": 794}  # CSS pixels of 148 and 210 mm


@pytest.mark.browser
def test_a_slip_fits_on_a_telephone(house: House) -> None:
    tarik = house.world.cast.tarik
    book(house.world, make_slot(house.world, make_offer(house.world)), tarik)
    clara = house.staff("clara", viewport={"width": 390, "height": 844})
    clara.open(f"/people/{tarik.public_id}/card")
    clara.press("Karte ausgeben")
    clara.press("Zettel drucken")
    fits(clara, "slip")
    clara.open(f"/people/{tarik.public_id}/card/print?size=large")
    clara.press("Große Schrift drucken")
    fits(clara, "large")


def fits(clara: Person, size: str) -> None:
    clara.reads("Meine nächsten Termine")
    for width in (390, 320):
        clara.page.set_viewport_size({"width": width, "height": 844})
        clara.page.evaluate("document.fonts.ready")
        assert clara.page.locator(".paper-scroll, .paper").evaluate_all(CUT) == [], (size, width)
    clara.page.set_viewport_size({"width": 1280, "height": 900})
    assert clara.page.locator(f".paper.{size}").evaluate("one => one.offsetWidth") == WIDTHS[size]
