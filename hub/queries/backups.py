"""Questions about a database as a whole, for backups: its snapshot, its rows, and making room for one put back."""

from typing import Any

from sqlalchemy import func, inspect, literal, select, text, union_all
from sqlalchemy.orm import Session

from hub.models.base import Base
from hub.models.participant import Participant


def export_snapshot(session: Session) -> str:
    """Return the name of what this transaction sees, for pg_dump to see the same (PostgreSQL, pg_export_snapshot).

    The session must be the first to ask anything in its transaction, and stay open until pg_dump has ended.
    """
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    return str(session.execute(select(func.pg_export_snapshot())).scalar_one())


def count_rows(session: Session) -> dict[str, int]:
    """Return how many rows each table has that there is, by its name. One statement for all."""
    there = set(inspect(session.connection()).get_table_names())
    tables: list[Any] = [one for one in Base.metadata.sorted_tables if one.name in there]
    if not tables:
        return {}
    counts = (select(literal(one.name), func.count()).select_from(one) for one in tables)
    return {row[0]: row[1] for row in session.execute(union_all(*counts))}


def put_aside(session: Session, name: str) -> None:
    """Move all that a PostgreSQL database holds into a schema of that name, and leave an empty one in its place."""
    session.execute(text(f'ALTER SCHEMA public RENAME TO "{name}"'))
    session.execute(text("CREATE SCHEMA public"))


def take_back(session: Session, name: str) -> None:
    """Undo `put_aside`, whatever stands in its place."""
    session.execute(text("DROP SCHEMA public CASCADE"))
    session.execute(text(f'ALTER SCHEMA "{name}" RENAME TO public'))


def drop_aside(session: Session, name: str) -> None:
    """Drop what `put_aside` has moved away where that was nothing."""
    session.execute(text(f'DROP SCHEMA "{name}"'))


def open_one(session: Session) -> None:
    """Open one sealed field of a person, if there is any; raises ConfigurationError when the keys do not fit."""
    session.scalars(select(Participant).order_by(Participant.id).limit(1)).first()
