"""`hub soak`: a short run on each database, how a course is judged, and the fate of every table."""

import pytest

from hub.bench.soak import courses_of, fate_of, soak
from hub.models.base import Base
from hub.seeds.storm import Size

SMALL = Size(hands=2, people=4, drafts=2, dates=6, places=2, mails=6, seconds=5)
FLAT = [{"serve, MB": 100.0 + number % 2, "files": 20.0, "connections": 3.0} for number in range(40)]


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_a_short_run_names_what_grew_and_breaks_nothing(database_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.bench.soak.WARM_SECONDS", 3.0)
    told: list[str] = []
    found = soak(database_kind, seconds=6, seed=5, size=SMALL, tell=told.append)
    assert [one for one in found.breaches if " grows: " not in one] == []  # six seconds judge no memory
    assert "deeds a second at full speed" in told[0]
    text = "\n".join(found.lines)
    assert "serve, process 1, MB" in text
    assert "log_entries: stays" in text


def test_a_course_is_flat_until_its_trend_leaves_the_bound() -> None:
    assert all(course.flat for course in courses_of(FLAT))
    leaking = [one | {"serve, MB": 100.0 + number} for number, one in enumerate(FLAT)]
    assert [course.name for course in courses_of(leaking) if not course.flat] == ["serve, MB"]
    opening = [one | {"files": 20.0 + number / 4} for number, one in enumerate(FLAT)]
    assert [course.name for course in courses_of(opening) if not course.flat] == ["files"]
    falling = [one | {"serve, MB": 200.0 - number} for number, one in enumerate(FLAT)]
    assert all(course.flat for course in courses_of(falling))


def test_every_table_has_a_fate_and_another_has_none() -> None:
    assert [table.name for table in Base.metadata.sorted_tables if not fate_of(table.name)] == []
    assert fate_of("forgotten_things") == ""
