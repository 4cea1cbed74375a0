"""What most commands begin with: configuration, keys, database."""

from dataclasses import dataclass

from hub import crypto
from hub.config import Config, load
from hub.db import Database
from hub.keys import Keys, read_keys


@dataclass(frozen=True)
class Installation:
    """An opened installation."""

    config: Config
    keys: Keys
    database: Database


def opened(**overrides: object) -> Installation:
    """Open the installation the environment names; raises ConfigurationError."""
    config = load(**overrides)
    keys = read_keys(config.key_file)
    crypto.install(keys.ring)
    return Installation(config, keys, Database(config.database_url, durable=config.durable))
