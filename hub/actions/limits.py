"""Exact limits on tries at secrets, shared by all processes through the database.

A try is counted before it is made, in a transaction of its own: then it survives the failure, and tries made at
the same moment cannot slip past the limit. A success takes its own tries back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import crypto
from hub.errors import TooManyAttempts
from hub.models.login import Attempt
from hub.queries import limits
from hub.queries.locks import lock_name

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """So many tries within a window that slides; refused tries do not count, so nobody is kept out for long."""

    tries: int
    window: timedelta = QUARTER


LIMITS: dict[str, Limit] = {
    "login": Limit(5),  # one account from one address
    "login.account": Limit(20),  # one account from anywhere
    "login.client": Limit(100),  # one address, behind which a whole office may sit
    "password": Limit(5),  # the present password on the own account page
    "pin": Limit(5),  # one card
    "card_code": Limit(30),  # one address
    "invitation": Limit(30),  # one address
    "withdrawal": Limit(15),  # one address
    "caller": Limit(10),  # one member of staff takes back for somebody on the telephone
    "demand": Limit(20, timedelta(hours=1)),  # one address says that something is missing
    "barrier": Limit(10, timedelta(hours=1)),  # one address tells of a barrier
    "check_in": Limit(10, timedelta(hours=1)),  # one address at one date, beside one try for each of its places
    "pdf": Limit(60, timedelta(hours=1)),  # one account, or one address: drawing takes a core for seconds
    "reset": Limit(5, timedelta(hours=1)),
}


def check_limit(session: Session, kind: str, key: str, at: datetime, *, more: int = 0) -> None:
    """Raise TooManyAttempts (429, with minutes to wait) when the limit of this kind is reached for this key.

    `more` tries are allowed beside, where so many people rightly try from one place.
    """
    limit, most = LIMITS[kind], LIMITS[kind].tries + more
    tries = limits.list_tries(session, kind, _digest(kind, key), since=at - limit.window, limit=most)
    if len(tries) == most:
        waiting = tries[-1] + limit.window - at
        raise TooManyAttempts(max(1, -(-int(waiting.total_seconds()) // 60)))


def note_failure(session: Session, kind: str, key: str, at: datetime) -> Attempt:
    """Count one try; only a keyed digest of what was tried is stored."""
    attempt = Attempt(kind=kind, key_digest=_digest(kind, key), at=at)
    session.add(attempt)
    return attempt


def take_try(session: Session, kind: str, key: str, at: datetime, *, more: int = 0) -> Attempt:
    """Check the limit and count the try that follows, as one step; raises TooManyAttempts (429)."""
    lock_name(session, _digest(kind, key))
    check_limit(session, kind, key, at, more=more)
    return note_failure(session, kind, key, at)


def take_back(session: Session, tries: list[Attempt]) -> None:
    """Uncount tries that turned out to be right."""
    limits.delete_tries_by_id(session, [one.id for one in tries])


def forget(session: Session, kind: str, key: str) -> None:
    """Forget all tries at a key, after the right secret was given."""
    limits.delete_tries(session, kind, _digest(kind, key))


def forget_old(session: Session, *, at: datetime) -> None:
    """Delete what no limit counts any more; the worker does it daily."""
    limits.delete_tries_before(session, at - max(limit.window for limit in LIMITS.values()))


def _digest(kind: str, key: str) -> str:
    return crypto.ring().digest("attempt", f"{kind}\0{key}")
