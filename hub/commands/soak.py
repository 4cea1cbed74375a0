"""`hub soak`: a long mixed run at half capacity; memory, files and connections must stay flat."""

import sys

import click

from hub.bench.ground import KINDS, clean_up_when_told, teller
from hub.bench.soak import soak
from hub.seeds.storm import Size


@click.command()
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS, show_default=True)
@click.option("--minutes", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, help="On each database.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--clients", type=click.IntRange(1, 64), default=4, show_default=True)
def command(kinds: tuple[str, ...], minutes: float, seed: int, clients: int) -> None:
    """Work at half capacity in a house of its own on each database; exit status 1 where something grows or breaks."""
    seconds = minutes * 60
    drafts, mails = max(3, min(60, int(seconds / 8))), max(10, int(seconds))
    size = Size(hands=clients, people=8, drafts=drafts, dates=24, places=3, mails=mails, seconds=int(seconds))
    clean_up_when_told()
    whole = True
    for kind in kinds:
        found = soak(kind, seconds=seconds, seed=seed, size=size, tell=teller())
        for line in (*found.lines, *(f"  BROKEN    {breach}" for breach in found.breaches)):
            click.echo(line)
        click.echo(f"{kind}: {'WRONG' if found.breaches else 'flat, and nothing is broken'}")
        whole = whole and not found.breaches
    sys.exit(0 if whole else 1)
