"""`hub demo`: loaded once, served with its worker, ended by Ctrl-C, and never on somebody's data in earnest."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import pytest

from hub.errors import ConfigurationError
from hub.models.subscription import FeedKind
from hub.models.user import Role
from tests.post import free_port

LOADING = 180  # seconds for a machine that does much else


def demo(house, *arguments, port=8000):
    """Start the demo as a terminal does: a process group of its own, which Ctrl-C reaches whole."""
    command = [sys.executable, "-m", "hub", "demo", "--port", str(port), *arguments]
    environment = house.environment({}) | {"HUB_ENVIRONMENT": "demo"}
    del environment["HUB_PUBLIC_URL"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, cwd=house.folder, start_new_session=True, **streams)


@contextmanager
def served(house, port):
    """Serve the demo for the block, and leave nothing running whatever happens."""
    process = demo(house, port=port)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)


def printed(house, *arguments):
    """Load the demo if need be and return what it prints."""
    output, trouble = demo(house, "--no-serve", *arguments).communicate(timeout=LOADING)
    assert trouble == ""
    return output


def fetch(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.status, answer.headers.get_content_type(), answer.read().decode()


def await_health(process, address):
    give_up = time.monotonic() + LOADING
    while True:
        try:
            return fetch(f"{address}/healthz")
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.1)


def await_mail(address):
    """Wait for the worker: questions that the demo's partners have not answered go out at once."""
    give_up = time.monotonic() + 30
    while '<pre class="mail">' not in (page := fetch(f"{address}/demo/mail")[2]):
        assert time.monotonic() < give_up
        time.sleep(0.2)
    assert f'href="{address}/links/' in page


@pytest.mark.slow
def test_it_is_loaded_once_served_with_its_worker_and_ended_by_ctrl_c(empty_house):
    first, second = printed(empty_house), printed(empty_house)
    assert "Loading the demo network" in first
    assert first.endswith(second)  # the same people, cards and feeds again, and no other word
    sheet = json.loads((empty_house.folder / "demo.json").read_text())
    assert {role for role, _name, _email in sheet["accounts"]} == {*map(str, Role), "stranger"}
    assert len(sheet["feeds"]) == len(FeedKind)
    assert sheet["password"] in second
    with closing(sqlite3.connect(empty_house.folder / "hub.sqlite3")) as database:
        hashes = [row[0] for row in database.execute("SELECT password_hash FROM users")]
    assert all("$m=19456,t=2,p=1$" in one for one in hashes)  # else known accounts answer sooner than unknown ones
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with served(empty_house, port) as process:
        assert await_health(process, address) == (200, "text/plain", "ok\n")
        for _label, path in sheet["feeds"]:
            status, kind, body = fetch(address + path)
            assert (status, kind, body[:15]) == (200, "text/calendar", "BEGIN:VCALENDAR")
        await_mail(address)
        os.killpg(process.pid, signal.SIGINT)
        # Returns only when the worker has let go, too; well before the server would end its own workers by force.
        output, trouble = process.communicate(timeout=9)
    assert (process.returncode, trouble) == (0, "")
    assert address in output
    again = printed(empty_house, "--reset")
    assert "Loading the demo network" in again
    assert sheet["feeds"][0][1] not in again


@pytest.mark.parametrize("arguments", [(), ("--reset",)])
def test_it_neither_joins_nor_deletes_an_installation_in_earnest(house, world, arguments):
    done = house.hub("demo", "--no-serve", *arguments, HUB_PUBLIC_URL=None)
    assert isinstance(done.exception, ConfigurationError)
    assert "not the demo's" in str(done.exception)
    assert world.actor("clara").user_id == world.cast.clara.id
