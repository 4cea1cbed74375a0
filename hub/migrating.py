"""Alembic without an ini file: bring a database to a revision, or tell where it stands."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hub.db import Database
from hub.paths import resource


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database up to `revision`, in one transaction."""
    with _rebuilding(database) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Bring the database down to `revision`, in one transaction."""
    with _rebuilding(database) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def _rebuilding(database: Database) -> Iterator[Connection]:
    """One transaction in which SQLite may drop a table that others refer to and put its copy in its place.

    Raises RuntimeError, and changes nothing, when a row then refers to none (https://sqlite.org/lang_altertable.html,
    "Making Other Kinds Of Table Schema Changes").
    """
    sqlite = database.engine.dialect.name == "sqlite"
    with database.engine.connect() as connection:
        if sqlite:
            _enforce_references(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("after the migration a row refers to one that does not exist")
        finally:
            if sqlite:
                _enforce_references(connection, "ON")


def _enforce_references(connection: Connection, switch: str) -> None:
    """Switch foreign keys on or off; SQLite does so only outside a transaction, so it goes to the driver."""
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={switch}")


def differences(database: Database) -> None:
    """Raise alembic's CommandError when models and migrated tables do not agree."""
    with database.engine.begin() as connection:
        command.check(_config(connection))


def current(database: Database) -> str | None:
    """Return the revision the database stands at, None for an empty one."""
    with database.engine.begin() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config
