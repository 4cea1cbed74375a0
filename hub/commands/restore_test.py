"""`hub restore-test`: whether a backup can be put back, tried beside the house."""

from pathlib import Path

import click

from hub import clock, crypto
from hub.backups import beside, put_back
from hub.commands.restore import FILE, journal_of, tell
from hub.config import load
from hub.keys import read_keys


@click.command()
@FILE
@click.option("--without-journal", is_flag=True, help="There is no deletion journal.")
def command(file: Path, without_journal: bool) -> None:
    """Put a backup back in a place of its own, check everything, and throw it away; the house goes on (R-OPS-03)."""
    config = load()
    crypto.install(read_keys(config.key_file).ring)
    lines = None if without_journal else journal_of(config.journal)
    with beside(config.database_url) as url:
        done = put_back(url, file, lines=lines, replace=False, at=clock.now())
    for name, count in sorted(done.manifest.rows.items()):
        click.echo(f"{count:8}  {name}")
    tell(done, lines)
    click.echo("This backup can be put back.")
