"""Locks by name, where no row stands for what must not happen twice at once."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def lock_name(session: Session, name: str) -> None:
    """Let nobody else past this line with the same name until the transaction ends.

    SQLite's writing transactions are alone anyway; PostgreSQL takes an advisory lock, since two transactions
    that insert and then count do not see each other's rows.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
        session.execute(select(func.pg_advisory_xact_lock(number)))
