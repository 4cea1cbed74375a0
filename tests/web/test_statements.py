"""Every page that a link leads to asks the database at most twelve times, with one item as with fifty (P7)."""

import pytest

from hub.bench.pages import MOST_STATEMENTS, PageTime, counting, measure_pages, ways_in
from hub.seeds.cast import PASSWORD
from hub.seeds.sheet import Sheet

EVERYBODY = 12  # members of the cast with a role and pages of their own


def too_many(pages: list[PageTime]) -> list[str]:
    """Name each page that asks too often."""
    return [f"{page.who}: {page.statements} at {page.path}" for page in pages if page.statements > MOST_STATEMENTS]


@pytest.mark.slow
def test_no_page_of_the_demo_network_asks_more_than_twelve_times(walked_demo):
    pages = [(who, met) for who, met in walked_demo.met if met.is_page]
    assert [f"{who}: {met.statements} at {met.path}" for who, met in pages if met.statements > MOST_STATEMENTS] == []
    assert len({who for who, _ in pages}) >= EVERYBODY
    assert len({met.rule for _, met in pages}) >= 50
    assert [f"{who}: {met.path}" for who, met in walked_demo.met if met.answer.status_code >= 400] == []


@pytest.mark.slow
def test_no_page_of_an_almost_empty_network_asks_more_than_twelve_times(app, world):
    accounts = [("", user.name, user.email) for user in world.cast.users.values()]
    pages = measure_pages(app, ways_in(Sheet(PASSWORD, accounts)), samples=0)
    assert not too_many(pages)


def test_a_page_that_asks_too_often_is_named(world):
    page = PageTime("clara", "/people/<public_id>", "/people/abc", 1.0, 1.0, MOST_STATEMENTS + 1)
    assert too_many([page]) == ["clara: 13 at /people/abc"]
    with counting(world.database) as statements:
        world.actor("clara")
    assert 1 <= len(statements) <= 4
