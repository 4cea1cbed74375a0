"""Rows that nothing asks for any more: from when on, and their deletion in small portions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from hub import clock
from hub.models.barrier import Barrier
from hub.models.demand import Demand, DemandRequest
from hub.models.login import LONGEST, Login
from hub.models.notice import Link
from hub.queries.demands import LOOKED_BACK

LOGINS_KEPT = 2 * LONGEST  # no browser is signed in for longer than half of that (R-ACC-13)
LINKS_KEPT = timedelta(days=30)  # after they expired
BARRIERS_KEPT = timedelta(days=365)  # so long somebody may ask what became of it
AT_ONCE = 1000
IsOld = Callable[[datetime], ColumnElement[bool]]

OLD: dict[Any, IsOld] = {
    Login: lambda at: Login.created_at < at - LOGINS_KEPT,
    Link: lambda at: Link.expires_at < at - LINKS_KEPT,
    Barrier: lambda at: Barrier.told_at <= at - BARRIERS_KEPT,
    Demand: lambda at: Demand.on <= clock.local_date(at) - LOOKED_BACK,
    DemandRequest: lambda at: DemandRequest.asked_at <= at - LOOKED_BACK,
}


def delete_some_old(session: Session, table: Any, *, at: datetime, limit: int = AT_ONCE) -> int:
    """Delete at most so many old rows of one of these tables and return how many."""
    ids = list(session.scalars(select(table.id).where(OLD[table](at)).order_by(table.id).limit(limit)))
    if ids:
        session.execute(delete(table).where(table.id.in_(ids)), execution_options={"synchronize_session": False})
    return len(ids)
