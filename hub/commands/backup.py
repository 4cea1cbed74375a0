"""`hub backup`: one sealed file of all there is, while the house works."""

from pathlib import Path

import click

from hub import clock
from hub.backup_files import list_backups
from hub.backups import LONGEST_KEPT, make_backup
from hub.commands.opening import ready


@click.command()
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Another folder than HUB_BACKUPS.")
@click.option("--keep-days", type=click.IntRange(1, LONGEST_KEPT), default=LONGEST_KEPT, show_default=True)
def command(into: Path | None, keep_days: int) -> None:
    """Write a backup; those in the folder that are older than --keep-days are deleted (R-DSR-07)."""
    with ready() as house:
        folder = into or house.config.backups
        url = house.config.database_url
        file = make_backup(house.database, url, folder, keep_days=keep_days, at=clock.now())
    click.echo(f"{file} ({file.stat().st_size / 1e6:.1f} MB); backups there: {len(list_backups(folder))}.")
    click.echo("It opens with this house's key file only. Keep both in two places apart, and the journal with a third.")
