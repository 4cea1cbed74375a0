"""`hub serve`: granian with as many workers as configured, one thread each."""

import os
from urllib.parse import urlsplit

import click
from granian.constants import Interfaces
from granian.server import Server

from hub.app import create_app
from hub.commands.opening import opened
from hub.config import Config


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=None, help="Port; PORT or 8000 unless given.")
def command(host: str, port: int | None) -> None:
    """Answer requests until Ctrl-C."""
    house = opened()
    create_app(house.config, house.keys, house.database)  # says what is wrong before any worker starts
    house.database.close()
    serve(house.config, host, port or int(os.environ.get("PORT", "8000")))


def serve(config: Config, host: str, port: int) -> None:
    """Run the server; its access log stays off, since feed addresses are secrets."""
    sqlite = urlsplit(config.database_url).scheme.startswith("sqlite")
    Server(
        "hub.wsgi:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # More than two writers only wait for each other on SQLite.
        workers=min(config.workers, 2) if sqlite else config.workers,
        blocking_threads=1,
        log_access=False,
        log_level="warning",
        respawn_failed_workers=True,
    ).serve()
