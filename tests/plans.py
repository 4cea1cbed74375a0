"""What a database means to do with a statement, as text, and which tables it would read from end to end."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.db import Database
from hub.models import Base

SQLITE_SCAN = re.compile(r"SCAN (\w+?)(?:_\d+)?(?: |$)")
SQLITE_SKIP = re.compile(r"SEARCH (\w+?)(?:_\d+)? .*ANY\(")
SQLITE_BY_STATE = re.compile(r"SEARCH (\w+?)(?:_\d+)? USING (?:COVERING )?INDEX \w+ \(state=\?\)$")
POSTGRES_NODE = re.compile(
    r"(?<!Bitmap )(?:Seq|Index Only|Index|Bitmap Heap) Scan (?:Backward )?(?:using (\w+) )?on (\w+)"
)
POSTGRES_BITMAP = re.compile(r"Bitmap Index Scan on (\w+)")


def explain(database: Database, statement: str, parameters: Any) -> str:
    """Return the database's plan of a statement, one step a line."""
    how = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")  # no disk that turns
        rows = connection.exec_driver_sql(how + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows) + "\n"


def walked(plan: str, tables: Collection[str]) -> set[str]:
    """Return which of these tables a plan of either database reads from end to end, by heap or by a whole index.

    A condition on a later column of an index alone still reads the whole index: only its first column bounds it. A
    state bounds nothing: half of a table may be in it, and SQLite, which has counted nothing, takes that for little.
    """
    lines = plan.splitlines()
    steps = (SQLITE_SCAN, SQLITE_SKIP, SQLITE_BY_STATE)
    found = {match[1] for line in lines for step in steps if (match := step.search(line))}
    for number, line in enumerate(lines):
        node = POSTGRES_NODE.search(line)
        if node and not _is_bound(node[1], lines[number + 1 :]):
            found.add(node[2])
    return found & set(tables)


def _is_bound(index: str | None, below: list[str]) -> bool:
    """Tell whether a node of PostgreSQL's plan reads a part alone: by its index, or by each of its bitmap's."""
    if index is not None:
        return _is_first_bound(index, _about(below))
    if not any("Recheck Cond" in line for line in _about(below)):
        return False
    scans = [(number, match[1]) for number, line in enumerate(below) if (match := POSTGRES_BITMAP.search(line))]
    nodes = (number for number, line in enumerate(below) if POSTGRES_NODE.search(line))
    until = next(nodes, len(below))
    return all(_is_first_bound(name, _about(below[number + 1 :])) for number, name in scans if number < until)


def _is_first_bound(index: str, about: list[str]) -> bool:
    conditions = [line for line in about if "Index Cond" in line]
    first = FIRST.get(index, r"\w+")
    return any(re.search(rf"\({first}\b(?!\.)", line) for line in conditions)


def _first_columns() -> Iterator[tuple[str, str]]:
    """Yield the name of each index, and of what the database makes one for, with its first column."""
    for table in Base.metadata.tables.values():
        for one in (*table.indexes, table.primary_key, *table.constraints):
            if isinstance(one, Index | PrimaryKeyConstraint | UniqueConstraint) and one.columns:
                yield str(one.name), one.columns[0].name


def _about(lines: list[str]) -> list[str]:
    """Return the lines that belong to a node of PostgreSQL's plan: those before the next one."""
    ends = (number for number, line in enumerate(lines) if line.lstrip().startswith(("->", "SubPlan", "InitPlan")))
    return lines[: next(ends, len(lines))]


FIRST = dict(_first_columns())
