"""A person at a browser: reads, taps, types; each page met is checked once, and taps are counted."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Locator, Page, Response, expect
from werkzeug.exceptions import HTTPException

from hub.seeds.cast import PASSWORD
from tests.browser import axe

WIDER = "() => document.scrollingElement.scrollWidth > innerWidth"
SCHEME = "() => matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"
PATIENCE = 10_000  # milliseconds until a missing button is a failure
DESK = {"viewport": {"width": 1280, "height": 900}}
THE_WAY_IN = "/login"
NARROWEST = 320  # CSS pixels; the width at which nothing may need sideways scrolling (WCAG 1.4.10)


class Checks:
    """What has been checked so far, so that each kind of page is looked at once for each reader, by any process."""

    def __init__(self, app: Flask, done: Path) -> None:
        self.app, self.done = app, done

    def pattern(self, page: Page) -> str:
        """Return the rule behind the page's address: all persons' pages are one kind."""
        path = page.evaluate("location.pathname")
        try:
            rule, _ = self.app.url_map.bind("").match(path, return_rule=True)
        except HTTPException:
            return str(path)
        return str(rule.rule)

    def look(self, page: Page, who: str) -> None:
        """Assert that nobody is shut out: axe finds nothing, and nothing scrolls sideways, narrow screens included."""
        size = page.viewport_size or {"width": 0, "height": 0}
        pattern = self.pattern(page)
        reader = "" if pattern == THE_WAY_IN else who  # nobody is anybody there
        if not self._first((pattern, page.title(), reader, str(size["width"]), page.evaluate(SCHEME))):
            return
        axe(page)
        for width in sorted({size["width"], NARROWEST}, reverse=True):
            page.set_viewport_size({"width": width, "height": size["height"]})
            assert not page.evaluate(WIDER), f"{page.url} scrolls sideways at {width} px"
        page.set_viewport_size({"width": size["width"], "height": size["height"]})

    def _first(self, kind: tuple[str, ...]) -> bool:
        """Tell whether this kind is met for the first time, and remember it."""
        try:
            (self.done / hashlib.sha256(repr(kind).encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Person:
    """Somebody with a browser of their own. A tap is a click or a tick; typing is none."""

    def __init__(
        self, who: str, context: BrowserContext, address: str, checks: Checks, *, scripts: bool = True
    ) -> None:
        self.who, self.address, self.checks, self.scripts = who, address, checks, scripts
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self.taps = 0

    def open(self, path: str, *, status: int = 200) -> None:
        """Type an address (a path of the house, or a whole address from a mail or a QR code)."""
        target = path if path.startswith("http") else self.address + path
        self._arrived(self.page.goto(target), status)

    def hold(self, name: str, browser: FlaskClient) -> None:
        """Hold the cookie of a browser that is signed in."""
        cookie = browser.get_cookie(name, domain=str(urlsplit(self.address).hostname))
        assert cookie is not None
        self.page.context.add_cookies([{"name": name, "value": cookie.value, "url": self.address}])

    def sign_in(self) -> None:
        """Go through the login page as a member of staff."""
        self.open("/login")
        self.write("E-Mail-Adresse", f"{self.who}@demo.invalid")
        self.write("Passwort", PASSWORD)
        self.press("Anmelden")
        self.taps = 0

    def sign_out(self) -> None:
        """Leave."""
        self.press("Abmelden")

    def press(self, name: str, *, within: Locator | None = None, status: int = 200) -> None:
        """Press a button that sends something."""
        self._follow((within or self.page).get_by_role("button", name=name, exact=True), status)

    def go(
        self, name: str | re.Pattern[str], *, within: Locator | None = None, exact: bool = True, status: int = 200
    ) -> None:
        """Follow a link."""
        self._follow((within or self.page).get_by_role("link", name=name, exact=exact), status)

    def unfold(self, name: str) -> None:
        """Open a folded part."""
        self.page.locator("summary", has_text=name).click()
        self.taps += 1

    def choose(self, *names: str, within: Locator | None = None) -> None:
        """Tick boxes, or choose among radio buttons, by what their labels begin with."""
        for name in names:
            part, label = within or self.page, re.compile(rf"^\s*{re.escape(name)}(?!\w)")
            part.get_by_role("checkbox", name=label).or_(part.get_by_role("radio", name=label)).check()
            self.taps += 1

    def pick(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.page.get_by_label(label, exact=True).select_option(label=option)
        self.taps += 1

    def write(self, label: str, text: str) -> None:
        """Type into a field."""
        self.page.get_by_label(label, exact=True).fill(text)

    def reads(self, *texts: str) -> None:
        """Assert that these words stand on the page where they can be seen."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def headline(self, text: str) -> None:
        """Assert what the page says first."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def misses(self, *texts: str) -> None:
        """Assert that none of these words stands anywhere in the page's source."""
        source = self.page.content().casefold()
        for text in texts:
            assert text.casefold() not in source, f"“{text}” stands on {self.page.url}"

    def part(self, heading: str) -> Locator:
        """Return the section under a heading."""
        return (
            self.page.locator("section, article, li")
            .filter(has=self.page.get_by_role("heading", name=heading, exact=True))
            .last
        )

    @contextmanager
    def counting(self, most: int) -> Iterator[None]:
        """Count taps; too many is a failure."""
        before = self.taps
        yield
        taps = self.taps - before
        assert taps <= most, f"{self.who} needed {taps} taps where {most} must do"

    def _follow(self, target: Locator, status: int) -> None:
        with self.page.expect_navigation() as arriving:
            target.click()
        self.taps += 1
        self._arrived(arriving.value, status)

    def _arrived(self, response: Response | None, status: int) -> None:
        if response is not None:
            assert response.status == status, f"{response.status} instead of {status} at {response.url}"
        self.look()

    def look(self) -> None:
        """Check the page as it stands; without scripts the checks themselves could not run."""
        if self.scripts:
            self.checks.look(self.page, self.who)
