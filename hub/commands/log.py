"""`hub log verify`: whether the log is complete and unbroken."""

import sys

import click

from hub import clock
from hub.actions.log_chain import verify_log
from hub.commands.opening import opened


@click.group()
def command() -> None:
    """Verify the chain of the log."""


@command.command()
def verify() -> None:
    """Name the first broken row, if any; exit status 1 when there is one."""
    database = opened().database
    with database.reading() as session:
        verdict = verify_log(session, at=clock.now())
    database.close()
    click.echo(f"{verdict.rows} rows chained; not yet chained: {verdict.unchained}.")
    if verdict.first_broken is not None:
        click.echo(f"BROKEN at number {verdict.first_broken}.")
        sys.exit(1)
    click.echo("The chain is unbroken.")
