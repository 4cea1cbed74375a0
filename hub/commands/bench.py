"""`hub bench`: the promises about speed and size, measured on this machine beside their references in the same run."""

import json
import os
import platform
from pathlib import Path

import click

from hub import clock
from hub.bench.figures import Figure, as_table
from hub.bench.ground import KINDS
from hub.bench.rooms import rooms_of
from hub.bench.workloads import LEAST, QUICK, WHOLE, WORKLOADS, Size

SIZES = {"whole": WHOLE, "quick": QUICK, "least": LEAST}


@click.command()
@click.option("--quick", "size", flag_value="quick", help="Fewer samples and sizes: a look, not a table.")
@click.option("--least", "size", flag_value="least", hidden=True, help="Only whether it works.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS, show_default=True)
@click.option("--only", type=click.Choice(list(WORKLOADS)), multiple=True, help="Only these workloads.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all figures here.")
def command(size: str | None, kinds: tuple[str, ...], only: tuple[str, ...], file: Path | None) -> None:
    """Measure each workload in databases of its own with a real server on loopback; nothing is left behind."""
    figures: list[Figure] = []
    for kind in kinds:
        figures += _measure(kind, only or tuple(WORKLOADS), SIZES[size or "whole"])
    click.echo(as_table(figures))
    if file is not None:
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
        found = {"at": clock.now().isoformat(), "machine": machine, "figures": [one.as_json() for one in figures]}
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def _measure(kind: str, names: tuple[str, ...], size: Size) -> list[Figure]:
    found: list[Figure] = []
    with rooms_of(kind) as rooms:
        for name in names:
            click.echo(f"{kind}: {name} …", err=True)
            found += WORKLOADS[name](rooms, size)
    return found
