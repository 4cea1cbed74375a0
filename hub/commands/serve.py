"""`hub serve`: granian with as many workers as configured, one thread each."""

import click

from hub.app import create_app
from hub.commands.opening import ready
from hub.commands.serving import serve


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True, show_envvar=True)
def command(host: str, port: int) -> None:
    """Answer requests until Ctrl-C or TERM."""
    with ready() as house:
        create_app(house.config, house.keys, house.database)  # says what is wrong before any worker starts
    serve(house.config, host, port)
