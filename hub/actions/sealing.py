"""Sealing fields again under the newest key, one small batch a transaction, so that a running house goes on."""

from datetime import datetime

from sqlalchemy import Column, Table
from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.sealed import list_sealed, replace_sealed

BATCH = 200


def reseal_batch(session: Session, *, actor: Actor, table: Table, column: Column[object], after: int) -> list[int]:
    """Seal one batch of a sealed column again under the newest key; return the row ids, none when it is done.

    A field that changed meanwhile is left as it is: whoever changed it used the newest key already.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    rows = list_sealed(session, table, column, after=after, limit=BATCH)
    if rows:
        replace_sealed(session, table, column, [(row, old, crypto.ring().rotate(old)) for row, old in rows])
    return [row for row, _ in rows]


def note_rotation(session: Session, *, actor: Actor, at: datetime) -> None:
    """Log that the keys were changed (R-AUD-02)."""
    require(actor, Permission.RUN_MAINTENANCE)
    log.record(session, actor=actor, action="keys.rotated", at=at)
