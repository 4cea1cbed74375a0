"""Houses in a real browser: the lobby legible from five metres, in both lights; the other pages for everybody."""

from datetime import timedelta

import pytest

from hub.models.location import Location
from hub.models.offer import Access
from hub.models.slot import SlotState
from tests.browser import AXE, axe, describe
from tests.places import make_offer, make_slot

pytestmark = pytest.mark.browser
LANDSCAPE, PORTRAIT = {"width": 1920, "height": 1080}, {"width": 1080, "height": 1920}
SMALLEST = 36  # CSS pixels on a screen 1920 wide: 22 mm on one of 55 inches, read from five metres
SIZES = """() => [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .map(e => parseFloat(getComputedStyle(e).fontSize))"""
OVERFLOWING = """() => [
  document.scrollingElement.scrollWidth > innerWidth, document.scrollingElement.scrollHeight > innerHeight]"""


@pytest.fixture(scope="session", params=["sqlite"])
def database_kind(request):
    return request.param


@pytest.fixture
def full_house(world):
    """The town hall on a busy morning: more dates than fit, with long names, and one called off."""
    house = world.cast.locations["town_hall"]
    with world.database.transaction() as session:
        session.get_one(Location, house.id).house = True
    titles = ("Malen ohne Vorkenntnisse und ohne Angst vor dem weißen Blatt", "Kaffee und Reden", "Rückencheck")
    for number in range(9):
        offer = make_offer(
            world,
            title=titles[number % 3],
            access=Access.OPEN if number % 2 else Access.ANONYMOUS,
            location_id=house.id,
        )
        state = SlotState.CALLED_OFF if number == 4 else SlotState.PLANNED
        room = house.rooms[0].id if number % 3 == 0 else None
        make_slot(world, offer, starts_at=world.at + timedelta(minutes=20 + 40 * number), room_id=room, state=state)
    return house


def address_of(live_server, app):
    """Return where the house is served, under the name it trusts."""
    return live_server(app).replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
@pytest.mark.parametrize(("scheme", "own_font"), [("light", True), ("dark", True), ("light", False)])
def test_a_full_lobby_fits_and_reads_from_afar(app, full_house, live_server, new_context, size, scheme, own_font):
    page = new_context(viewport=size, color_scheme=scheme, java_script_enabled=True).new_page()
    if not own_font:  # it is optional: a slow line goes without it, and the system's is wider
        page.route("**/*.woff2", lambda request: request.abort())
    page.goto(f"{address_of(live_server, app)}/houses/{full_house.public_id}/display")
    assert min(page.evaluate(SIZES)) >= SMALLEST
    assert page.evaluate(OVERFLOWING) == [False, False]
    axe(page)
    only = {"runOnly": ["color-contrast-enhanced"], "rules": {"color-contrast-enhanced": {"enabled": True}}}
    page.evaluate(AXE)
    found = page.evaluate("only => axe.run(document, only).then(found => found.violations)", only)
    assert not found, "\n".join(map(describe, found))


def test_an_empty_lobby_and_a_telephone_show_no_scrollbar_sideways(app, world, live_server, new_context):
    house = world.cast.locations["town_hall"]
    with world.database.transaction() as session:
        session.get_one(Location, house.id).house = True
    address = f"{address_of(live_server, app)}/houses/{house.public_id}/display"
    for width, height in ((1920, 1080), (390, 844), (320, 640)):
        page = new_context(viewport={"width": width, "height": height}).new_page()
        page.goto(address)
        assert page.get_by_text("Für heute war das alles.").is_visible()
        assert page.evaluate(OVERFLOWING)[0] is False
        axe(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_of_the_pages_of_a_house(app, full_house, live_server, new_context, scheme):
    page, address = new_context(color_scheme=scheme).new_page(), address_of(live_server, app)
    for path in ("/houses", f"/houses/{full_house.public_id}", f"/houses/{full_house.public_id}/week"):
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address + path)
            assert page.evaluate(OVERFLOWING)[0] is False or path.endswith("/week")  # a sheet has the width of paper
        axe(page)
