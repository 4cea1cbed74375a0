"""`hub worker`: what happens without anybody pressing a button."""

import logging
import signal
import sys
import threading

import click

from hub.commands.opening import ready
from hub.worker.loop import run, run_once


@click.command()
@click.option("--once", is_flag=True, help="Do every task once and end; status 1 when one failed.")
def command(once: bool) -> None:
    """Deliver mails, chain the log, make dates ahead, until Ctrl-C or TERM."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with ready() as house:
        if once:
            sys.exit(0 if run_once(house.database, house.config) else 1)
        run(house.database, house.config, _stop_on_signals())


def _stop_on_signals() -> threading.Event:
    """Return an event that TERM and Ctrl-C set; the mail in hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
