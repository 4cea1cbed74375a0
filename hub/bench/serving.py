"""The real server on loopback: started as its operator does, awaited, timed, and ended in good order (P9, P10)."""

import http.client
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from hub.bench.browser import NO_ANSWER, Browser
from hub.bench.figures import Figure
from hub.bench.processes import PAGE, Service, await_that, resident
from hub.bench.rooms import Rooms
from hub.db import Database

MB = 1024 * 1024
PAGES = ("/", "/offers", "/login", "/healthz")
# What the server has loaded in the end, without the house's own modules; then the same alone.
LIBRARIES = (
    "import sys, hub.wsgi, hub.commands.serve\n"
    "print(*[one for one in sys.modules if one.partition('.')[0] not in ('hub', 'calendars', '__main__')])"
)
ALONE = (
    "import importlib, sys\n"
    "for name in sys.argv[1:]:\n"
    "    try:\n"
    "        importlib.import_module(name)\n"
    "    except ImportError:\n"
    "        pass\n"
    "print(open('/proc/self/statm').read().split()[1])"
)


def free_port() -> int:
    """Return a port of this machine nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def run_server(application: str, port: int) -> None:
    """Answer requests with a program of our own as the house does, in two processes of one thread each, until TERM."""
    Server(
        application,
        factory=True,
        port=port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=1,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


@contextmanager
def served(rooms: Rooms, database: Database, port: int, *, module: str = "hub") -> Iterator[Service]:
    """Run the server, or another one beside it, with two workers on this database while the block runs."""
    settings = rooms.settings(database, port) | {"HUB_WORKERS": "2"}
    words = ["serve", "--port", str(port)] if module == "hub" else [str(port)]
    server = Service(words, settings, rooms.folder / "server.out", module=module)
    server.start()
    try:
        await_that(lambda: _answers(port) or not server.running, "the server lets nobody in")
        yield server
    finally:
        server.stop()


def measure_start(rooms: Rooms, *, rounds: int) -> Iterator[Figure]:
    """Time starts of server and help beside the bare libraries, in turns, and weigh a worker that has served pages."""
    database = rooms.empty("start")
    libraries = _run("-c", LIBRARIES)[1].split()
    starts, bare, helps, weights = [], [], [], []
    alone = 0
    for _ in range(rounds):
        port, began = free_port(), time.perf_counter()
        with served(rooms, database, port) as server:
            starts.append(time.perf_counter() - began)
            for path in PAGES * 10:
                Browser(port).ask("GET", path)
            weights.append(max(resident(pid) for pid in server.members()[1:]))
        seconds, said = _run("-c", ALONE, *libraries)
        bare.append(seconds)
        alone = int(said) * PAGE
        helps.append(_run("-m", "hub", "--help")[0])
    weight, start, imports = statistics.median(weights), statistics.median(starts), statistics.median(bare)
    what = "a worker that has served forty pages, beside its libraries alone"
    yield Figure("P9", rooms.kind, what, weight / MB, "MB", alone / MB, weight / alone, most=1.7)
    what = "the server answers, beside importing its libraries"
    yield Figure("P10", rooms.kind, what, start, "s", imports, start / imports, most=3)
    yield Figure("P10", rooms.kind, "hub --help", statistics.median(helps), "s", most=0.3)


def _answers(port: int) -> bool:
    try:
        return Browser(port).ask("GET", "/healthz").status == http.client.OK
    except NO_ANSWER:
        return False


def _run(*words: str) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)  # noqa: S603 (own words)
    return time.perf_counter() - began, done.stdout
