"""What pages of a few people cost beside very many others: the demo alone, then both networks many times over (P8)."""

import gc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from hub import clock
from hub.bench.figures import Figure, late_figure
from hub.bench.pages import Way, app_on, counting, demo_of, sign_in, times_of
from hub.bench.rooms import Rooms
from hub.queries.feeds import raise_revisions
from hub.queries.users import find_user_by_email
from hub.seeds.cast import DOMAIN, PASSWORD
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
WARM = 2  # requests that are not counted: the first also writes what later ones find written
Ask = Callable[[Any], tuple[float, int]]


def measure_growth(rooms: Rooms, *, scales: Sequence[int], samples: int, size: Size) -> Iterator[Figure]:
    """Time pages of the demo alone, and beside both networks so many times (p95 in milliseconds); `size` is of one.

    The sizes take turns, request by request, so that the machine's mood hits all of them.
    """
    database = rooms.empty("alone")
    app, sheet = demo_of(rooms, database)
    feed = next(address for name, address in sheet.feeds if name == FEED)
    apps = {0: app}
    for scale in sorted(set(scales)):
        database = rooms.copy(database, f"beside_{scale}")
        load_scale(database, scale, at=clock.now(), size=size)
        apps[scale] = app_on(rooms, database)
    gc.collect()
    gc.freeze()  # what loading left in this process no server has to look through
    for page, ask in _questions(feed):
        asked: dict[int, list[tuple[float, int]]] = {scale: [] for scale in apps}
        for _ in range(samples + WARM):
            for scale, one in apps.items():
                asked[scale].append(ask(one))
        times = {scale: [taken for taken, _ in answers[WARM:]] for scale, answers in asked.items()}
        for scale, answers in asked.items():
            where = f"beside both networks {scale} times" if scale else "of the demo alone"
            what, most = f"{page} {where}", 1.5 if scale else None
            yield late_figure("P8", rooms.kind, what, times[scale], times[0], statements=answers[-1][1], most=most)


def _questions(feed: str) -> Iterator[tuple[str, Ask]]:
    """Give each page by its name, as a function that asks an application once for milliseconds and statements."""
    for who, path in PAGES:
        yield f"{who} {path}".strip(), _Visits(who, path)
    yield "feed after a change", partial(_fetch_changed, feed)


class _Visits:
    """Somebody who reads one page of several applications, signed in at each once."""

    def __init__(self, who: str, path: str) -> None:
        self.who, self.path = who, path
        self.browsers: dict[Any, Any] = {}

    def __call__(self, app: Any) -> tuple[float, int]:
        if app not in self.browsers:
            self.browsers[app] = _browser(app, self.who)
        return _once(app, self.browsers[app], self.path)


def _browser(app: Any, who: str) -> Any:
    browser = app.test_client()
    if who:
        sign_in(app, browser, Way(who, "/login", {"email": f"{who}@{DOMAIN}", "password": PASSWORD}))
    return browser


def _fetch_changed(feed: str, app: Any) -> tuple[float, int]:
    """Fetch the calendar after something of the coach's changed."""
    app.extensions["database"].run(_change)
    return _once(app, app.test_client(), feed)


def _once(app: Any, browser: Any, path: str) -> tuple[float, int]:
    with counting(app.extensions["database"]) as statements:
        (taken,) = times_of(app, browser, path, 1)
    return taken, len(statements)


def _change(session: Session) -> None:
    clara = find_user_by_email(session, f"clara@{DOMAIN}")
    raise_revisions(session, users=[clara.id if clara else None])
