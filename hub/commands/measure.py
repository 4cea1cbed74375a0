"""`hub measure`: figures that promises of the house rest on, measured on this machine."""

import click

from hub.app import create_app
from hub.commands.opening import ready
from hub.measuring import login_timing


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
