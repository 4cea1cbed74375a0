"""Alembic's environment: always online, on the connection it is handed."""

from typing import Any

from alembic import context
from sqlalchemy import Enum

from hub.db import Sealed, UTCDateTime
from hub.models import Base


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own column types as the plain ones they are made of, so that old migrations never import the hub."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Sealed):
        return "sa.Text()"
    return f"sa.String(length={item.length})" if isinstance(item, Enum) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
