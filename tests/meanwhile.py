"""Somebody who acts between the look and the lock of somebody else, always at the same moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.world import World


@contextmanager
def meanwhile(world: World, deed: Callable[[], Any]) -> Iterator[None]:
    """Do this once, in a transaction of its own, just before the next statement that locks a row.

    SQLite lets nobody write while somebody else may: there it is done before, and must come to the same.
    """
    if world.url.startswith("sqlite"):
        deed()
        yield
        return
    done: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        locks = "FOR NO KEY UPDATE" in statement or statement.startswith("UPDATE")
        if locks and not done:
            done.append(statement)
            deed()

    event.listen(world.database.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(world.database.engine, "before_cursor_execute", look)
    assert done, "nothing was locked"
