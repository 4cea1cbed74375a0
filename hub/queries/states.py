"""The only door through which a state changes: the table of moves, then one compare-and-set."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.errors import SomebodyWasFaster, StepNotPossible


def may_move(row: Any, to: Any) -> bool:
    """Tell whether the row's table of moves knows this step."""
    return to in type(row).moves[row.state]


def move(session: Session, row: Any, to: Any, *, at: datetime, **values: Any) -> None:
    """Move a loaded row to another state, setting `values` in the same UPDATE.

    Raises StepNotPossible (409) when the table of moves does not know the step, SomebodyWasFaster (409) when the row's
    state or version is no longer the one that was read. `changed_at` is set to `at` (UTC) where the row has one.
    """
    if not may_move(row, to):
        raise StepNotPossible
    table = type(row)
    if hasattr(table, "changed_at"):
        values.setdefault("changed_at", at)
    values |= {"state": to, "version": row.version + 1}
    changed = session.execute(
        update(table)
        .where(table.id == row.id, table.state == row.state, table.version == row.version)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise SomebodyWasFaster
    for name, value in values.items():
        set_committed_value(row, name, value)


def require_version(row: Any, version: int | None) -> None:
    """Raise SomebodyWasFaster when the form was made from an older version of the row than the present one."""
    if version is not None and row.version != version:
        raise SomebodyWasFaster
