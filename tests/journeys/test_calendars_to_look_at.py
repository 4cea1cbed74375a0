"""Weeks and room days with everything in them: nothing scrolls sideways, paper has the drawing, large type is large."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.models.offer import Access
from hub.models.slot import SlotState
from tests.journeys.people import WIDER
from tests.places import book, give_card, make_offer, make_slot
from tests.web.test_room_days import date_in

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsgymnastik für Fortgeschrittene"
SIZES = """() => Object.fromEntries([...document.querySelectorAll('body *')]
  .filter(one => [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim()))
  .filter(one => one.checkVisibility() && !one.closest('.size-switch'))
  .map(one => [one.tagName + ' ' + one.textContent.trim().slice(0, 60), parseFloat(getComputedStyle(one).fontSize)]))"""


@pytest.fixture
def everything(house):
    """Fill one week of the club with every state, a night, a whole day and thirty dates on one day; return an offer."""
    world = house.world
    offer = make_offer(world, title=LONG)
    for number, state in enumerate(SlotState):
        make_slot(world, offer, starts_at=world.at + DAY, state=state, places=12 + number)
    book(world, make_slot(world, offer, places=1), world.cast.tarik)
    book(world, make_slot(world, make_offer(world, access=Access.OPEN, title=LONG), places=0), world.cast.heinz)
    make_slot(world, offer, starts_at=world.at + timedelta(hours=14), minutes=600)
    make_slot(world, offer, starts_at=world.at.replace(hour=22, minute=0) + 5 * DAY, minutes=24 * 60)
    for number in range(30):
        make_slot(world, offer, starts_at=world.at + 4 * DAY + timedelta(minutes=15 * number), minutes=15)
    make_slot(world, offer, starts_at=datetime(2026, 10, 24, 22, tzinfo=UTC), minutes=25 * 60)
    date_in(world, hours=0.5, owner="town", title=LONG, minutes=30)
    date_in(world, hours=1.5, title=LONG)
    date_in(world, hours=6.5, public=False, owner="clinic")
    return offer


def paths(house):
    rooms = f"/locations/{house.world.cast.locations['town_hall'].public_id}/rooms"
    weeks = ("/slots?week=2026-W38", "/slots?week=2026-W38&view=list", "/slots?week=2026-W43", "/slots?week=2027-W09")
    return {"sven": weeks, "clara": ("/week?week=2026-W38", "/week?week=2026-W38&view=table"), "gudrun": (rooms,)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 640, 1280])  # a telephone; 1280 at twice the size; a desk
def test_nothing_scrolls_sideways_and_axe_finds_nothing(house, everything, width, scheme):
    for who, found in paths(house).items():
        person = house.staff(who, viewport={"width": width, "height": 900}, color_scheme=scheme)
        for path in found:
            person.open(path)
            assert not person.page.evaluate(WIDER), path


def test_paper_shows_the_drawing_of_a_room_day_and_its_table(house, everything):
    gudrun = house.staff("gudrun")
    gudrun.open(paths(house)["gudrun"][0])
    drawing = gudrun.page.locator(".room-day")
    assert not drawing.is_visible()
    gudrun.page.emulate_media(media="print")
    assert drawing.is_visible()
    assert gudrun.page.get_by_role("table").is_visible()


@pytest.mark.parametrize(
    "path", ["/me", "/me/offers", "/me/consents", "/me/known", "/me/subscriptions", "/me/exclusions"]
)
def test_in_large_type_every_text_of_a_persons_page_is_larger(house, path):
    world = house.world
    offer = make_offer(world, title="Rückenschule")
    book(world, make_slot(world, offer), world.cast.tarik)
    make_slot(world, make_offer(world, title="Offener Treff", access=Access.OPEN), starts_at=world.at + 2 * DAY)
    tarik = house.person("tarik")
    tarik.open(f"/card/{give_card(world, world.cast.tarik)}")
    tarik.write("PIN", "4711")
    tarik.press("Meine Termine zeigen")
    tarik.open(path)
    normal = tarik.page.evaluate(SIZES)
    tarik.open(f"{path}?size=large")
    large = tarik.page.evaluate(SIZES)
    assert len(normal) > 10
    assert {text: (size, large.get(text)) for text, size in normal.items() if large.get(text, 0) < 1.3 * size} == {}
