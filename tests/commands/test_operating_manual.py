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
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
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


SECRET_PLACES = re.compile(r"location ~ \^/\(([a-z|]+)\)/ \{ access_log off; (return 404|proxy_pass)")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_proxy_leads_no_secret_address_from_http_to_https(app):
    """And keeps none in its access log: wherever an address of ours carries a token or the code of a card."""
    secret = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules() if rule.arguments & {"token", "code"}}
    named = {does: set(places.split("|")) for places, does in SECRET_PLACES.findall(MANUAL)}
    assert named == dict.fromkeys(["return 404", "proxy_pass"], secret | {"feeds"})


def test_the_proofs_a_decision_names_exist():
    """Decision 0049 stands on its tests: one that is renamed there is renamed here."""
    (decision,) = (ROOT / "docs" / "decisions").glob("0049-*.md")
    there = set(re.findall(r"^def (test_\w+)", "".join(file.read_text() for file in TESTS), re.MULTILINE))
    named = re.findall(r"`(test_\w+)`", decision.read_text())
    assert len(named) > 12
    assert [name for name in named if name not in there] == []
