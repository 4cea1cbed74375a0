"""`hub bench`: every workload runs on both databases, figures say what was missed, and nothing is left behind."""

import json
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from hub import crypto
from hub.bench import rooms
from hub.bench.bookings import CLIENTS
from hub.bench.crowds import measure_crowd
from hub.bench.figures import Figure, as_table
from hub.bench.raw import COMMIT, raw_processes, recording, replay
from hub.bench.rooms import rooms_of
from hub.cli import hub
from hub.models.organisation import Organisation, OrganisationKind
from tests.loop import rows
from tests.world import KEYS, World


@pytest.fixture(autouse=True)
def own_keys():
    yield
    crypto.install(KEYS.ring)  # commands install what they make


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_bookings_are_measured_beside_the_same_statements_sent_raw(
    database_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    building = tmp_path / "building"
    building.mkdir()
    monkeypatch.setattr(rooms, "TemporaryDirectory", partial(TemporaryDirectory, dir=building))
    file = tmp_path / "figures.json"
    arguments = ["bench", "--least", "--only", "bookings", "--kind", database_kind, "--json", str(file)]
    done = CliRunner().invoke(hub, arguments)
    assert done.exit_code == 0, done.output
    (figure,) = json.loads(file.read_text())["figures"]
    assert (figure["mark"], figure["kind"], figure["least"]) == ("P5", database_kind, 0.25)
    assert figure["ours"] > 0
    assert figure["reference"] > 0
    assert f"bookings by {CLIENTS} clients on dates of their own" in figure["what"]
    assert int(figure["what"].split()[-3]) > 10, "a booking takes more statements than this"
    assert not list(building.iterdir())


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_a_crowd_is_counted_and_no_round_comes_out_wrong(database_kind: str) -> None:
    with rooms_of(database_kind) as own:
        wrong, round_ = measure_crowd(own, rounds=1, clients=5, places=2)
    assert (wrong.ours, wrong.met) == (0, True)
    assert round_.ours > 0
    assert round_.reference, "the smallest program took its turn"
    assert round_.most == 10


def test_what_was_recorded_is_sent_again_and_kept(world: World) -> None:
    units = []
    for number in range(2):
        with recording(world.database) as steps, world.database.transaction() as one:
            one.add(Organisation(kind=OrganisationKind.CLUB, name=f"Verein {number}"))
            one.flush()
            one.rollback()  # what is sent again must be new to the database
        units.append([step for step in steps if step[1] is not None] + [(COMMIT, None, False)])
    url = world.url
    with raw_processes(url, 2) as pool:
        assert replay(pool, url, units, 2) > 0
    names = {one.name for one in rows(world, Organisation, Organisation.name.startswith("Verein "))}
    assert names == {"Verein 0", "Verein 1"}


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("P1", "sqlite", "x", 2.0, "ms", 1.5, 0.75, least=0.7), True),
        (Figure("P1", "sqlite", "x", 2.0, "ms", 1.3, 0.65, least=0.7), False),
        (Figure("P9", "sqlite", "x", 140.0, "MB", 100.0, 1.4, most=1.7), True),
        (Figure("P10", "sqlite", "x", 0.4, "s", most=0.3), False),
        (Figure("P4", "sqlite", "x", 3.0, "s"), None),
    ],
)
def test_a_figure_is_held_to_its_ratio_or_without_one_to_itself(figure: Figure, met: bool | None) -> None:
    assert figure.met is met
    assert ("missed" in as_table([figure])) == (met is False)
    assert figure.as_json()["met"] is met
