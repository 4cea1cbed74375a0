"""`hub faults`: clients at work while server, worker and database are killed; then everything is counted."""

import sys

import click

from hub.bench.faults import try_faults
from hub.bench.ground import KINDS, clean_up_when_told, teller
from hub.seeds.storm import Size


@click.command()
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 7200), default=60.0, show_default=True, help="On each database.")
@click.option("--every", type=click.FloatRange(0.5, 600), default=5.0, show_default=True, help="Pause between faults.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same number plays the same plan.")
@click.option("--clients", type=click.IntRange(1, 64), default=4, show_default=True)
def command(kinds: tuple[str, ...], seconds: float, every: float, seed: int, clients: int) -> None:
    """Try faults in a house of its own on each database, on this machine alone; exit status 1 where something broke."""
    size = Size(
        hands=clients,
        people=8,
        drafts=max(3, min(60, int(seconds / 8))),
        dates=24,
        places=3,
        mails=max(10, int(seconds)),
        seconds=int(seconds),
    )
    clean_up_when_told()
    whole = True
    for kind in kinds:
        found = try_faults(kind, seconds=seconds, seed=seed, every=every, size=size, tell=teller())
        for name, number in found.counts.items():
            click.echo(f"{number:8}    {name}")
        for breach in found.breaches:
            click.echo(f"  BROKEN    {breach}")
        click.echo(f"{kind}: {'WRONG' if found.breaches else 'nothing is broken'}")
        whole = whole and not found.breaches
    sys.exit(0 if whole else 1)
