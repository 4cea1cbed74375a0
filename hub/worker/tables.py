"""Importing the tables that partners have started: each whole in one transaction, or back to them."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from hub.actions import table_imports as verbs
from hub.db import Database
from hub.errors import HubError
from hub.queries import table_imports
from hub.worker.attempts import for_each


def import_tables(database: Database, at: datetime) -> None:
    """Import every started table; one that fails keeps no other from it."""
    with database.reading() as session:
        ids = table_imports.list_running(session)
    for_each("tables", ids, lambda one: _import(database, one, at))


def forget_tables(database: Database, at: datetime) -> None:
    """Delete old tables with their reports."""
    database.run(lambda session: table_imports.delete_old(session, at=at))


def _import(database: Database, import_id: int, at: datetime) -> None:
    """Import one table; what changed under it, or a fault of ours, sends it back with nothing imported."""
    try:
        database.run(lambda session: verbs.run_import(session, import_id=import_id, at=at))
    except Exception as error:
        database.run(lambda session: verbs.put_back(session, import_id=import_id, at=at))
        if not isinstance(error, HubError | IntegrityError):
            raise
