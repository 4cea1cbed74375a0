"""Sealed columns of every table, in batches, for key rotation."""

from collections.abc import Iterator

from sqlalchemy import Column, Table, bindparam, select, type_coerce, update
from sqlalchemy import Text as PlainText
from sqlalchemy.orm import Session

from hub.db import Sealed
from hub.models import Base


def sealed_columns() -> Iterator[tuple[Table, Column[object]]]:
    """Yield every sealed column with its table, in a fixed order."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield table, column


def list_sealed(
    session: Session, table: Table, column: Column[object], *, after: int, limit: int
) -> list[tuple[int, str]]:
    """Return ids and ciphertexts of one column behind an id, still sealed."""
    raw = type_coerce(column, PlainText)
    query = select(table.c.id, raw).where(table.c.id > after, column.is_not(None)).order_by(table.c.id).limit(limit)
    return [(row[0], row[1]) for row in session.execute(query)]


def replace_sealed(session: Session, table: Table, column: Column[object], rows: list[tuple[int, str, str]]) -> None:
    """Write new ciphertexts (id, old, new), each only where the old one still stands."""
    statement = (
        update(table)
        .where(table.c.id == bindparam("row"), type_coerce(column, PlainText) == bindparam("old"))
        .values({column.name: type_coerce(bindparam("new"), PlainText)})
    )
    session.connection().execute(statement, [{"row": row, "old": old, "new": new} for row, old, new in rows])
