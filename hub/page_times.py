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

from hub.db import Database
from hub.errors import ConfigurationError
from hub.measuring import TOKEN

LINK = re.compile(r'href="(/[^"#]*)')
MOST_STATEMENTS = 12
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


def p95(times: list[float]) -> float:
    """Return what 95 of 100 of these times do not exceed."""
    return sorted(times)[min(len(times) - 1, round(len(times) * 0.95))]


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


def as_table(pages: list[PageTime]) -> str:
    """Return the measurements as lines, the slowest page first."""
    head = f"{'who':12} {'median':>8} {'p95':>8} {'× reference':>11} {'statements':>10}  page"
    rows = [
        f"{page.who:12} {page.median:5.1f} ms {page.p95:5.1f} ms {page.ratio:11.1f} {page.statements:10}  {page.rule}"
        for page in sorted(pages, key=lambda page: page.p95, reverse=True)
    ]
    return "\n".join([head, *rows])
