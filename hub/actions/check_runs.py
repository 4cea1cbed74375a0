"""Checking whether everything holds that must always be true of the data: read first, then write what was found."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions import log
from hub.models.check_run import CheckRun
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.check_runs import delete_runs_before
from hub.queries.invariants import count_broken

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Found:
    """What a check found: the invariants that do not hold, with how many rows break each, and how long it took."""

    broken: dict[str, int]
    milliseconds: int


def check_data(session: Session, *, actor: Actor, at: datetime) -> Found:
    """Count what breaks each invariant; a reading transaction will do, so that nobody waits who writes."""
    require(actor, Permission.CHECK_DATA)
    began = time.perf_counter()
    broken = count_broken(session, at=at)
    return Found(broken, round((time.perf_counter() - began) * 1000))


def keep_check(session: Session, *, actor: Actor, found: Found, at: datetime) -> CheckRun:
    """Write down what a check found; a row of the log only where somebody asked for it, as the clock does it daily."""
    require(actor, Permission.CHECK_DATA)
    delete_runs_before(session, at - KEPT)
    run = CheckRun(ran_at=at, milliseconds=found.milliseconds, broken=dict(found.broken))
    session.add(run)
    session.flush()
    if actor.kind is ActorKind.STAFF:
        log.record(session, actor=actor, action="data.checked", result="broken" if found.broken else "ok", at=at)
    return run
