"""The workloads of `hub bench` apart from bookings: each comes to its figures, on both databases."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from hub import crypto
from hub.bench import logins, pages, reading, workloads
from hub.bench.figures import Figure
from hub.bench.growth import PAGES
from hub.bench.workloads import LEAST, WORKLOADS
from hub.cli import hub
from hub.commands import bench
from hub.seeds.cast import PASSWORD
from hub.seeds.sheet import Sheet
from tests.world import KEYS

STATEMENTS = re.compile(r"(\d+) statements$")


def run(*words: str) -> Any:
    """Run the command in its least size."""
    try:
        return CliRunner().invoke(hub, ["bench", "--least", *words])
    finally:
        crypto.install(KEYS.ring)  # commands install what they make


@pytest.fixture
def rooms(app, world, monkeypatch):
    """Rooms in which the almost empty world stands for the demo network."""
    sheet = Sheet(PASSWORD, [("", user.name, user.email) for user in world.cast.users.values()])
    for module in (pages, logins, reading):
        monkeypatch.setattr(module, "demo_of", lambda _rooms, _database: (app, sheet))
    return SimpleNamespace(kind=world.kind, empty=lambda _name: world.database)


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_feeds_searches_and_growth_come_to_figures_beside_their_references(database_kind, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    wanted = [word for name in ("feeds", "searches", "growth") for word in ("--only", name)]
    done = run("--kind", database_kind, *wanted, "--json", str(file))
    assert done.exit_code == 0, done.output
    figures = json.loads(file.read_text())["figures"]
    assert {one["kind"] for one in figures} == {database_kind}
    assert [one["what"] for one in figures[:4]] == [
        "feed of 3: 304",
        "feed of 3: 200",
        "feed of 3: 200, gzip",
        "feed of 3: 200 after one change",
    ]
    assert [one["mark"] for one in figures[:4]] == ["P1", "P2", "P2", "P3"]
    assert all(one["ratio"] == one["reference"] / one["ours"] for one in figures[:3]), "the share of the bare rate"
    found, grown = figures[4:11], figures[11:]
    assert [one["mark"] for one in found] == ["P6"] * 6 + ["P11"]
    assert all(int(STATEMENTS.search(one["what"])[1]) <= 4 for one in found[:-1])
    assert all(one["ratio"] == 1 for one in found[:-1:2]), "the fewest dates are the reference"
    assert len(grown) == 3 * (len(PAGES) + 1)
    asked = [int(STATEMENTS.search(one["what"])[1]) for one in grown]
    assert all(1 <= n <= 12 for n in asked)
    assert all(one["ratio"] == 1 for one in grown[::3]), "the demo alone is the reference"
    for alone, beside, more in zip(asked[::3], asked[1::3], asked[2::3], strict=True):
        assert max(beside, more) <= alone, "beside others no page asks more"


def test_every_page_is_told_by_its_time_and_its_statements(rooms):
    over, late, *slowest = pages.measure_demo(rooms, samples=1)
    assert (over.ours, over.met) == (0, True)
    assert late.unit == "pages"
    assert len(slowest) == pages.TOLD
    assert [one.ours for one in slowest] == sorted((one.ours for one in slowest), reverse=True)
    assert all(one.reference and one.most == pages.MOST for one in slowest)


def test_a_refused_sign_in_and_a_hostile_calendar_come_to_figures(rooms):
    (refused,) = WORKLOADS["logins"](rooms, LEAST)
    assert refused.ratio == refused.ours / refused.reference
    until, meanwhile = WORKLOADS["calendar"](rooms, LEAST)
    assert until.what.endswith("rule_too_frequent 1")
    assert meanwhile.ours > 0
    assert meanwhile.reference > 0


@pytest.mark.parametrize(("wrong", "status"), [(0, 0), (1, 1)])
def test_a_place_too_many_is_a_failure_and_a_missed_time_is_none(monkeypatch, wrong: int, status: int) -> None:
    figures = [Figure("P4", "sqlite", "x", wrong, "rounds", most=0), Figure("P10", "sqlite", "x", 9.0, "s", most=0.3)]
    monkeypatch.setitem(bench.WORKLOADS, "crowd", lambda _rooms, _size: iter(figures))
    done = run("--kind", "sqlite", "--only", "crowd")
    assert done.exit_code == status, done.output
    assert "missed" in done.output


def test_sizes_can_be_asked_for(monkeypatch) -> None:
    asked = []
    monkeypatch.setitem(workloads.WORKLOADS, "growth", lambda _rooms, size: iter(asked.append(size) or ()))
    done = run("--kind", "sqlite", "--only", "growth", "--scale", "3", "--scale", "100", "--rounds", "10")
    assert done.exit_code == 0, done.output
    (size,) = asked
    assert (size.scale, size.rounds, size.samples) == ((3, 100), 10, LEAST.samples)
    assert run("--scale", "101").exit_code == 2
