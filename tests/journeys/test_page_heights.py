"""What somebody reads standing in a corridor is no longer than a few screens of a telephone."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from hub.seeds.sheet import Sheet
from tests.core_pages import KINDS, Visitors

pytestmark = pytest.mark.browser
WINDOW = {"width": 390, "height": 844}
ROOM = 1.15  # letters of another machine may be wider
# Screens of the demo's pages. A coach's day holds nine people who wait; what a person has booked stands there whole.
MOST = {
    "offer": 2.5,
    "coach-day": 3.95,
    "coach-week": 3.1,
    "people": 3.5,
    "person": 3.1,
    "search": 3.7,
    "step": 1.5,
    "partner-week": 2.0,
    "inbox": 1.5,
    "enquiry": 1.8,
    "form": 2.6,
    "own-dates": 3.7,
}
LONGEST_PERSON = 4.3  # what a coach has to ask about the last weeks stands open


def screens(page: Page) -> float:
    """Return how many screens high the page is."""
    return float(page.evaluate("document.documentElement.scrollHeight / window.innerHeight"))


@pytest.fixture
def visitors(demo: tuple[Flask, Sheet], live_server: Callable[[Flask], str], browser: Browser) -> Visitors:
    app, sheet = demo
    return Visitors(browser, live_server(app).replace("127.0.0.1", "localhost"), sheet)


def test_no_page_of_every_day_is_longer_than_its_bound(visitors: Visitors) -> None:
    kinds = [kind for kind in KINDS if kind.name in MOST]
    assert {kind.name for kind in kinds} == set(MOST)
    for kind in kinds:
        found = height(visitors, kind.who, visitors.path_to(kind))
        assert found <= MOST[kind.name] * ROOM, f"{kind.name} is {found:.2f} screens high"


def test_no_persons_page_is_longer_and_lists_of_a_partner_stay_short(visitors: Visitors) -> None:
    context = visitors.context("clara", viewport=WINDOW, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{visitors.address}/people")
    links = page.locator('main h2 a[href^="/people/"]').evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) >= 15
    for link in links:
        page.goto(visitors.address + link, wait_until="networkidle")
        assert screens(page) <= LONGEST_PERSON * ROOM, f"{link} is {screens(page):.2f} screens high"
    context.close()
    assert height(visitors, "petra", "/inbox/disclosures") <= 3.3 * ROOM
    assert height(visitors, "kerstin", "/phone-list") <= 2.8 * ROOM


def height(visitors: Visitors, who: str, path: str) -> float:
    """Return how many screens high a page is on a telephone."""
    context = visitors.context(who, viewport=WINDOW, reduced_motion="reduce")
    page = context.new_page()
    for _ in range(2):  # the first view may do without our fonts
        page.goto(visitors.address + path, wait_until="networkidle")
    found = screens(page)
    context.close()
    return found
