"""`hub demo`: the demo network with server and worker together, until Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from hub import clock, crypto, migrating
from hub.commands.opening import open_database, require_answer
from hub.commands.serve import require_free, serve
from hub.config import Config, load
from hub.db import Database
from hub.errors import ConfigurationError
from hub.keys import new_keys, read_keys, write_keys
from hub.queries import users
from hub.seeds.demo import load_demo
from hub.seeds.sheet import Sheet, read_sheet, write_sheet

SHEET = "demo.json"


@click.command()
@click.option("--reset", is_flag=True, help="Throw the demo data away first.")
@click.option("--no-serve", is_flag=True, help="Only load the data and print the sheet.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True, show_envvar=True)
def command(reset: bool, no_serve: bool, port: int) -> None:
    """Load the demo network once, print who can sign in, and serve it on this machine."""
    config = load(environment="demo", public_url=f"http://127.0.0.1:{port}", durable=False)
    if not no_serve:
        require_free("127.0.0.1", port)  # before anything is loaded or thrown away
    require_own(config)
    if reset:
        _throw_away(config)
    sheet = load_once(config)
    click.echo(sheet.text(config.public_url))
    if not no_serve:
        _serve_both(config, port)


def require_own(config: Config) -> None:
    """Raise ConfigurationError when the data is somebody's in earnest: the demo neither joins nor deletes it."""
    if (config.data / SHEET).exists():
        return
    config.data.mkdir(parents=True, exist_ok=True)
    database = open_database(config)
    try:
        require_answer(database)
        if migrating.current(database):
            with database.reading() as session:
                found = users.find_any_user(session)
            if found is not None:
                raise ConfigurationError("This database holds accounts that are not the demo's. Name another HUB_DATA.")
    finally:
        database.close()


def _throw_away(config: Config) -> None:
    for path in (*config.data.glob("hub.sqlite3*"), *config.data.glob("mail/*.eml"), config.data / SHEET):
        path.unlink(missing_ok=True)


def load_once(config: Config) -> Sheet:
    """Load the demo network unless it is there, with keys and tables where they are missing; return its sheet."""
    if not config.key_file.exists():
        write_keys(config.key_file, new_keys())
    crypto.install(read_keys(config.key_file).ring)
    path = config.data / SHEET
    database = Database(config.database_url, durable=False)
    if migrating.current(database) != migrating.head():
        migrating.upgrade(database)
    if not path.exists():
        write_sheet(path, _load(database))
    database.close()
    return read_sheet(path)


def _load(database: Database) -> Sheet:
    click.echo("Loading the demo network. All people and organisations in it are invented.")
    with click.progressbar(length=100, label="Demo network") as bar:
        return load_demo(database, at=clock.now(), progress=lambda percent: bar.update(percent - bar.pos))


def _serve_both(config: Config, port: int) -> None:
    environment = os.environ | {
        "HUB_ENVIRONMENT": "demo",
        "HUB_DATA": str(Path(config.data).resolve()),
        "HUB_PUBLIC_URL": config.public_url,
        "HUB_DURABLE": "0",
    }
    os.environ.update(environment)
    # A process group of its own: Ctrl-C reaches the server, which then ends the worker in good order.
    worker = subprocess.Popen([sys.executable, "-m", "hub", "worker"], env=environment, start_new_session=True)
    try:
        serve(config, "127.0.0.1", port)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=15)
