"""A database's content out into one file and back: SQLite by its online backup, PostgreSQL by its own two programs."""

import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from hub.errors import ConfigurationError

PAGES = 1000  # copied at a time; between two portions others write


def is_file(url: str) -> bool:
    """Whether the database is a file of its own."""
    return url.startswith("sqlite")


def file_of(url: str) -> Path:
    """Return the file of a SQLite database."""
    return Path(make_url(url).database or "")


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database while others work with it (https://sqlite.org/backup.html)."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(target)) as copy,
    ):
        there.backup(copy, pages=PAGES)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def dump(url: str, target: Path, snapshot: str) -> None:
    """Write a PostgreSQL database as one exported snapshot shows it; raises ConfigurationError with pg_dump's words."""
    _run(
        "pg_dump",
        url,
        ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"],
    )


def undump(url: str, source: Path) -> None:
    """Read what `dump` wrote into an empty PostgreSQL database, all or nothing; raises ConfigurationError."""
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--schema=public"]
    _run("pg_restore", url, [*options, str(source)])


@contextmanager
def database_beside(url: str) -> Iterator[str]:
    """Give the address of a new empty database on the same server, dropped afterwards; raises ConfigurationError."""
    name, address = f"hub_trial_{secrets.token_hex(6)}", make_url(url)
    _tell(address, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield _shown(address.set(database=name))
    finally:
        _tell(address, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _tell(address: URL, statement: str) -> None:
    try:
        with psycopg.connect(_shown(address.set(drivername="postgresql")), autocommit=True) as server:
            server.execute(statement.encode())
    except psycopg.Error as error:
        raise ConfigurationError(f"The server refuses a database for the trial: {str(error).strip()}") from error


def _run(name: str, url: str, arguments: list[str]) -> None:
    address = make_url(url)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    plain = address.set(drivername="postgresql", password=None)
    command = [_program(name), f"--dbname={_shown(plain)}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ConfigurationError(f"{name} failed: {done.stderr.strip() or done.returncode}")


def _shown(address: URL) -> str:
    return address.render_as_string(hide_password=False)


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise ConfigurationError(f"{name} is missing here. Install PostgreSQL's client programs (postgresql-client).")
    return str(newest)
