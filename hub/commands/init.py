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
    click.echo("Database ready. Next:")
    click.echo("  hub user add      your own account, as the operator")
    click.echo("  hub serve         the pages; and beside it, always:")
    click.echo("  hub worker        mails, reminders, checks")
    click.echo(f"Then sign in at {config.public_url}/login: your start page leads through the first steps.")
