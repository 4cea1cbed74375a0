"""Server and worker as processes that may be killed at any moment, and waiting for them however busy the machine is."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from subprocess import Popen

from tests.commands.conftest import House
from tests.commands.test_serving import answer

PATIENCE = 300  # seconds, after which nothing will come any more; no promise hangs on them


def await_that(met: Callable[[], bool], *processes: Popen[str]) -> None:
    """Wait until something is so; fails where one of the processes ended, or where it never will be."""
    give_up = time.monotonic() + PATIENCE
    while not met():
        for process in processes:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < give_up, "nothing goes on"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Tell whether the server at this port lets somebody in."""
    try:
        return answer(port, "/healthz") == (200, "ok\n")
    except (OSError, HTTPException):
        return False


@contextmanager
def killed_at_last(house: House, *arguments: str) -> Iterator[Popen[str]]:
    """Run a command and kill it with all its processes in the end, so that nothing can be put in order before."""
    process = house.start(*arguments)
    try:
        yield process
    finally:
        for pid in _family(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
