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
BROKEN = (  # 37 rows: each way to be wrong once, then days that do not exist
    "B0;Gibt es nicht;16.11.2026;10:00;11:00;;5",
    ";Yoga;;10:00;11:00;;5",
    "B2;Yoga;16.11.2026;25:00;11:00;;5",
    "B3;Yoga;16.11.2026;10:00;9:00;;5",
    "B4;Yoga;16.11.2020;10:00;11:00;;5",
    "B5;Yoga;16.11.2066;10:00;11:00;;5",
    "B6;Yoga;16.11.2026;10:00;11:00;Turm;5",
    "B7;Yoga;16.11.2026;10:00;11:00;;viele",
    "B8;Yoga;16.11.2026;10:00;11:00;;0",
    "B9;Yoga;28.03.2027;02:30;03:30;;5",
    "B10;Yoga;16.11.2026;10:00;11:00;;5;zu viel",
    "T1;Yoga;16.11.2026;10:00;11:00;;5",
    *(f"C{n};Yoga;31.11.2026;10:00;11:00;;5" for n in range(25)),
)


def good(n: int) -> str:
    """The n-th good row of a table of dates."""
    day, hour = n % 28 + 1, 8 + n // 28 % 10
    return f"T{n};Yoga;{day:02}.{10 + n // 280 % 3}.2026;{hour}:{n // 840}0;{hour}:{n // 840}5;;5"


def two_thousand() -> list[str]:
    """Two thousand rows of dates, 37 bad ones among them."""
    lines = [good(n) for n in range(1963)]
    for n, broken in enumerate(BROKEN):
        lines.insert(n * 50 + 7, broken)
    return lines


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
