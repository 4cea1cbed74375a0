"""`hub measure crowd`: two hundred clients over HTTP for twenty places, round after round, in a house of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlalchemy import make_url

from hub import clock, crypto, migrating
from hub.app import create_app
from hub.config import KEY_FILE, load
from hub.crowd_rounds import Client, cookie_of, play_round
from hub.db import Database
from hub.errors import ConfigurationError
from hub.keys import new_keys, write_keys
from hub.queries.many_rows import give_room_back, make_room
from hub.seeds.crowd import Crowd, add_scarce_date, load_crowd, sign_in_often

ROOM = "hub_measured_crowd"
PATIENCE = 60  # seconds until the server must let somebody in


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=10, show_default=True)
@click.option("--clients", type=click.IntRange(2), default=200, show_default=True)
@click.option("--places", type=click.IntRange(1), default=20, show_default=True)
@click.option("--database", "url", help="A PostgreSQL database to measure in; it is left as it was. Else a file.")
def command(rounds: int, clients: int, places: int, url: str | None) -> None:
    """Let a crowd fight for few places, and count; exit status 1 unless every round came out right."""
    with TemporaryDirectory() as folder, ExitStack() as ending:
        address = _own_room(Path(folder), url, ending)
        keys = new_keys()
        write_keys(Path(folder) / KEY_FILE, keys)
        crypto.install(keys.ring)
        database = Database(address)
        ending.callback(database.close)
        migrating.upgrade(database)
        with _free_port() as port:
            settings = _settings(Path(folder), address, port)
        crowd = database.run(lambda session: load_crowd(session, clients, at=clock.now()))
        hands = _sign_in(database, settings, port, crowd)
        with _served(settings, port):
            right = [_round(database, crowd, hands, places, number) for number in range(rounds)]
    sys.exit(0 if all(right) else 1)


def _own_room(folder: Path, url: str | None, ending: ExitStack) -> str:
    """Return the address of an empty database: a file, or a schema in the database that was named."""
    if url is None:
        return f"sqlite:///{folder}/hub.sqlite3"
    whole = Database(url)
    ending.callback(whole.close)
    whole.run(lambda session: make_room(session, ROOM))
    ending.callback(lambda: whole.run(lambda session: give_room_back(session, ROOM)))
    in_room = make_url(url).update_query_dict({"options": f"-csearch_path={ROOM}"})
    return in_room.render_as_string(hide_password=False)


def _settings(folder: Path, address: str, port: int) -> dict[str, str]:
    house = {"ENVIRONMENT": "demo", "DATA": str(folder), "DATABASE_URL": address}
    return {f"HUB_{name}": value for name, value in (house | {"PUBLIC_URL": f"http://127.0.0.1:{port}"}).items()}


def _sign_in(database: Database, settings: dict[str, str], port: int, crowd: Crowd) -> list[Client]:
    """Sign everybody in beforehand, so that the rounds are about places alone."""
    tokens = database.run(lambda session: sign_in_often(session, len(crowd.people), at=clock.now()))
    app = create_app(load(settings), database=database)
    cookies = [cookie_of(app, token) for token in tokens]
    return [Client(port, cookie, person.public_id) for cookie, person in zip(cookies, crowd.people, strict=True)]


def _round(database: Database, crowd: Crowd, hands: list[Client], places: int, number: int) -> bool:
    days, at = 3 + number, clock.now()
    slot = database.run(
        lambda session: add_scarce_date(session, crowd.organisation_id, places=places, days=days, at=at)
    )
    outcome = play_round(database, hands, slot=slot.public_id)
    right = outcome.is_right(len(hands), places)
    click.echo(f"round {number + 1}: {'right' if right else 'WRONG'}; {outcome.as_line()}")
    return right


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield int(one.getsockname()[1])


@contextmanager
def _served(settings: dict[str, str], port: int) -> Iterator[None]:
    """Run the server as a process of its own while the block runs."""
    serve = [sys.executable, "-m", "hub", "serve", "--port", str(port)]
    process = subprocess.Popen(serve, env=os.environ | settings, start_new_session=True)  # noqa: S603 (own words)
    try:
        _await(process, port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise ConfigurationError("The server does not answer.")
