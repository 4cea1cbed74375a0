"""`hub log verify`: whether the log is complete and unbroken."""

import sys

import click

from hub import clock
from hub.actions.log_chain import Verdict, note_verification, verify_log
from hub.commands.opening import ready
from hub.db import Database
from hub.policy.actor import SYSTEM


@click.group()
def command() -> None:
    """Verify the chain of the log."""


@command.command()
@click.option("--anchor", metavar="NUMBER:DIGEST", help="A head printed earlier and kept elsewhere; shows a cut tail.")
def verify(anchor: str | None) -> None:
    """Name the first broken row, if any; exit status 1 when there is one."""
    earlier = _read_anchor(anchor) if anchor else None
    with ready() as house:
        verdict = _verify(house.database, earlier)
    click.echo(f"{verdict.rows} rows chained; not yet chained: {verdict.unchained} (oldest: {verdict.unchained_age}).")
    if verdict.first_broken is not None:
        click.echo(f"BROKEN at number {verdict.first_broken}.")
        sys.exit(1)
    click.echo(f"The chain is unbroken. Head: {verdict.number}:{verdict.digest}")


def _verify(database: Database, anchor: tuple[int, str] | None) -> Verdict:
    at = clock.now()
    with database.reading() as session:
        verdict = verify_log(session, at=at, anchor=anchor)
    database.run(lambda session: note_verification(session, actor=SYSTEM, verdict=verdict, at=at))
    return verdict


def _read_anchor(text: str) -> tuple[int, str]:
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise click.BadParameter("write it as it was printed: number:digest", param_hint="--anchor")
    return int(number), digest
