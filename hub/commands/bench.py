"""`hub bench`: the promises about speed and size, measured on this machine beside their references in the same run."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from hub import clock
from hub.bench.figures import Figure, as_table
from hub.bench.ground import KINDS, clean_up_when_told
from hub.bench.rooms import rooms_of
from hub.bench.workloads import LEAST, QUICK, WHOLE, WORKLOADS, Size

SIZES = {"whole": WHOLE, "quick": QUICK, "least": LEAST}
NUMBER = click.IntRange(1)


@click.command()
@click.option("--quick", "size", flag_value="quick", help="Fewer samples and sizes: a look, not a table.")
@click.option("--least", "size", flag_value="least", hidden=True, help="Only whether it works.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS, show_default=True)
@click.option("--only", type=click.Choice(list(WORKLOADS)), multiple=True, help="Only these workloads.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all figures here.")
@click.option("--rounds", type=NUMBER, help="Of starts, bookings and crowds.")
@click.option("--clients", type=click.IntRange(2), help="In a crowd.")
@click.option("--places", type=NUMBER, help="For a crowd.")
@click.option("--entries", type=NUMBER, multiple=True, help="Of a calendar; several sizes are measured one by one.")
@click.option("--dates", type=NUMBER, multiple=True, help="To search in; the fewest are the reference.")
@click.option("--scale", type=click.IntRange(1, 100), multiple=True, help="Both networks so many times, for growth.")
@click.option("--samples", type=NUMBER, help="Of feeds, searches, sign-ins and growing pages.")
def command(size: str | None, kinds: tuple[str, ...], only: tuple[str, ...], file: Path | None, **sizes: Any) -> None:
    """Measure each workload in databases of its own with a real server on loopback; nothing is left behind.

    Exit status 1 where more or fewer people have a place than there are places; a time that was missed is no failure.
    """
    clean_up_when_told()
    wanted = replace(SIZES[size or "whole"], **{name: value for name, value in sizes.items() if value})
    found = [one for kind in kinds for one in _measure(kind, only or tuple(WORKLOADS), wanted)]
    click.echo(as_table(found))
    if file is not None:
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
        told = {"at": clock.now().isoformat(), "machine": machine, "figures": [one.as_json() for one in found]}
        file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    sys.exit(1 if any(one.unit == "rounds" and one.ours for one in found) else 0)


def _measure(kind: str, names: tuple[str, ...], size: Size) -> Iterator[Figure]:
    with rooms_of(kind) as rooms:
        for name in names:
            click.echo(f"{kind}: {name} …", err=True)
            yield from WORKLOADS[name](rooms, size)
