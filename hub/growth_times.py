"""What pages of a few people cost beside very many others: the demo alone, then both networks many times over (P8)."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.db import Database
from hub.page_times import Way, counting, p95, sign_in, times_of
from hub.queries.feeds import raise_revisions
from hub.queries.users import find_user_by_email
from hub.seeds.cast import DOMAIN, PASSWORD
from hub.seeds.demo import load_demo
from hub.seeds.district import Size
from hub.seeds.scale import load_scale

PAGES = (  # who, page
    ("clara", "/today"),
    ("clara", "/week"),
    ("clara", "/people"),
    ("petra", "/inbox"),
    ("petra", "/slots"),
    ("", "/offers"),
    ("", "/offers?aims=move&free=1"),
)
FEED = "Coach Clara"


@dataclass(frozen=True)
class GrowthTime:
    """One page at one size: milliseconds, statements, and its p95 to that of the demo alone."""

    scale: int
    page: str
    median: float
    p95: float
    statements: int
    ratio50: float
    ratio95: float


def measure_growth(app: Any, scales: Sequence[int], *, samples: int, size: Size, at: datetime) -> list[GrowthTime]:
    """Load the demo into the app's empty database, time its pages, and again after each growth."""
    database: Database = app.extensions["database"]
    sheet = load_demo(database, at=at)
    feed = next(address for name, address in sheet.feeds if name == FEED)
    found: dict[str, list[GrowthTime]] = {}
    for scale in (0, *scales):
        if scale:
            load_scale(database, scale, at=at, size=size)
        for page, taken, statements in _measured(app, feed, samples):
            known = found.setdefault(page, [])
            median, late = statistics.median(taken), p95(taken)
            first = known[0] if known else None
            ratios = (median / first.median, late / first.p95) if first else (1.0, 1.0)
            known.append(GrowthTime(scale, page, median, late, statements, *ratios))
    return [one for times in found.values() for one in times]


def _measured(app: Any, feed: str, samples: int) -> Iterator[tuple[str, list[float], int]]:
    """Give every page with its times and statements; the first request of each warms up and does not count."""
    browsers = {who: _browser(app, who) for who, _ in PAGES}
    for who, path in PAGES:
        times_of(app, browsers[who], path, 1)
        with counting(app.extensions["database"]) as statements:
            times_of(app, browsers[who], path, 1)
        yield f"{who} {path}".strip(), times_of(app, browsers[who], path, samples), len(statements)
    fetches = [_fetch_changed(app, feed) for _ in range(samples + 1)][1:]
    yield "feed after a change", [one[0] for one in fetches], fetches[-1][1]


def _browser(app: Any, who: str) -> Any:
    browser = app.test_client()
    if who:
        sign_in(app, browser, Way(who, "/login", {"email": f"{who}@{DOMAIN}", "password": PASSWORD}))
    return browser


def _fetch_changed(app: Any, feed: str) -> tuple[float, int]:
    """Return the milliseconds and statements of a fetch after something of the coach's changed."""
    app.extensions["database"].run(_change)
    with counting(app.extensions["database"]) as statements:
        (taken,) = times_of(app, app.test_client(), feed, 1)
    return taken, len(statements)


def _change(session: Session) -> None:
    clara = find_user_by_email(session, f"clara@{DOMAIN}")
    raise_revisions(session, users=[clara.id if clara else None])


def as_table(times: list[GrowthTime]) -> str:
    """Return the measurements as lines, by page."""
    head = f"{'scale':>6} {'p50':>9} {'p95':>9} {'× p50':>6} {'× p95':>6} {'statements':>10}  page"
    rows = [
        f"{one.scale:6} {one.median:6.1f} ms {one.p95:6.1f} ms {one.ratio50:6.2f} {one.ratio95:6.2f} "
        f"{one.statements:10}  {one.page}"
        for one in times
    ]
    return "\n".join([head, *rows])
