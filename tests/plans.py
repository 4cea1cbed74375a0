"""What a database means to do with a statement, as text."""

from typing import Any

from hub.db import Database


def explain(database: Database, statement: str, parameters: Any) -> str:
    """Return the database's plan of a statement, one step a line."""
    how = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(how + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows) + "\n"
