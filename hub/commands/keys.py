"""`hub keys rotate`: new keys for sealed fields and for cookies, and every sealed field under the new one."""

from functools import partial

import click
from sqlalchemy import Column, Table

from hub import clock, crypto
from hub.actions.sealing import note_rotation, reseal_batch
from hub.commands.opening import Installation, ready
from hub.db import Database
from hub.keys import Keys, only_newest, with_new_field_key, with_new_session_key, write_keys
from hub.policy.actor import SYSTEM
from hub.queries.sealed import sealed_columns

RUNNING = "A running server or worker still seals with the old key, and what it seals now would be lost. Both stopped?"


@click.group()
def command() -> None:
    """Rotate the keys of sealed fields and cookies."""


@command.command()
@click.option("--drop-old", is_flag=True, help="Forget the older keys once every field is under the new one.")
@click.option("--yes", is_flag=True, help="Server and worker are stopped; do not ask.")
def rotate(drop_old: bool, yes: bool) -> None:
    """Put new keys in front and seal every field again; stop server and worker before."""
    if drop_old and not yes:
        click.confirm(RUNNING, abort=True)
    with ready() as house:
        _rotate(house, drop_old=drop_old)


def _rotate(house: Installation, *, drop_old: bool) -> None:
    keys = with_new_session_key(with_new_field_key(house.keys))
    write_keys(house.config.key_file, keys)
    crypto.install(keys.ring)
    total = _reseal_all(house.database)
    click.echo(f"New keys written, {total} fields sealed again. Start server and worker anew, so that they know them.")
    if drop_old:
        _drop_old(house, keys)
    house.database.run(lambda session: note_rotation(session, actor=SYSTEM, at=clock.now()))


def _drop_old(house: Installation, keys: Keys) -> None:
    """Keep only the newest keys, after every field has been opened with them alone."""
    newest = only_newest(keys)
    crypto.install(newest.ring)
    _reseal_all(house.database)  # fails, and keeps the older keys, when a field is still under one of them
    write_keys(house.config.key_file, newest)
    click.echo("Older keys dropped: everybody signs in again. Backups made before today need the old key file.")


def _reseal_all(database: Database) -> int:
    with click.progressbar(list(sealed_columns()), label="Sealing again") as columns:
        return sum(_reseal(database, table, column) for table, column in columns)


def _reseal(database: Database, table: Table, column: Column[object]) -> int:
    total, after = 0, 0
    while done := database.run(partial(reseal_batch, actor=SYSTEM, table=table, column=column, after=after)):
        total, after = total + len(done), done[-1]
    return total
