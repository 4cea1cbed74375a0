"""`hub init`: keys and database of a new installation."""

import click

from hub import crypto, migrating
from hub.commands.opening import open_database, require_answer
from hub.config import load
from hub.keys import new_keys, read_keys, write_keys


@click.command()
def command() -> None:
    """Make the keys (once) and the database of a new installation."""
    config = load()
    config.data.mkdir(parents=True, exist_ok=True)
    if not config.key_file.exists():
        write_keys(config.key_file, new_keys())
        click.echo(f"Keys written to {config.key_file}. Keep a copy apart from the database: without it nothing opens.")
    crypto.install(read_keys(config.key_file).ring)
    database = open_database(config)
    try:
        require_answer(database)
        migrating.upgrade(database)
    finally:
        database.close()
    click.echo("Database ready. Next: hub user add, then hub serve and hub worker.")
