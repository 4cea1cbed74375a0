"""Server and worker as real processes: they answer, refuse what is unsafe, end when told, and keep secrets."""

import signal
import socket
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest
from sqlalchemy import inspect, text, update

from hub import crypto
from hub.actions.notices import Facts, announce
from hub.errors import ConfigurationError
from hub.models.base import Base
from hub.models.notice import NoticeState
from hub.models.subscription import FeedKind, Subscription
from tests.commands.conftest import PATIENCE, House
from tests.feeds import subscribe
from tests.post import free_port, only_notice
from tests.world import World

TOKEN = "geheim" + "k" * 26
PATHS = [f"/feeds/{TOKEN}.ics", f"/links/{TOKEN}", f"/invitations/{TOKEN}", f"/feeds/{TOKEN}/{TOKEN}.ics"]


@contextmanager
def running(house: House, *arguments: str) -> Iterator[Popen[str]]:
    """Run a command beside the test; kill it only if it does not end by itself."""
    process = house.start(*arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            for pipe in (process.stdout, process.stderr):
                pipe.close()


def ended(process: Popen[str]) -> tuple[int, str]:
    """Ask a process to end; return its status and everything it wrote."""
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out + err


def answer(port: int, path: str, **headers: str) -> tuple[int, str]:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def await_answer(process: Popen[str], port: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            assert answer(port, "/healthz") == (200, "ok\n")
            return
        except OSError:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.1)


@pytest.mark.slow
def test_the_server_answers_keeps_secrets_out_of_its_output_and_ends_cleanly(house, world):
    port = free_port()
    with running(house, "serve", "--port", str(port)) as process:
        await_answer(process, port)
        assert {answer(port, path)[0] for path in PATHS} <= {404, 200}
        with world.database.transaction() as session:
            for table in ("subscriptions", "links", "invitations"):
                session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_gone"))
        broken = [answer(port, path) for path in PATHS]
        assert 500 in {status for status, _ in broken}
        assert all("Traceback" not in page and "SELECT" not in page for _, page in broken)
        status, output = ended(process)
    assert status == 0
    assert "unhandled OperationalError" in output or "unhandled ProgrammingError" in output
    assert TOKEN not in output
    assert "SELECT" not in output


@pytest.mark.slow
def test_a_feed_that_breaks_while_it_is_rendered_tells_nobody_its_address(house, world):
    """Unknown tokens never come so far: this one is right, and what it shows is broken. A coach's runs on any day."""
    row, token = subscribe(world, world.actor("clara"), FeedKind.COACH)
    digest, port = crypto.token_digest(token), free_port()
    password = {"Authorization": f"Basic {b64encode(f'egal:{token}'.encode()).decode()}"}
    ways = [(f"/feeds/{token}.ics", {}), (f"/feeds/basic/{row.public_id}.ics", password)]
    with running(house, "serve", "--port", str(port)) as process:
        await_answer(process, port)
        assert ["BEGIN:VTIMEZONE" in answer(port, path, **more)[1] for path, more in ways] == [True, True]
        with world.database.transaction() as session:
            session.execute(update(Subscription).values(revision=Subscription.revision + 1))
            session.execute(text("ALTER TABLE bookings RENAME TO bookings_gone"))
        broken = [answer(port, path, **more) for path, more in ways]
        assert broken == [(500, "Internal Server Error\n")] * 2
        status, output = ended(process)
    assert status == 0
    assert output.count("unhandled") == 2
    files = "".join(file.read_bytes().decode(errors="replace") for file in house.folder.rglob("*") if file.is_file())
    secrets = (token, token[:16], f"{row.public_id}.ics", *password.values(), *password["Authorization"].split()[1:])
    assert [one for one in secrets if one in output + files + stored(world)] == []
    assert [
        one for one in (digest, digest[:16]) if one in output + files + stored(world, besides="subscriptions")
    ] == []


def stored(world: World, besides: str = "") -> str:
    """Return what every table holds, the log among them, as one text."""
    with world.database.reading() as session:
        there = set(inspect(session.connection()).get_table_names())
        tables = [one for one in Base.metadata.sorted_tables if one.name in there - {besides}]
        return "".join(str(row) for table in tables for row in session.execute(table.select()))


@pytest.mark.slow
def test_the_worker_delivers_and_ends_when_told(house, world):
    house.settings["HUB_MAIL_URL"] = ""
    with world.database.transaction() as session:
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at)
    with running(house, "worker") as process:
        give_up = time.monotonic() + PATIENCE
        while only_notice(world).state is not NoticeState.SENT:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.1)
        assert ended(process) == (0, "")
    assert len(list((house.folder / "mail").glob("*.eml"))) == 1


def test_one_round_of_the_worker_tells_whether_all_went_well(house, world):
    assert house.hub("worker", "--once").exit_code == 0
    with world.database.transaction() as session:
        session.execute(text("ALTER TABLE attempts RENAME TO attempts_gone"))
    assert house.hub("worker", "--once").exit_code == 1


def refusal(house: House, **settings: str) -> str:
    """Return the one line with which the server refuses to start."""
    done = house.run("serve", "--port", str(free_port()), **settings)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_production_refuses_accounts_of_the_demo(house):
    settings = {"HUB_ENVIRONMENT": "production", "HUB_PUBLIC_URL": "https://termine.example"}
    assert "accounts of the demo" in refusal(house, **settings)


def test_production_refuses_plain_http(empty_house):
    assert "must be https" in refusal(empty_house, HUB_PUBLIC_URL="http://termine.example")


def test_production_refuses_a_default_or_short_key(empty_house):
    assert empty_house.hub("init").exit_code == 0
    lines = empty_house.key_file.read_text()
    empty_house.key_file.write_text(lines.replace(lines.split('"')[1], "change-me"))
    assert "default or short key" in refusal(empty_house)


def test_production_refuses_a_key_file_that_others_can_read(empty_house):
    assert empty_house.hub("init").exit_code == 0
    empty_house.key_file.chmod(0o644)
    error = empty_house.hub("serve").exception
    assert isinstance(error, ConfigurationError)
    assert "chmod 600" in str(error)


def test_a_port_that_somebody_has_is_refused(house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = house.hub("serve", "--port", str(taken.getsockname()[1]))
    assert isinstance(done.exception, ConfigurationError)
    assert "cannot be used" in str(done.exception)


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize("settings", [{"PORT": "many"}, {"PORT": "0"}, {"PORT": "65536"}])
def test_a_port_that_is_none_is_refused(empty_house, command, settings):
    done = empty_house.hub(command, **settings)
    assert (done.exit_code, "PORT" in done.output) == (2, True)
