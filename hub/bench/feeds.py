"""How fast a real server answers feeds, beside a bare view in that same server (P1, P2, P3).

As a program it is that server, with two processes: `python -m hub.bench.feeds PORT`.
"""

import http.client
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from hub import clock
from hub.bench.figures import Figure
from hub.bench.rooms import Rooms
from hub.bench.serving import free_port, run_server, served
from hub.config import load
from hub.db import Database
from hub.errors import ConfigurationError
from hub.seeds.full_calendar import FullCalendar, change_one, load_full_calendar
from hub.web.bare import bare_views
from hub.wsgi import application

BARE, PATIENCE, CHANGES = "/bare/", 60, 9
GZIP = {"Accept-Encoding": "gzip"}
# The bare view's rate that each kind of answer must reach; P2 and P3 are promised for one size.
MARKS = {"304": "P1", "200": "P2", "200, gzip": "P2"}
LEAST = {"304": 0.7, "200": 0.6, "200, gzip": 0.6}
PACKED, CHANGED, MOST = 200, 2000, 30.0  # entries; milliseconds
Ask = Callable[[str, dict[str, str]], tuple[int, http.client.HTTPMessage, bytes]]


def beside_bare() -> Callable[..., Any]:
    """Return what a server process of the measurement loads: the application, and the bare view beside it."""
    pages, bare = application(), bare_views(load().data)

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        return (bare if environ["PATH_INFO"].startswith(BARE) else pages)(environ, start_response)

    return answer


def measure_feeds(rooms: Rooms, *, entries: int, samples: int) -> Iterator[Figure]:
    """Fill a calendar with so many entries, and time a server of two processes for one client (milliseconds)."""
    database, port = rooms.empty(f"feeds_{entries}"), free_port()
    full = database.run(lambda session: load_full_calendar(session, entries, at=clock.now()))
    with (
        served(rooms, database, port, module="hub.bench.feeds"),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection,
    ):
        yield from _measure(rooms, database, full, lambda path, sent: _ask(connection, path, sent), entries, samples)


def _measure(
    rooms: Rooms, database: Database, full: FullCalendar, ask: Ask, entries: int, samples: int
) -> Iterator[Figure]:
    path = f"/feeds/{full.token}.ics"
    _, headers, body = ask(path, {})
    _, _, packed = ask(path, GZIP)
    for name, ready in (("ok", b"ok"), ("plain", body), ("gzip", packed)):
        (rooms.folder / name).write_bytes(ready)
    kinds = {
        "304": (http.client.NOT_MODIFIED, {"If-None-Match": headers["ETag"]}, "ok"),
        "200": (http.client.OK, {}, "plain"),
        "200, gzip": (http.client.OK, GZIP, "gzip"),
    }
    taken: dict[str, list[float]] = {}
    for _ in range(samples):  # all kinds take turns, so that the machine's mood hits all of them
        for name, (status, sent, reference) in kinds.items():
            taken.setdefault(name, []).append(_timed(ask, path, sent, status))
            taken.setdefault(f"bare {name}", []).append(_timed(ask, BARE + reference, {}, http.client.OK))
    for name in kinds:
        ours, bare = statistics.median(taken[name]), statistics.median(taken[f"bare {name}"])
        least = LEAST[name] if name == "304" or entries == PACKED else None
        yield Figure(MARKS[name], rooms.kind, _named(entries, name), ours, "ms", bare, bare / ours, least=least)
    changed = []
    for _ in range(CHANGES):
        database.run(lambda session: change_one(session, full, at=clock.now()))
        changed.append(_timed(ask, path, {}, http.client.OK))
    most, named = MOST if entries == CHANGED else None, _named(entries, "200 after one change")
    yield Figure("P3", rooms.kind, named, statistics.median(changed), "ms", most=most)


def _named(entries: int, name: str) -> str:
    return f"feed of {entries}: {name}"


def _timed(ask: Ask, path: str, headers: dict[str, str], expected: int) -> float:
    began = time.perf_counter()
    status, _, _ = ask(path, headers)
    milliseconds = (time.perf_counter() - began) * 1000
    if status != expected:
        raise ConfigurationError(f"{path.split('/')[1]} was answered with {status} instead of {expected}.")
    return milliseconds


def _ask(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


if __name__ == "__main__":
    run_server("hub.bench.feeds:beside_bare", int(sys.argv[1]))
