"""The reader of plans: it takes for bound what begins at an index's first column, and nothing else."""

from typing import Any

import pytest
from sqlalchemy import text

from hub.models.consent import Scope
from tests.plans import walked
from tests.world import World

TABLE = "consents"


def plan(world: World, where: str, *ways: str) -> str:
    """Return how the database would find consents, with some ways of PostgreSQL's closed."""
    sqlite = world.kind == "sqlite"
    with world.database.engine.connect() as connection:
        for way in () if sqlite else ways:
            connection.execute(text(f"SET LOCAL {way} = off"))
        how = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        rows: Any = connection.execute(text(f"{how} SELECT * FROM consents WHERE {where}")).all()
    return "\n".join(str(row[-1]) for row in rows)


BY_INDEX, BY_BITMAP = ("enable_seqscan", "enable_bitmapscan"), ("enable_seqscan", "enable_indexscan")


@pytest.mark.parametrize("ways", [BY_INDEX, BY_BITMAP])
def test_an_index_entered_at_its_second_column_is_read_from_end_to_end(world: World, ways: tuple[str, ...]) -> None:
    found = plan(world, f"scope = '{Scope.TRANSMIT}'", *ways)
    assert "Index Cond" in found or world.kind == "sqlite"
    assert walked(found, [TABLE]) == {TABLE}, found


@pytest.mark.parametrize("ways", [BY_INDEX, BY_BITMAP])
def test_an_index_entered_at_its_first_column_is_not(world: World, ways: tuple[str, ...]) -> None:
    for where in ("participant_id = 5", "participant_id = 5 AND scope = 'transmit'", "id = 5", "public_id = 'a'"):
        found = plan(world, where, *ways)
        assert walked(found, [TABLE]) == set(), found
