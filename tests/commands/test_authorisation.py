"""The authorisation concept in the documents is what the rules say now, byte by byte."""

from pathlib import Path

from click.testing import CliRunner

from hub.cli import hub
from hub.commands.authorisation import ROWS, describe
from hub.data.authorisation_words import FIELDS, PHASES, READERS
from hub.policy.fields import Field, Phase, Reader
from hub.policy.permissions import Permission
from hub.policy.visibility import MATRIX

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "authorisation.md"


def test_the_page_says_what_the_rules_say():
    assert PAGE.read_bytes() == describe().encode(), "write it anew: hub authorisation > docs/authorisation.md"


def test_the_command_prints_it():
    answer = CliRunner().invoke(hub, ["authorisation"])
    assert (answer.exit_code, answer.output) == (0, describe())


def test_every_reader_field_phase_and_permission_has_its_words_there():
    page = describe()
    assert (set(READERS), set(FIELDS), set(PHASES)) == (set(Reader), set(Field), set(Phase))
    assert [one for one in Permission if f"`{one.value}`" not in page] == []
    for phase, cells in MATRIX.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {PHASES[phase]} |")]
        assert line.count("|") == len(page.split("| Stand |")[1].partition("\n")[0].split("|")) + 1
        assert line.count("–") == line.count("|") - 2 - len(cells), phase


def test_every_scope_of_the_policy_stands_there():
    conditions = {"network_scopes", "person_scopes"}  # several scopes ask them
    files = {path.stem for path in (HOUSE / "hub" / "policy").glob("*scopes.py")} - conditions
    assert {module.__name__.rpartition(".")[2] for module in ROWS} == files
