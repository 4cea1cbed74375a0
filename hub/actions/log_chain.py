"""The chain over the log: committed rows get a running number and a keyed digest of row and predecessor."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import log as log_queries
from hub.queries.locks import lock_name

START = "0" * 64
BATCH = 1000


@dataclass(frozen=True)
class Verdict:
    """What verifying found. `number` and `digest` are the head, to be kept elsewhere against a cut tail."""

    rows: int
    first_broken: int | None
    unchained: int
    unchained_age: timedelta
    number: int
    digest: str


def chain_log(session: Session, *, at: datetime, batch: int = BATCH) -> int:
    """Append up to `batch` committed rows to the chain in order of id and return how many; 0 when all are in.

    A row committed later than its neighbours gets the next number then; nothing is ever renumbered.
    """
    lock_name(session, "log chain")
    head = log_queries.last_link(session)
    number, digest = (head.number, head.digest) if head else (0, START)
    links = []
    for entry, subjects in log_queries.list_unchained(session, limit=batch):
        number, digest = number + 1, _digest_of(digest, entry, subjects)
        links.append({"number": number, "log_id": entry.id, "digest": digest, "chained_at": at})
    log_queries.add_links(session, links)
    return len(links)


def verify_log(session: Session, *, at: datetime, anchor: tuple[int, str] | None = None) -> Verdict:
    """Recompute the whole chain and name the first number at which a row was changed, removed, inserted or moved.

    `anchor` is an earlier head (number, digest) kept outside: a chain cut before it is broken there (R-AUD-04).
    """
    number, digest, broken = 0, START, None
    while broken is None and (links := log_queries.list_links(session, after=number, limit=BATCH)):
        for entry, subjects in links:
            expected = _digest_of(digest, entry, subjects) if entry.id is not None else None
            if entry.number != number + 1 or entry.link != expected:
                broken = number + 1
                break
            number, digest = entry.number, entry.link
            if anchor and anchor[0] == number and anchor[1] != digest:
                broken = number
                break
    if broken is None and anchor and anchor[0] > number:
        broken = number + 1
    unchained, oldest = log_queries.count_unchained(session)
    age = at - oldest if oldest is not None else timedelta(0)
    return Verdict(number, broken, unchained, age, number, digest)


def note_verification(session: Session, *, actor: Actor, verdict: Verdict, at: datetime) -> None:
    """Log that somebody verified the log, and with which result."""
    require(actor, Permission.VERIFY_LOG)
    result = "ok" if verdict.first_broken is None else "broken"
    log.record(session, actor=actor, action="log.verified", result=result, at=at)


def _digest_of(predecessor: str, entry: Row[Any], subjects: list[str]) -> str:
    """Return the keyed digest of a row, its subjects and its predecessor; who has only the database cannot forge it."""
    row = {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": [entry.actor_ref, entry.actor_kind],
        "action": entry.action,
        "object": [entry.object_type, entry.object_ref],
        "fields": entry.fields,
        "purpose": entry.purpose,
        "result": entry.result,
        "request": entry.request_id,
        "subjects": sorted(subjects),
    }
    text = json.dumps(row, sort_keys=True, separators=(",", ":"))
    return crypto.ring().digest("log chain", f"{predecessor}\n{text}")
