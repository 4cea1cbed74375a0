"""`hub keys rotate`: a new key for sealed fields, and every sealed field under it."""

import click
from sqlalchemy import Column, Table

from hub import crypto
from hub.actions.sealing import reseal_batch
from hub.commands.opening import opened
from hub.db import Database
from hub.keys import Keys, with_new_field_key, write_keys
from hub.policy.actor import SYSTEM
from hub.queries.sealed import sealed_columns


@click.group()
def command() -> None:
    """Rotate the keys of sealed fields."""


@command.command()
@click.option("--drop-old", is_flag=True, help="Forget the older keys once every field is under the new one.")
def rotate(drop_old: bool) -> None:
    """Put a new field key in front and seal every field again under it."""
    house = opened()
    keys = with_new_field_key(house.keys)
    write_keys(house.config.key_file, keys)
    crypto.install(keys.ring)
    click.echo("New key written. Restart server and worker, so that they know it too.")
    with click.progressbar(list(sealed_columns()), label="Sealing again") as columns:
        total = sum(_reseal(house.database, table, column) for table, column in columns)
    click.echo(f"{total} fields sealed again.")
    if drop_old:
        ring = crypto.KeyRing(keys.ring.field_keys[:1], keys.ring.digest_key)
        write_keys(house.config.key_file, Keys(keys.session_keys, ring))
        click.echo("Older keys dropped. Backups made before today need the old key file.")
    house.database.close()


def _reseal(database: Database, table: Table, column: Column[object]) -> int:
    total, after = 0, 0
    while True:
        with database.transaction() as session:
            done = reseal_batch(session, actor=SYSTEM, table=table, column=column, after=after)
        if not done:
            return total
        total, after = total + len(done), done[-1]
