"""How long the server takes for each page, and how often it asks the database, as each kind of visitor (P7)."""

import re
import statistics
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from hub import clock
from hub.app import create_app
from hub.bench.figures import Figure, p95
from hub.bench.rooms import Rooms
from hub.bench.serving import free_port
from hub.config import load
from hub.db import Database
from hub.errors import ConfigurationError
from hub.seeds.demo import load_demo
from hub.seeds.sheet import Sheet

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LINK = re.compile(r'href="(/[^"#]*)')
MOST_STATEMENTS, MOST = 12, 60.0  # milliseconds
TOLD = 15  # of the slowest pages a line each
REFERENCE = "/healthz"
CONTROL = ("PRAGMA", "BEGIN", "SAVEPOINT")


@dataclass(frozen=True)
class Way:
    """How somebody signs in: who it is, the address of the form, and what is typed there."""

    who: str
    path: str
    entries: dict[str, str]


@dataclass(frozen=True)
class PageTime:
    """One kind of page as one kind of visitor met it; times in milliseconds, ratio to the reference of the same run."""

    who: str
    rule: str
    path: str
    median: float
    p95: float
    statements: int
    ratio: float = 0.0


@dataclass(frozen=True)
class Met:
    """What a link led to: rule, address, answer, and how many statements it took."""

    rule: str
    path: str
    answer: Any
    statements: int

    @property
    def is_page(self) -> bool:
        """Tell whether it is a page; a table to fill in has no links."""
        return bool(self.answer.status_code == 200 and self.answer.mimetype == "text/html")


def measure_demo(rooms: Rooms, *, samples: int) -> Iterator[Figure]:
    """Time every page of a fresh demo network as each kind of visitor meets it; the slowest are told (p95 in ms)."""
    app, sheet = demo_of(rooms, rooms.empty("pages"))
    pages = sorted(measure_pages(app, ways_in(sheet), samples=samples), key=lambda page: page.p95, reverse=True)
    over = sum(page.statements > MOST_STATEMENTS for page in pages)
    what = f"pages with more than {MOST_STATEMENTS} statements, of {len(pages)}"
    yield Figure("P7", rooms.kind, what, over, "pages", most=0)
    over = sum(page.p95 > MOST for page in pages)
    yield Figure("P7", rooms.kind, f"pages above {MOST:.0f} ms, of {len(pages)}", over, "pages", most=0)
    for page in pages[:TOLD]:
        what = f"p95 for {page.who}: {page.rule}; p50 {page.median:.1f} ms; {page.statements} statements"
        yield Figure("P7", rooms.kind, what, page.p95, "ms", page.median / page.ratio, most=MOST)


def demo_of(rooms: Rooms, database: Database) -> tuple[Any, Sheet]:
    """Load the demo network into an empty database; return the application on it, and the sheet of its ways in."""
    sheet = load_demo(database, at=clock.now())
    return app_on(rooms, database), sheet


def app_on(rooms: Rooms, database: Database) -> Any:
    """Return the application on a database of these rooms."""
    return create_app(load(rooms.settings(database, free_port())), database=database)


def ways_in(sheet: Sheet) -> list[Way]:
    """Return everybody who can sign in to the demo, and the visitor who does not."""
    staff = [
        Way(email.partition("@")[0], "/login", {"email": email, "password": sheet.password})
        for _role, _name, email in sheet.accounts
    ]
    people = [
        Way(name.partition(" ")[0].casefold(), f"/card/{code}", {"pin": pin})
        for name, code, pin in sheet.cards
        if pin.isdecimal()
    ]
    return [Way("nobody", "", {}), *staff, *people]


def measure_pages(app: Any, ways: list[Way], *, samples: int = 20) -> list[PageTime]:
    """Follow every link from the start page as each visitor and measure one page of each rule.

    The reference is /healthz: the same server, one trivial statement, no page. Raises ConfigurationError when a sign-in
    fails or a linked page answers with an error.
    """
    found = []
    reference = statistics.median(times_of(app, app.test_client(), REFERENCE, samples * 5)) or 1.0
    for way in ways:
        browser = app.test_client()
        start = sign_in(app, browser, way)
        for rule, path, statements in _pages(app, browser, start):
            times = times_of(app, browser, path, samples)
            median = statistics.median(times)
            found.append(PageTime(way.who, rule, path, median, p95(times), statements, median / reference))
    return found


def sign_in(app: Any, browser: Any, way: Way) -> str:
    """Sign in through the form as a browser does, and return where that leads."""
    base = app.extensions["config"].public_url
    if not way.path:
        return "/"
    page = TOKEN.search(browser.get(way.path, base_url=base).text)
    form = {**way.entries, "csrf_token": page.group(1) if page else ""}
    answer = browser.post(way.path, base_url=base, headers={"Referer": base}, data=form)
    if answer.status_code != 303:
        raise ConfigurationError(f"Signing in as {way.who} was answered with {answer.status_code}.")
    return str(answer.headers["Location"])


def _pages(app: Any, browser: Any, start: str) -> Iterator[tuple[str, str, int]]:
    for met in follow_links(app, browser, start):
        if met.answer.status_code >= 400:
            raise ConfigurationError(f"{met.path} is linked and answers with {met.answer.status_code}.")
        if met.is_page:
            yield met.rule, met.path, met.statements


def follow_links(app: Any, browser: Any, start: str, known: set[str] | None = None) -> Iterator[Met]:
    """Walk the links breadth first; give the first answer of each rule, and of a rule that only leads on every one.

    The first visit counts, since it also writes what later ones find written: that somebody was read about. Rules in
    `known` count as met; those met now are added to it.
    """
    routes, base = app.url_map.bind(""), app.extensions["config"].public_url
    waiting, known, leading_on = deque([start]), set() if known is None else known, set()
    while waiting:
        path = waiting.popleft().replace("&amp;", "&")
        bare = path.partition("?")[0]
        if bare.startswith("/static/") or path in leading_on or not routes.test(bare, "GET"):
            continue
        rule = routes.match(bare, "GET", return_rule=True)[0].rule
        if rule in known:
            continue
        with counting(app.extensions["database"]) as statements:
            answer = browser.get(path, base_url=base)
        met = Met(rule, path, answer, len(statements))
        if 300 <= answer.status_code < 400:
            leading_on.add(path)
            waiting.append(answer.headers["Location"])
        else:
            known.add(rule)
        if met.is_page:
            waiting.extend(LINK.findall(answer.text))
        yield met


def times_of(app: Any, browser: Any, path: str, samples: int) -> list[float]:
    """Return how many milliseconds each of so many requests for a page took."""
    base, taken = app.extensions["config"].public_url, []
    for _ in range(samples):
        began = time.perf_counter()
        browser.get(path, base_url=base)
        taken.append((time.perf_counter() - began) * 1000)
    return taken or [0.0]


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Collect every statement the block sends, transaction control left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(CONTROL):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
