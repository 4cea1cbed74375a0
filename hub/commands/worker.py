"""`hub worker`: what happens without anybody pressing a button."""

import logging
import signal
import threading

import click

from hub.commands.opening import opened
from hub.worker.loop import run, run_once


@click.command()
@click.option("--once", is_flag=True, help="Do every task once and end.")
def command(once: bool) -> None:
    """Deliver mails, chain the log, make dates ahead, until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    house = opened()
    if once:
        run_once(house.database, house.config)
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(house.database, house.config, stop)
    house.database.close()
