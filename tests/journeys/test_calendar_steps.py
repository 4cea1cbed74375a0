"""The page with a new address on a telephone: six pictures, the steps behind each, and nobody outside is asked."""

import pytest

from tests.browser import axe
from tests.feeds import sign_in_person

PROGRAMS = ("iphone", "android", "outlook", "windows", "thunderbird", "google")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_each_picture_opens_its_steps_and_nothing_comes_from_elsewhere(house, world, new_context, scripts):
    context = new_context(java_script_enabled=scripts, viewport={"width": 320, "height": 740})
    cookie = sign_in_person(house.app, world, "tarik").get_cookie("session", "127.0.0.1")
    context.add_cookies([{"name": "session", "value": cookie.value, "url": house.address}])
    page = context.new_page()
    asked, sizes = [], {}
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}) if answer.ok else None)
    page.goto(f"{house.address}/me/subscriptions/new")
    page.get_by_label("eine Stunde vorher").check()
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("button", name="Ja, so einrichten").click()
    assert page.get_by_role("link", name="Abonnieren", exact=True).is_visible()
    for name in PROGRAMS:
        program = page.locator(f"details#{name}")
        assert not program.locator("ol").first.is_visible()
        program.locator("summary").first.click()
        if name == "google":
            assert page.get_by_text("Google speichert dann Ihre Termine").is_visible()
            assert not program.locator("ol").is_visible()
            program.locator("summary").nth(1).click()
        assert program.locator("ol li svg").count() == 3
        assert all(one.is_visible() for one in program.locator("ol li svg").all())
        assert page.locator("details.program[open]").count() == 1
        for width in (320, 390) if scripts else ():
            page.set_viewport_size({"width": width, "height": 740})
            assert not page.evaluate("document.scrollingElement.scrollWidth > innerWidth"), (name, width)
        if scripts:
            axe(page)
    if scripts:
        drawings = page.locator("details.program svg")
        assert drawings.evaluate_all("all => all.every(one => one.ariaHidden === 'true')")
        assert drawings.evaluate_all("all => Math.max(...all.map(one => one.outerHTML.length))") <= 1500
    assert asked
    assert {url for url in asked if not url.startswith((house.address, "data:"))} == set()
    assert sizes[f"{house.address}/me/subscriptions"] < 150_000
