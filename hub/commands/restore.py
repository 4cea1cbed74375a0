"""`hub restore`: a backup in the place of the database, with what has ended since ended again."""

from pathlib import Path

import click

from hub import clock, crypto
from hub.backups import PutBack, put_back
from hub.config import load
from hub.errors import ConfigurationError
from hub.journal import Ended, read_journal
from hub.keys import read_keys

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command()
@FILE
@click.option("--replace", is_flag=True, help="Move the database that is there aside; nothing of it is deleted.")
@click.option("--without-journal", is_flag=True, help="There is no deletion journal: all feeds of persons end.")
def command(file: Path, replace: bool, without_journal: bool) -> None:
    """Put a backup back; server and worker are stopped. All or nothing."""
    config = load()
    crypto.install(read_keys(config.key_file).ring)
    lines = None if without_journal else journal_of(config.journal)
    done = put_back(config.database_url, file, lines=lines, replace=replace, at=clock.now())
    tell(done, lines)
    if done.aside:
        click.echo(f"What was there before is kept: {done.aside}. Delete it once all is well.")
    click.echo("Lost is what was added since: dates, places, consents, and whom somebody keeps out. Ask again.")


def journal_of(path: Path) -> list[Ended]:
    """Return the lines of the deletion journal; raises ConfigurationError where there is none."""
    if not path.is_file():
        raise ConfigurationError(
            f"The deletion journal {path.name} is missing: put its copy there, or say --without-journal."
        )
    return read_journal(path)


def tell(done: PutBack, lines: list[Ended] | None) -> None:
    """Print what came of it."""
    rows = done.manifest.rows
    click.echo(f"Backup of {done.manifest.made_at}, version {done.manifest.revision}: {sum(rows.values())} rows.")
    click.echo(
        f"The log is whole up to number {done.manifest.number}; everyone is signed out; {done.feeds} feeds go on."
    )
    if lines is None:
        click.echo("Without the journal: all feeds of persons ended. CONSENTS TAKEN BACK SINCE ARE IN FORCE AGAIN.")
        return
    last = max((one.at for one in lines), default=None)
    click.echo(f"Journal: {len(lines)} lines, the last of {last.isoformat() if last else 'never'}. Ended again:")
    for name, count in sorted(done.ended.items()):
        click.echo(f"{count:8}  {name}")
    if not done.ended:
        click.echo("       0")
