"""A new installation: keys, tables, the first account; and the command itself."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hub import crypto, migrating
from hub.cli import COMMANDS, hub
from hub.commands.routes import describe
from hub.db import Database
from hub.errors import ConfigurationError
from hub.keys import read_keys
from hub.models.log import LogEntry
from hub.models.user import Role, User

GOOD = "langes-brot-mit-kaese"
PERSON = ("--email", "Olga@Haus.Example", "--name", "Olga Opel", "--organisation", "Netzwerkbüro")


def test_init_makes_keys_and_tables_and_never_new_keys(empty_house, bare_url):
    first = empty_house.hub("init", HUB_DATABASE_URL=bare_url)
    assert (first.exit_code, "Keys written" in first.output) == (0, True)
    assert empty_house.key_file.stat().st_mode & 0o777 == 0o600
    keys = empty_house.key_file.read_text()
    second = empty_house.hub("init", HUB_DATABASE_URL=bare_url)
    assert (second.exit_code, "Keys written" in second.output) == (0, False)
    assert empty_house.key_file.read_text() == keys
    database = Database(bare_url)
    assert migrating.current(database) == migrating.head()
    database.close()


def test_migrate_says_from_where_to_where(empty_house, bare_url):
    assert empty_house.hub("init").exit_code == 0
    done = empty_house.hub("migrate", HUB_DATABASE_URL=bare_url)
    assert done.output == f"Database: empty → {migrating.head()}.\n"
    again = empty_house.hub("migrate", HUB_DATABASE_URL=bare_url)
    assert again.output == f"Database: {migrating.head()} → {migrating.head()}.\n"


def test_the_first_account_can_sign_in(house, world):
    done = house.hub("user", "add", *PERSON, "--password", GOOD)
    assert (done.exit_code, done.output) == (0, "Olga@Haus.Example can sign in.\n")
    with world.database.reading() as session:
        user = session.scalars(select(User).where(User.email == "olga@haus.example")).one()
        actions = session.scalars(select(LogEntry.action).where(LogEntry.actor_ref == "system")).all()
    assert crypto.verify_password(user.password_hash, GOOD)
    assert not user.demo
    assert {"user.made", "role.given"} <= set(actions)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"--password": "kurz"}, "password"), ({"--email": "clara@demo.invalid"}, "email"), ({"--email": "?"}, "email")],
)
def test_an_account_that_cannot_be_is_refused_with_the_reason(house, world, changes, field):
    values = dict(zip(PERSON[::2], PERSON[1::2], strict=True)) | {"--password": GOOD} | changes
    done = house.hub("user", "add", *(part for pair in values.items() for part in pair))
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {field}: ")
    assert len(done.output.splitlines()) == 1
    with world.database.reading() as session:
        assert session.scalar(select(User.id).where(User.name == "Olga Opel")) is None


def test_an_unknown_role_is_refused_with_those_there_are(house):
    done = house.hub("user", "add", *PERSON, "--role", "king", "--password", GOOD)
    assert done.exit_code == 2
    assert all(role.value in done.output for role in Role)


def test_routes_lists_every_address_and_for_whom(house, app):
    done = house.hub("routes")
    assert done.exit_code == 0
    assert done.output.splitlines() == sorted(describe(app))
    lines = {line.split()[0]: line for line in done.output.splitlines()}
    assert "everyone: monitoring has no account" in lines["/healthz"]
    assert "nobody: " not in done.output


def test_help_comes_at_once_without_the_libraries():
    code = """
import sys
from hub.cli import hub
try: hub(["--help"])
except SystemExit as end: assert end.code == 0
heavy = {"flask", "sqlalchemy", "babel", "granian", "icalendar", "cryptography"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_exists_and_helps(name):
    done = CliRunner().invoke(hub, [name, "--help"])
    assert done.exit_code == 0, done.output


def test_an_unknown_command_is_named():
    done = CliRunner().invoke(hub, ["fly"])
    assert (done.exit_code, "fly" in done.output) == (2, True)


def test_without_keys_a_command_names_the_remedy_in_one_line(empty_house):
    remedy = f"The key file {empty_house.key_file} is missing. Run `hub init` once."
    done = empty_house.run("worker")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"hub: {remedy}\n")
    for command in ("migrate", "serve", "routes"):
        assert str(empty_house.hub(command).exception) == remedy


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/at/all.sqlite3", "does not answer: unable to open"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer: "),
        ("word", "HUB_DATABASE_URL: write"),
        ("oracle://x", "HUB_DATABASE_URL: write"),
    ],
)
def test_a_database_that_is_not_there_is_one_clear_line(empty_house, url, words):
    empty_house.hub("init")
    for command in ("init", "migrate", "worker"):
        error = empty_house.hub(command, HUB_DATABASE_URL=url).exception
        assert isinstance(error, ConfigurationError), repr(error)
        assert words in str(error)
        assert "\n" not in str(error)


def test_an_older_database_is_refused_by_what_works_on_it(empty_house, bare_url):
    empty_house.hub("init")
    for command in (["serve"], ["worker"], ["user", "add", *PERSON, "--password", GOOD], ["keys", "rotate"]):
        error = empty_house.hub(*command, HUB_DATABASE_URL=bare_url).exception
        assert isinstance(error, ConfigurationError)
        assert "hub migrate" in str(error)
    assert len(read_keys(empty_house.key_file).session_keys) == 1
