"""The page of components: there for builders, absent in production, and nobody is shut out of any component."""

from dataclasses import replace

import pytest

from tests.browser import axe

PAGES = ["/styleguide", "/styleguide?errors=yes", "/styleguide/paper"]
WIDER = "document.scrollingElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("address", PAGES)
def test_builders_see_it_and_production_does_not(app, address):
    assert app.test_client().get(address).status_code == 200
    app.extensions["config"] = replace(
        app.extensions["config"], environment="production", public_url="http://localhost"
    )
    assert app.test_client().get(address).status_code == 404


def test_errors_are_shown_on_request_only(app):
    browser = app.test_client()
    assert "Bitte antworten Sie." not in browser.get("/styleguide").text
    assert "Bitte antworten Sie." in browser.get("/styleguide?errors=yes").text


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(app, live_server, new_context, scheme):
    address = live_server(app).replace("127.0.0.1", "localhost")
    page = new_context(color_scheme=scheme).new_page()
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address + path)
        axe(page)
        page.set_viewport_size({"width": 320, "height": 800})
        assert not page.evaluate(WIDER), path


ACCENT = """() => { const bar = document.createElement("progress"); document.body.append(bar);
    const probe = document.createElement("i"); probe.style.color = "var(--accent)"; document.body.append(probe);
    return [getComputedStyle(bar).accentColor, getComputedStyle(probe).color]; }"""


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "plum"), [("light", "rgb(122, 46, 87)"), ("dark", "rgb(240, 170, 203)")])
def test_what_the_browser_draws_itself_bears_our_accent(app, live_server, new_context, scheme, plum):
    page = new_context(color_scheme=scheme).new_page()
    page.goto(live_server(app).replace("127.0.0.1", "localhost") + PAGES[0])
    assert page.evaluate(ACCENT) == [plum, plum]
