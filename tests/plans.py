"""What a database means to do with a statement, as text, and which tables it would read from end to end."""

import re
from collections.abc import Collection
from typing import Any

from hub.db import Database

SQLITE_SCAN = re.compile(r"SCAN (\w+?)(?:_\d+)?(?: |$)")
POSTGRES_NODE = re.compile(r"(Seq|Index Only|Index|Bitmap Heap) Scan (?:Backward )?(?:using \w+ )?on (\w+)")
POSTGRES_BOUND = ("Index Cond", "Recheck Cond")


def explain(database: Database, statement: str, parameters: Any) -> str:
    """Return the database's plan of a statement, one step a line."""
    how = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")  # no disk that turns
        rows = connection.exec_driver_sql(how + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows) + "\n"


def walked(plan: str, tables: Collection[str]) -> set[str]:
    """Return which of these tables a plan of either database reads from end to end, by heap or by a whole index."""
    lines = plan.splitlines()
    found = {match[1] for line in lines if (match := SQLITE_SCAN.search(line))}
    for number, line in enumerate(lines):
        node = POSTGRES_NODE.search(line)
        if node and not any(bound in one for one in _about(lines[number + 1 :]) for bound in POSTGRES_BOUND):
            found.add(node[2])
    return found & set(tables)


def _about(lines: list[str]) -> list[str]:
    """Return the lines that belong to a node of PostgreSQL's plan: those before the next one."""
    ends = (number for number, line in enumerate(lines) if line.lstrip().startswith(("->", "SubPlan", "InitPlan")))
    return lines[: next(ends, len(lines))]
