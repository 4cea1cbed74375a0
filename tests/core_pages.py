"""The demo network served in earnest, and the way to one page of each kind in a browser."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from hub.bench.pages import ways_in
from hub.seeds.sheet import Sheet, read_sheet
from tests.browser import chromium
from tests.post import free_port

PATIENCE = 180  # seconds a busy machine may take to load the network
NOBODY = "nobody"


@dataclass(frozen=True)
class Kind:
    """One kind of page: who opens it, where they begin, and the links (CSS) they follow one after another."""

    name: str
    who: str
    start: str
    links: tuple[str, ...] = ()
    end: str = ""  # what is typed behind the address then, where no link leads
    core: bool = True  # whether the budget of a core page holds for it


TARIK = 'main a[href^="/people/"]:has-text("Tarik")'
HOUSE = 'main a[href^="/houses/"]'
KINDS = (
    Kind("start", NOBODY, "/"),
    Kind("catalogue", NOBODY, "/offers"),
    Kind("offer", NOBODY, "/offers", ('main a[href^="/offers/"]',)),
    Kind("sign-in", NOBODY, "/login"),
    Kind("house-day", NOBODY, "/houses", (HOUSE, 'a[rel="next"], a.kern-btn[href*="?day="]')),
    Kind("lobby", NOBODY, "/houses", (HOUSE,), end="/display", core=False),
    Kind("house-sheet", NOBODY, "/houses", (HOUSE,), end="/week", core=False),
    Kind("coach-day", "clara", "/today"),
    Kind("coach-week", "clara", "/week", ('a[href^="/week?week="] >> nth=1',)),
    Kind("people", "clara", "/people"),
    Kind("person", "clara", "/people", (TARIK,)),
    Kind("search", "clara", "/people", (TARIK, 'main a[href^="/find?person="]')),
    Kind(
        "step", "clara", "/people", (TARIK, 'main a[href^="/find?person="]', 'main a[href*="/bookings/new"] >> nth=4')
    ),
    Kind("card-print", "clara", "/people", (TARIK, 'main a[href$="/card"]', 'main a[href$="/card/print"]')),
    Kind("day-sheet", "clara", "/today", ('a[href="/today/sheet"]',), core=False),
    Kind("partner-week", "petra", "/slots", ('a[href^="/slots?week="] >> nth=1',)),
    Kind("inbox", "petra", "/inbox"),
    Kind("enquiry", "petra", "/inbox", ('main a[href^="/inbox/"]:not([href$="disclosures"])',)),
    Kind("form", "petra", "/own-offers/new", core=False),
    Kind("own-dates", "tarik", "/me"),
    Kind("styleguide", NOBODY, "/styleguide", core=False),
    Kind("styleguide-paper", NOBODY, "/styleguide/paper", core=False),
)


@contextmanager
def demo_served() -> Iterator[tuple[str, Sheet]]:
    """Serve a fresh demo network with the server of production on a free port; give its address and its sheet."""
    with TemporaryDirectory() as folder:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        command = [sys.executable, "-m", "hub", "demo", "--port", str(port)]
        log = Path(folder) / "demo.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command, env=environment | {"HUB_DATA": folder}, stdout=output, stderr=output, start_new_session=True
            )
        try:
            address = f"http://127.0.0.1:{port}"
            _await(process, address, log)
            yield address, read_sheet(Path(folder) / "demo.json")
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def demo_visited() -> Iterator["Visitors"]:
    """Serve a fresh demo network and give everybody a browser for it; without Chromium say how to get one."""
    with chromium() as browser:
        if browser is None:
            raise SystemExit("This needs Chromium. On Debian and Ubuntu: sudo apt-get install chromium")
        with demo_served() as (address, sheet):
            yield Visitors(browser, address, sheet)


def _await(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
        except OSError as trouble:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"The demo did not start:\n{log.read_text()}") from trouble
            time.sleep(0.2)
        else:
            return


class Visitors:
    """Everybody of the demo in one browser, each signed in once and remembered by their cookies."""

    def __init__(self, browser: Browser, address: str, sheet: Sheet) -> None:
        self.browser, self.address = browser, address
        self._ways = {way.who: way for way in ways_in(sheet)}
        self._states: dict[str, Any] = {}
        self._paths: dict[str, str] = {}

    def context(self, who: str, **options: Any) -> BrowserContext:
        """Give a fresh browser, its cache empty, in which somebody is signed in."""
        german = {"locale": "de-DE", "timezone_id": "Europe/Berlin"}
        return self.browser.new_context(storage_state=self._state(who), **{**german, **options})

    def path_to(self, kind: Kind) -> str:
        """Find the page of a kind by following its links; return its path, which is the same every time."""
        if kind.name not in self._paths:
            context = self.context(kind.who)
            self._paths[kind.name] = self._follow(context.new_page(), kind)
            context.close()
        return self._paths[kind.name]

    def _follow(self, page: Page, kind: Kind) -> str:
        path = kind.start
        for link in kind.links:
            page.goto(self.address + path)
            path = page.locator(link).first.get_attribute("href", timeout=10_000) or ""
        return path + kind.end

    def _state(self, who: str) -> Any:
        if who not in self._states:
            context = self.browser.new_context(locale="de-DE")
            self._sign_in(context.new_page(), who)
            self._states[who] = context.storage_state()
            context.close()
        return self._states[who]

    def _sign_in(self, page: Page, who: str) -> None:
        way = self._ways[who]
        if not way.path:
            return
        page.goto(self.address + way.path)
        for name, value in way.entries.items():
            page.locator(f'main input[name="{name}"]').fill(str(value))
        with page.expect_navigation():
            page.locator("main form button[type=submit]").first.click()
        assert page.url != self.address + way.path, f"{who} could not sign in"
