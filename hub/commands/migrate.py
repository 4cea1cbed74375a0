"""`hub migrate`: bring the database to this version."""

import click

from hub import migrating
from hub.commands.opening import opened, require_answer


@click.command()
def command() -> None:
    """Bring the database to this version."""
    with opened() as house:
        require_answer(house.database)
        before = migrating.current(house.database)
        migrating.upgrade(house.database)
        click.echo(f"Database: {before or 'empty'} → {migrating.current(house.database)}.")
