"""Processes of the house as somebody sees them who may end them at any moment: families, deaths, memory, open files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from hub.errors import ConfigurationError

PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE = 60  # seconds


class Service:
    """A command of the house, or another module, that runs beside us, and is started again after it was killed."""

    def __init__(self, words: list[str], settings: Mapping[str, str], output: Path, *, module: str = "hub") -> None:
        self.words, self.settings, self.output, self.module = words, settings, output, module
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says goes into its file."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (own words only)
                [sys.executable, "-m", self.module, *self.words],
                env=clean | dict(self.settings),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self.process is not None and self.process.poll() is None

    def members(self) -> list[int]:
        """Return its process and all that descend from it, itself first."""
        return family(self.process.pid) if self.process is not None and self.running else []

    def kill(self) -> None:
        """Kill it with all its processes at once."""
        if self.process is not None:
            kill(self.process.pid)
            self.process.wait(PATIENCE)

    def kill_head(self) -> list[int]:
        """Kill only its first process; return those it leaves behind."""
        head, *others = self.members()
        os.kill(head, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(PATIENCE)
        return others

    def stop(self) -> None:
        """End it in good order; kill what does not end."""
        if self.process is None or not self.running:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it, from what Linux tells in /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def kill(pid: int) -> None:
    """Kill a process and all that descend from it, so that nothing can be put in order before."""
    for one in family(pid):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def lives(pid: int) -> bool:
    """Tell whether a process is still at work; one that only waits to be buried is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def resident(pid: int) -> int:
    """Return the bytes of memory a process holds, 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def open_files(pid: int) -> int:
    """Return how many files and connections a process has open, 0 for one that has ended."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def await_that(met: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Wait until something is so; raises ConfigurationError when it does not come."""
    give_up = time.monotonic() + patience
    while not met():
        if time.monotonic() > give_up:
            raise ConfigurationError(f"Waited {patience:.0f} s in vain: {what}.")
        time.sleep(0.05)
