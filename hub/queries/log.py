"""Questions to the log: recent rows of one actor, pages for auditors, rows not yet chained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, literal, select
from sqlalchemy.orm import Session

from hub import clock
from hub.models.log import LogChain, LogEntry, LogSubject
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.scopes import log_for

_ROW = tuple(LogEntry.__table__.columns)  # plain, as the chain reads very many of them
LATE = 10_000  # so many rows may be committed before one that got its id earlier and is still under way


def add_unless_known(session: Session, entry: LogEntry, *, same: Iterable[str], after: datetime) -> int | None:
    """Add a row unless one that agrees in the columns `same` was written after then; return the new row's key.

    One statement, since every page of persons asks it.
    """
    agrees = [getattr(LogEntry, name) == getattr(entry, name) for name in same]
    known = select(LogEntry.id).where(*agrees, LogEntry.at > after)
    columns = [column for column in LogEntry.__table__.columns if column.key != "id"]
    row = select(*(literal(getattr(entry, column.key), column.type) for column in columns)).where(~known.exists())
    names = [column.key for column in columns]
    added: int | None = session.scalar(insert(LogEntry).from_select(names, row).returning(LogEntry.id))
    return added


@dataclass(frozen=True)
class Filter:
    """Which rows an auditor wants; empty means all."""

    action: str = ""
    on: date | None = None  # a day in Europe/Berlin
    who: str = ""  # public id of an actor
    what: str = ""  # public id of a thing


def list_entries(session: Session, actor: Actor, wanted: Filter, *, page: int, size: int) -> list[LogEntry]:
    """Return one page of the log, newest first; one row more than `size` when another page follows."""
    query = log_for(actor)
    if wanted.action:
        query = query.where(LogEntry.action == wanted.action)
    if wanted.on is not None:
        query = query.where(LogEntry.at >= clock.start_of_day(wanted.on), LogEntry.at < clock.end_of_day(wanted.on))
    if wanted.who:
        query = query.where(LogEntry.actor_ref == wanted.who)
    if wanted.what:
        query = query.where(LogEntry.object_ref == wanted.what)
    query = query.order_by(LogEntry.at.desc(), LogEntry.id.desc())
    return list(session.scalars(query.offset((page - 1) * size).limit(size + 1)))


def list_actions(session: Session) -> list[str]:
    """Return every action that was ever logged."""
    return list(session.scalars(select(LogEntry.action).distinct().order_by(LogEntry.action)))


def names_of(session: Session, refs: Iterable[str]) -> dict[str, str]:
    """Return the names of staff by public id; persons and things have none here."""
    query = select(User.public_id, User.name).where(User.public_id.in_(set(refs)))
    return {row.public_id: row.name for row in session.execute(query)}


def last_link(session: Session) -> LogChain | None:
    """Return the newest link of the chain, or None before the first."""
    return session.scalar(select(LogChain).order_by(LogChain.number.desc()).limit(1))


def list_unchained(session: Session, *, limit: int) -> list[tuple[Row[Any], list[str]]]:
    """Return committed rows that are not yet in the chain, in order of id, each with its subjects."""
    newest = select(func.coalesce(func.max(LogChain.log_id), 0)).scalar_subquery()
    query = (
        select(*_ROW)
        .outerjoin(LogChain, LogChain.log_id == LogEntry.id)
        .where(LogEntry.id > newest - LATE, LogChain.number.is_(None))
    )
    rows = session.execute(query.order_by(LogEntry.id).limit(limit)).all()
    subjects = _subjects_of(session, [row.id for row in rows])
    return [(row, subjects.get(row.id, [])) for row in rows]


def _subjects_of(session: Session, log_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the subjects of log rows; those between the first and the last are read at once."""
    found: dict[int, list[str]] = {}
    if log_ids:
        between = LogSubject.log_id.between(min(log_ids), max(log_ids))
        columns = (LogSubject.log_id, LogSubject.subject)
        for log_id, subject in session.execute(select(*columns).where(between)):
            found.setdefault(log_id, []).append(subject)
    return found


def add_links(session: Session, links: Sequence[dict[str, Any]]) -> None:
    """Add links to the chain, all in one statement."""
    if links:
        session.execute(insert(LogChain), links)


def count_waiting(session: Session) -> tuple[int, datetime | None]:
    """Return how many of the newest LATE rows are not in the chain, and when the oldest of them was written.

    No older row ever gets into it; those `count_unchained` finds, which walks through the whole log.
    """
    newest = select(LogEntry.id, LogEntry.at).order_by(LogEntry.id.desc()).limit(LATE).subquery()
    query = select(func.count(), func.min(newest.c.at)).select_from(newest)
    query = query.outerjoin(LogChain, LogChain.log_id == newest.c.id).where(LogChain.number.is_(None))
    count, oldest = session.execute(query).one()
    return count, oldest


def count_unchained(session: Session) -> tuple[int, datetime | None]:
    """Return how many rows of the whole log are not in the chain, and when the oldest of them was written."""
    query = select(func.count(), func.min(LogEntry.at)).select_from(LogEntry)
    query = query.outerjoin(LogChain, LogChain.log_id == LogEntry.id).where(LogChain.number.is_(None))
    count, oldest = session.execute(query).one()
    return count, oldest


def list_links(session: Session, *, after: int, limit: int) -> list[tuple[Row[Any], list[str]]]:
    """Return the next links (`number`, `link`) with their rows and subjects; a row that is gone has no id."""
    query = (
        select(LogChain.number, LogChain.digest.label("link"), *_ROW)
        .outerjoin(LogEntry, LogEntry.id == LogChain.log_id)
        .where(LogChain.number > after)
    )
    rows = session.execute(query.order_by(LogChain.number).limit(limit)).all()
    subjects = _subjects_of(session, [row.id for row in rows if row.id is not None])
    return [(row, subjects.get(row.id, [])) for row in rows]
