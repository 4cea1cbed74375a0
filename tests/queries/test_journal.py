"""The deletion journal's question of each minute reads what ended lately, and no table from end to end."""

from datetime import timedelta

import pytest

from hub.models.consent import Consent, ConsentState
from hub.queries.journal import TABLES, list_ended
from tests.catalogue import statements
from tests.loop import rows
from tests.multitude import GROWING_TABLES, add_multitude
from tests.plans import explain, walked
from tests.world import World

MANY = 3000  # of few, PostgreSQL reads the whole table with good reason


@pytest.mark.slow
def test_what_ended_lately_is_found_along_indexes_however_much_there_is(world: World) -> None:
    add_multitude(world, MANY)
    gone = rows(world, Consent)[-1]
    with world.database.transaction() as session:
        found = session.get_one(Consent, gone.id)
        found.state, found.ended_at = ConsentState.WITHDRAWN, world.at
    with statements(world.database) as asked, world.database.reading() as session:
        ended = list_ended(session, since=world.at - timedelta(hours=1))
    assert [(one.table, one.id, one.how) for one in ended] == [("consents", gone.public_id, "withdrawn")]
    ((statement, parameters),) = asked
    plan = explain(world.database, statement, parameters)
    grown = set(TABLES) if world.kind == "sqlite" else set(TABLES) & GROWING_TABLES
    assert len(grown) >= 2
    assert walked(plan, grown) == set(), plan
