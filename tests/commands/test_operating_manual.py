"""docs/operating.md tells what is: its table of settings is the dataclass, its commands exist."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import hub
from hub.config import Config
from tests.commands.conftest import ROOT

MANUAL = (ROOT / "docs" / "operating.md").read_text()
ROW = re.compile(r"^\| `(HUB_[A-Z_]+)` \| (?:`([^`]*)`)? ?\| (\S.*) \|$", re.MULTILINE)
COMMAND = re.compile(r"\bhub ([a-z]+)((?: [a-z]+)?(?: --[a-z-]+)?)(?=[`\s,;])")


def as_written(value: object) -> str:
    """Return a default as one would set it."""
    if isinstance(value, bool):
        return str(int(value))
    return "" if value in (Path(), ()) else str(value)


def test_the_table_of_settings_is_the_dataclass():
    written = [(name, default) for name, default, _ in ROW.findall(MANUAL)]
    assert written == [(f"HUB_{one.name.upper()}", as_written(one.default)) for one in fields(Config)]


@pytest.mark.parametrize(("name", "rest"), sorted(set(COMMAND.findall(MANUAL))))
def test_every_command_of_the_manual_exists(name, rest):
    group = hub.get_command(None, name)
    assert group is not None, f"there is no `hub {name}`"
    sub, _, option = rest.strip().partition("--")
    path = [name, *([sub.strip()] if sub.strip() and hasattr(group, "commands") else [])]
    done = CliRunner().invoke(hub, [*path, "--help"])
    assert done.exit_code == 0, done.output
    assert f"--{option}" in done.output
