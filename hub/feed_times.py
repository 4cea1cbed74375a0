"""How fast a real server answers feeds, beside a bare view in that same server (P1, P2, P3)."""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub import clock
from hub.config import load
from hub.db import Database
from hub.errors import ConfigurationError
from hub.seeds.full_calendar import FullCalendar, change_one, load_full_calendar
from hub.web.bare import bare_views
from hub.wsgi import application

BARE, PATIENCE, CHANGES = "/bare/", 60, 9
GZIP = {"Accept-Encoding": "gzip"}
Ask = Callable[[str, dict[str, str]], tuple[int, http.client.HTTPMessage, bytes]]


@dataclass(frozen=True)
class FeedTime:
    """One kind of answer for a feed of so many entries: milliseconds, and how much of the bare view's rate that is."""

    entries: int
    name: str
    median: float
    bare: float | None

    def as_line(self) -> str:
        """Return it as a line of the table."""
        ratio = f"{self.bare / self.median:8.2f}" if self.bare is not None else f"{'':8}"
        bare = f"{self.bare:9.2f}" if self.bare is not None else f"{'':9}"
        return f"{self.entries:8} {self.median:9.2f} {bare} {ratio}  {self.name}"


def beside_bare() -> Callable[..., Any]:
    """Return what a server process of the measurement loads: the application, and the bare view beside it."""
    pages, bare = application(), bare_views(load().data)

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        return (bare if environ["PATH_INFO"].startswith(BARE) else pages)(environ, start_response)

    return answer


def measure_feeds(database: Database, folder: Path, *, entries: int, samples: int) -> list[FeedTime]:
    """Fill a migrated, empty database whose keys lie in `folder`, and time a server of two processes for one client."""
    full = database.run(lambda session: load_full_calendar(session, entries, at=clock.now()))
    with serving(database, folder) as ask:
        return list(_measure(database, folder, full, ask, entries, samples))


def as_table(times: list[FeedTime]) -> str:
    """Return the measurements as lines."""
    return "\n".join(
        [f"{'entries':>8} {'median ms':>9} {'bare ms':>9} {'× rate':>8}  answer", *(t.as_line() for t in times)]
    )


def _measure(
    database: Database, folder: Path, full: FullCalendar, ask: Ask, entries: int, samples: int
) -> Iterator[FeedTime]:
    path = f"/feeds/{full.token}.ics"
    _, headers, body = ask(path, {})
    _, _, packed = ask(path, GZIP)
    for name, ready in (("ok", b"ok"), ("plain", body), ("gzip", packed)):
        (folder / name).write_bytes(ready)
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
        yield FeedTime(entries, name, statistics.median(taken[name]), statistics.median(taken[f"bare {name}"]))
    changed = []
    for _ in range(CHANGES):
        database.run(lambda session: change_one(session, full, at=clock.now()))
        changed.append(_timed(ask, path, {}, http.client.OK))
    yield FeedTime(entries, "200 after one change", statistics.median(changed), None)


def _timed(ask: Ask, path: str, headers: dict[str, str], expected: int) -> float:
    began = time.perf_counter()
    status, _, _ = ask(path, headers)
    milliseconds = (time.perf_counter() - began) * 1000
    if status != expected:
        raise ConfigurationError(f"{path.split('/')[1]} was answered with {status} instead of {expected}.")
    return milliseconds


@contextmanager
def serving(database: Database, folder: Path) -> Iterator[Ask]:
    """Run a server of two processes on this database, and give a client with one lasting connection to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "HUB_ENVIRONMENT": "demo",
        "HUB_DATA": str(folder),
        "HUB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    options = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--port", str(port), "--factory"]
    command = [sys.executable, "-m", "granian", *options, "--no-access-log", "--log-level", "warning"]
    command.append(f"{beside_bare.__module__}:{beside_bare.__name__}")
    server = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 -- own words only
    try:
        with closing(_connect(server, port)) as connection:
            yield lambda path, headers: _ask(connection, path, headers)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()


def _connect(server: subprocess.Popen[bytes], port: int) -> http.client.HTTPConnection:
    give_up = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            _ask(connection, "/healthz", {})
        except OSError as error:
            connection.close()
            if server.poll() is not None or time.monotonic() > give_up:
                raise ConfigurationError("The server of the measurement does not start.") from error
            time.sleep(0.1)
        else:
            return connection


def _ask(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()
