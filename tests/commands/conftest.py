"""An installation in a folder of its own, on each kind of database, and the command `hub` run in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub import crypto
from hub.cli import hub
from hub.db import Database
from hub.keys import write_keys
from tests.post import free_port, post_office
from tests.world import KEYS, World

__all__ = ["post_office"]
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30  # seconds; on a quiet machine nothing here takes more than two


@dataclass
class House:
    """An installation as its operator sees it: a folder, settings, and a command."""

    folder: Path
    settings: dict[str, str]

    @property
    def key_file(self) -> Path:
        return self.folder / "keys.toml"

    def hub(self, *arguments: str, **more: str | None) -> Result:
        """Run the command in this process."""
        return CliRunner().invoke(hub, list(arguments), env=self.settings | more, catch_exceptions=True)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command as a process of its own, until it ends."""
        options = {"env": self.environment(more), "cwd": self.folder, "capture_output": True, "text": True}
        return subprocess.run([sys.executable, "-m", "hub", *arguments], timeout=PATIENCE, check=False, **options)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start the command as a process of its own; the caller ends it."""
        command = [sys.executable, "-m", "hub", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self.environment(more), cwd=self.folder, stdout=pipe, stderr=pipe, text=True
        )

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return clean | {"PYTHONPATH": str(ROOT)} | self.settings | more


@pytest.fixture
def empty_house(tmp_path: Path) -> House:
    """Give an installation in production that holds nothing yet; its database is a file."""
    return House(tmp_path, {"HUB_DATA": str(tmp_path), "HUB_PUBLIC_URL": "https://termine.example"})


@pytest.fixture
def house(tmp_path: Path, world: World) -> Iterator[House]:
    """Give an installation in development with the tests' world in it and a mail server that is down."""
    write_keys(tmp_path / "keys.toml", KEYS)
    yield House(
        tmp_path,
        {
            "HUB_ENVIRONMENT": "development",
            "HUB_DATA": str(tmp_path),
            "HUB_DATABASE_URL": world.url,
            "HUB_PUBLIC_URL": "http://127.0.0.1:8000",
            "HUB_MAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        },
    )
    crypto.install(KEYS.ring)  # commands install what they read


def nothing(url: str) -> None:
    """Leave a new database as it is."""
    Database(url).close()


@pytest.fixture
def bare_url(fresh_database) -> str:
    """Give the address of a database without any table."""
    return str(fresh_database(nothing))
