"""`hub migrate`: bring the database to this version."""

import click

from hub import migrating
from hub.commands.opening import opened


@click.command()
def command() -> None:
    """Bring the database to this version."""
    database = opened().database
    before = migrating.current(database)
    migrating.upgrade(database)
    click.echo(f"Database: {before or 'empty'} → {migrating.current(database)}.")
    database.close()
