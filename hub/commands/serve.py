"""`hub serve`: granian with as many workers as configured, one thread each."""

import socket
from urllib.parse import urlsplit

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from hub.app import create_app  # here, before the workers are forked: so they need not load it again
from hub.commands.opening import ready
from hub.config import Config
from hub.errors import ConfigurationError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True, show_envvar=True)
def command(host: str, port: int) -> None:
    """Answer requests until Ctrl-C or TERM."""
    with ready() as house:
        create_app(house.config, house.keys, house.database)  # says what is wrong before any worker starts
    serve(house.config, host, port)


def serve(config: Config, host: str, port: int) -> None:
    """Run the server; its access log stays off, since feed addresses are secrets."""
    require_free(host, port)
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
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # one that does not end by then is ended
    ).serve()


def require_free(host: str, port: int) -> None:
    """Raise ConfigurationError when somebody listens there already: two servers would share the port unnoticed."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            text = f"{host}:{port} cannot be used ({error.strerror}). Choose another PORT."
            raise ConfigurationError(text) from error
