"""What most commands begin with: configuration, keys, database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from hub import crypto, migrating
from hub.config import Config, load
from hub.db import Database
from hub.errors import ConfigurationError
from hub.keys import Keys, read_keys


@dataclass(frozen=True)
class Installation:
    """An opened installation."""

    config: Config
    keys: Keys
    database: Database


@contextmanager
def opened() -> Iterator[Installation]:
    """Open the installation the environment names, whatever its database's state; raises ConfigurationError."""
    config = load()
    keys = read_keys(config.key_file)
    crypto.install(keys.ring)
    database = open_database(config)
    try:
        yield Installation(config, keys, database)
    finally:
        database.close()


@contextmanager
def ready() -> Iterator[Installation]:
    """Open the installation for work; raises ConfigurationError unless its database is at this version."""
    with opened() as house:
        require_answer(house.database)
        require_migrated(house.database)
        yield house


def open_database(config: Config) -> Database:
    """Return the database, not yet connected; raises ConfigurationError for an address that names none."""
    try:
        return Database(config.database_url, durable=config.durable)
    except (ArgumentError, ImportError, NoSuchModuleError) as error:
        raise ConfigurationError("HUB_DATABASE_URL: write postgresql://user:password@host/name or nothing.") from error


def require_answer(database: Database) -> None:
    """Raise ConfigurationError with the driver's own first line when the database does not answer."""
    try:
        database.ping()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise ConfigurationError(f"The database does not answer: {reason}") from error


def require_migrated(database: Database) -> None:
    """Raise ConfigurationError when the database is not at this version."""
    current, head = migrating.current(database), migrating.head()
    if current != head:
        raise ConfigurationError(f"The database is at {current or 'nothing'}, not at {head}: run `hub migrate`.")
