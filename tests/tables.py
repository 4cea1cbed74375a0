"""Tables for tests: short to write, taken through all steps of an import as a partner and the worker would."""

from typing import Any

from hub.actions import table_imports as verbs
from hub.models.table_import import TableImport, TableKind
from hub.queries.table_imports import get_import
from hub.queries.table_rows import Becomes, count
from hub.tables.reading import read_table
from hub.worker.tables import import_tables
from tests.world import World

DATES = "Nummer;Angebot;Tag;Von;Bis;Raum;Plätze\n"
OFFERS = "Nummer;Titel;Ziel;Zugang;Ort;Plätze\n"


def upload(world: World, kind: TableKind, text: str, *, by: str = "sven", owner: str = "club") -> TableImport:
    """Let a partner upload a table."""
    one: TableImport = world.do(
        verbs.upload_table,
        actor=world.actor(by),
        organisation=world.cast.organisations[owner],
        kind=kind,
        table=read_table(text.encode()),
        at=world.at,
    )
    return one


def check(world: World, one: TableImport, *, by: str = "sven", **columns: str) -> TableImport:
    """Let a partner check all rows, with the guessed columns or others."""
    with world.database.transaction() as session:
        found = get_import(session, world.actor(by), one.public_id)
        named = columns or found.columns
        verbs.check_table(session, actor=world.actor(by), table_import=found, columns=named, at=world.at)
    return found


def start(world: World, one: TableImport, *, by: str = "sven") -> None:
    """Let a partner start the import."""
    with world.database.transaction() as session:
        found = get_import(session, world.actor(by), one.public_id)
        verbs.start_import(session, actor=world.actor(by), table_import=found, at=world.at)


def finish(world: World, one: TableImport, *, by: str = "sven") -> TableImport:
    """Let the worker work, and return the import as it is then."""
    import_tables(world.database, world.at)
    with world.database.reading() as session:
        return get_import(session, world.actor(by), one.public_id)


def import_table(world: World, kind: TableKind, text: str, **who: Any) -> TableImport:
    """Take a table through all steps."""
    by = {"by": who["by"]} if "by" in who else {}
    one = check(world, upload(world, kind, text, **who), **by)
    start(world, one, **by)
    return finish(world, one, **by)


def numbers(one: TableImport) -> dict[str, int]:
    """Return how many rows came to what, those that came to something."""
    return {becomes.value: n for becomes, n in count(one.report).items() if n}


def outcome(one: TableImport, row: int) -> tuple[Becomes, dict[str, str]]:
    """Return what becomes of the row with this number, and why."""
    found = next(stored for stored in one.report if stored["row"] == row)
    return Becomes(found["becomes"]), {name: text.format(**facts) for name, text, facts in found["why"]}
