"""Real databases for tests: every test gets a fresh copy of a template that is built once per session."""

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from tests.missing import missing
from tests.postgres import plain, running_server
from tests.restoring import RestoredDatabase

Build = Callable[[str], object]  # gets a URL; migrates and loads the database there, and closes its connections


class SQLiteDatabases:
    """Databases as files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates: dict[Build, Path] = {}
        self.last = ""

    def fresh(self, build: Build) -> str:
        """Return the URL of a new database that looks as `build` leaves it."""
        if build not in self.templates:
            template = self._new_file()
            build(f"sqlite:///{template}")
            with sqlite3.connect(template) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            self.templates[build] = template
        copy = self._new_file()
        shutil.copyfile(self.templates[build], copy)
        return f"sqlite:///{copy}"

    def again(self, build: Build) -> str:
        """Return the URL of a new copy and remove the last one; whoever still holds that one cannot touch this one."""
        if self.last:
            self.drop(self.last)
        self.last = self.fresh(build)
        return self.last

    def drop(self, url: str) -> None:
        """Remove the database, its journal included."""
        file = Path(str(make_url(url).database))
        for leftover in file.parent.glob(f"{file.name}*"):
            leftover.unlink()

    def _new_file(self) -> Path:
        return self.folder / f"{secrets.token_hex(8)}.sqlite3"


class PostgresDatabases:
    """Databases on one server."""

    def __init__(self, server: URL) -> None:
        self.server = server
        self.session = secrets.token_hex(4)
        self.templates: dict[Build, str] = {}
        self.place: RestoredDatabase | None = None

    def fresh(self, build: Build) -> str:
        """Return the URL of a new database that looks as `build` leaves it."""
        if build not in self.templates:
            template = self._create("template0")
            build(self._url(template))
            self.templates[build] = template
        return self._url(self._create(self.templates[build]))

    def again(self, build: Build) -> str:
        """Return the URL of the one place where each test finds everything as new, so that engines may outlive it."""
        url = self._url(f"hub_test_again_{self.session}")
        if self.place is not None and self.place.restore():
            return url
        self._let_go()
        self.drop(url)
        if build not in self.templates:
            self.drop(self.fresh(build))
        self._run(f'CREATE DATABASE "{make_url(url).database}" TEMPLATE "{self.templates[build]}"')
        self.place = RestoredDatabase(plain(make_url(url)))
        return url

    def _let_go(self) -> None:
        if self.place is not None:
            self.place.close()
            self.place = None

    def drop(self, url: str) -> None:
        """Remove the database and whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Remove the templates and the place: a server that was given to us stays as it was."""
        self._let_go()
        self.drop(self._url(f"hub_test_again_{self.session}"))
        for template in self.templates.values():
            self.drop(self._url(template))

    def _create(self, template: str) -> str:
        name = f"hub_test_{secrets.token_hex(8)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        connection = psycopg.connect(plain(self.server), autocommit=True)
        with connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SQLiteDatabases:
    """Give SQLite databases in the session's temporary folder."""
    return SQLiteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """Give databases on a real PostgreSQL server; each xdist worker has a server of its own."""
    with running_server() as server:
        if server is None:
            missing("PostgreSQL", "apt-get install postgresql, or name a server in HUB_TEST_POSTGRES")
        databases = PostgresDatabases(server)
        yield databases
        databases.close()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test once on each kind of database."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, database_kind: str) -> SQLiteDatabases | PostgresDatabases:
    """Give the databases of the kind in question; a server starts only if one is asked for."""
    found: SQLiteDatabases | PostgresDatabases = request.getfixturevalue(
        "sqlite_databases" if database_kind == "sqlite" else "postgres_databases"
    )
    return found


@pytest.fixture
def fresh_database(databases: SQLiteDatabases | PostgresDatabases) -> Iterator[Callable[[Build], str]]:
    """Give a function from a template's builder to the URL of a fresh copy, which is dropped after the test."""
    urls: list[str] = []

    def fresh(build: Build) -> str:
        urls.append(databases.fresh(build))
        return urls[-1]

    yield fresh
    for url in urls:
        databases.drop(url)
