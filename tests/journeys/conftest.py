"""A house in working order for whole stories: served, with its worker, its mails in a folder and its clock running."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import BrowserContext

from hub import config
from hub.app import create_app
from hub.config import Config
from hub.worker.loop import run_once
from tests.browser import serving
from tests.journeys.people import Checks, Person
from tests.world import AT, KEYS, World, holding, let_in


class Door:
    """Stands where the application will be, so that its address is known before it is built."""

    app: Flask | None = None
    address = ""

    def open_over(self, world: World, data: Path) -> Flask:
        """Put the application there, over this test's world; it is built once, its templates stay compiled."""
        settings = config.load({}, environment="test", database_url=world.url, public_url=self.address, data=data)
        if self.app is None or self.app.extensions["database"] is not world.database:
            self.app = create_app(settings, KEYS, world.database)
        self.app.extensions["config"] = settings
        return self.app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        assert self.app is not None
        return self.app(environ, start_response)


@dataclass
class House:
    """The application as people meet it."""

    world: World
    app: Flask
    settings: Config
    address: str
    time: Any  # time_machine's hand on the clock
    checks: Checks
    new_context: Callable[..., BrowserContext]

    def person(self, who: str, **options: Any) -> Person:
        """Give somebody a browser of their own: a telephone unless `options` say otherwise."""
        scripts = options.get("java_script_enabled", True)
        return Person(who, self.new_context(**options), self.address, self.checks, scripts=scripts)

    def staff(self, who: str, **options: Any) -> Person:
        """Give a member of the cast a browser in which they are signed in, on their start page."""
        person = self.person(who, **options)
        person.hold(self.app.config["SESSION_COOKIE_NAME"], holding(self.app, let_in(self.app, who)))
        person.open("/login")  # leads whoever is signed in to where they start
        return person

    def work(self) -> None:
        """Let the worker do everything that is due."""
        assert run_once(self.world.database, self.settings), "a task of the worker failed"

    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.time.shift(timedelta(minutes=minutes))

    def mails(self, to: str = "") -> list[EmailMessage]:
        """Return the mails that left so far, oldest first; of one address where it is named."""
        files = sorted((self.settings.data / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        letters = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [one for one in letters if isinstance(one, EmailMessage) and to in str(one["To"])]


@pytest.fixture(scope="session", params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Stories are told on SQLite; the one that also needs PostgreSQL says so."""
    return str(request.param)


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Remember which kinds of pages were checked for whom, for the whole session and all its processes."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of all processes
    folder = folder / "looked_at"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """Serve one address for the whole session."""
    door = Door()
    with serving(door) as door.address:  # type: ignore[arg-type]
        yield door


@pytest.fixture
def house(
    world: World, new_context: Callable[..., BrowserContext], door: Door, looked_at: Path, tmp_path: Path
) -> Iterator[House]:
    """Give the house on its Monday morning, with every guard on."""
    with time_machine.travel(AT, tick=True) as time:
        app = door.open_over(world, tmp_path)
        yield House(world, app, app.extensions["config"], door.address, time, Checks(app, looked_at), new_context)
