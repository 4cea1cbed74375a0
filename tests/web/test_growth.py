"""What many others do slows nobody's page: no statement of a page walks through everybody's rows (P8)."""

import pytest

from hub.models.subscription import FeedKind
from tests.catalogue import statements
from tests.feeds import fetch, subscribe
from tests.loop import accepted_enquiry
from tests.multitude import GROWING_TABLES, add_multitude
from tests.plans import explain, walked

MANY = 6000  # of few, PostgreSQL reads the whole table with good reason
PAGES = {
    "clara": ("/today", "/people", "/week", "/untold", "/letters", "/calls", "/reprints", "/account", "/find"),
    "frank": ("/participations",),
    "petra": ("/inbox", "/inbox/disclosures", "/slots", "/figures"),
    "sven": ("/inbox", "/slots"),
    "otto": ("/operation",),
    "": ("/offers", "/offers?aims=move&free=1"),
}
BOUNDED = {
    # of the log the newest rows alone (test_log_chain.py); mails are counted along an index of their states
    "/operation": {"log_entries", "log_chain", "notices"},
    # what waits to be called or printed is found among what waits at all, which the worker keeps short
    "/letters": {"notices"},
    "/calls": {"notices"},
}


@pytest.fixture(name="_multitude")
def fixture_multitude(world):
    """Put one enquiry of its own into the world, and very many people, dates and enquiries of others."""
    accepted_enquiry(world)
    add_multitude(world, MANY)


def walks(world, asked) -> list[tuple[set[str], str]]:
    """Return which growing tables the statements read from end to end, each with its plan."""
    plans = [explain(world.database, *one) for one in asked if one[0].startswith(("SELECT", "WITH"))]
    assert plans
    return [(found, plan) for plan in plans if (found := walked(plan, GROWING_TABLES))]


@pytest.mark.slow
@pytest.mark.usefixtures("_multitude")
def test_no_page_and_no_feed_walks_through_what_others_do(world, app, sign_in, subtests):
    for who, paths in PAGES.items():
        browser = sign_in(who) if who else app.test_client()
        for path in paths:
            with subtests.test(who, path=path):
                with statements(world.database) as asked:
                    assert browser.get(path).status_code == 200
                assert len(asked) <= 12
                found = [one for one in walks(world, asked) if one[0] - BOUNDED.get(path, set())]
                assert not found, "\n".join(plan for _, plan in found)
    with subtests.test("feed"):
        check_feed(world, app)


def check_feed(world, app) -> None:
    """A coach's calendar is made from the coach's own dates."""
    _, token = subscribe(world, world.actor("clara"), kind=FeedKind.COACH)
    with statements(world.database) as asked:
        assert fetch(app, token).status_code == 200
    assert any("bookings" in statement for statement, _ in asked)
    assert walks(world, asked) == []
