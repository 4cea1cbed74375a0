"""`hub measure`: figures that promises of the house rest on, measured on this machine."""

from tempfile import TemporaryDirectory

import click

from hub import clock, crypto, migrating
from hub.app import create_app
from hub.commands.opening import ready
from hub.config import load
from hub.db import Database
from hub.keys import new_keys, read_keys, write_keys
from hub.measuring import login_timing
from hub.page_times import Way, as_table, measure_pages
from hub.seeds.demo import load_demo
from hub.seeds.sheet import Sheet


@click.group()
def command() -> None:
    """Measure what a promise of the house depends on."""


@command.command()
@click.option("--samples", default=200, show_default=True, help="Sign-ins tried with a known and an unknown address.")
def login(samples: int) -> None:
    """Compare how long a refused sign-in takes for a known and an unknown account (R-ACC-12)."""
    with ready() as house:
        known, unknown = login_timing(create_app(house.config, house.keys, house.database), samples=samples)
    click.echo(f"known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms, ratio {unknown / known:.3f}")


@command.command()
@click.option("--samples", default=20, show_default=True, help="Requests for each page.")
def pages(samples: int) -> None:
    """Time every page of a fresh demo network, as each kind of visitor meets it (P7)."""
    with TemporaryDirectory() as folder:
        config = load({}, environment="demo", data=folder, durable=False)
        write_keys(config.key_file, new_keys())
        keys = read_keys(config.key_file)
        crypto.install(keys.ring)
        database = Database(config.database_url, durable=False)
        migrating.upgrade(database)
        sheet = load_demo(database, at=clock.now())
        found = measure_pages(create_app(config, keys, database), ways_in(sheet), samples=samples)
        database.close()
    click.echo(as_table(found))


def ways_in(sheet: Sheet) -> list[Way]:
    """Return everybody who can sign in to the demo, and the visitor who does not."""
    staff = [
        Way(email.partition("@")[0], "/login", {"email": email, "password": sheet.password})
        for _role, _name, email in sheet.accounts
    ]
    people = [
        Way(name.partition(" ")[0].casefold(), f"/card/{code}", {"pin": pin})
        for name, code, pin in sheet.cards
        if pin.isdecimal()
    ]
    return [Way("nobody", "", {}), *staff, *people]
